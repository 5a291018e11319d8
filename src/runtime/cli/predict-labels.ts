// The command `predict`: which model, which texts, and how the labels are shown.
import { shownText } from '../../learning/text-pair.ts';
import { texts as textsOf } from '../../stages/dataset.ts';
import { decodeText } from '../../stages/tables/text-file.ts';
import { Failure } from '../../parser/diagnostic.ts';
import { predictionsOf, predictionsText } from '../report/prediction-text.ts';
import { counted } from '../report/quantity.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import { askedRows, type Asked } from './asked-rows.ts';
import { labelTexts } from './label-texts.ts';
import { storedModel } from './model-step.ts';
import { openProgram } from './open-program.ts';
import type { EngineFlags, OutputFlags, ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { writeResult } from './result-output.ts';
import { storedArtifact } from './stored-step.ts';

export type PredictFlags = ProgramFlags &
  EngineFlags &
  OutputFlags<'text' | 'json'> & { readonly top: number; readonly neighbours: number };

export interface PredictRequest {
  readonly file: string;
  readonly stage: string;
  readonly texts: readonly string[];
}

export async function predictLabels(
  context: Context,
  request: PredictRequest,
  flags: PredictFlags,
): Promise<number> {
  const { host } = context;
  const open = await openProgram(context, request.file, { ...flags, quiet: true });
  const model = storedModel(context, open, request, flags);
  if ('problems' in model) {
    showProblems(model.problems, host, flags);
    return exitCodes.failed;
  }
  const asked: Asked = request.texts.length === 0 ? await linesOfInput(context) : { texts: request.texts };
  const { texts } = asked;
  if (texts.length === 0) return exitCodes.done;
  const rows = await askedRows(context, storedArtifact(open, model, model.part), asked);
  const labelled = await labelTexts(context, open, model, rows, flags);
  if ('problems' in labelled) {
    showProblems(labelled.problems, host, flags);
    return exitCodes.failed;
  }
  const shown = rows.roles.second === undefined ? texts : textsOf(rows).map(shownText);
  const predictions = predictionsOf(labelled.dataset, shown, flags);
  const paint = paintFor(host.stdout, host, { color: flags.color && flags.output === undefined });
  const text =
    flags.format === 'json'
      ? `${JSON.stringify(predictions, null, 2)}\n`
      : predictionsText(predictions, paint);
  writeResult(context, text, flags.output);
  return exitCodes.done;
}

async function linesOfInput(context: Context): Promise<Asked> {
  const { stdin } = context.host;
  if (stdin.isTTY)
    throw usage(context, '', {
      message: 'there are no texts to label',
      hint: 'write them behind the stage, or send them to the standard input, one a line',
    });
  const decoded = decodeText({ name: '<standard input>', bytes: await stdin.read() });
  if (decoded.state === 'unreadable') throw new Failure(decoded.problem);
  if (decoded.file.text === '') return { texts: [] };
  const all = decoded.file.text.replace(/\r?\n$/, '').split(/\r?\n/);
  const lines = all.flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]));
  const texts = lines.map((line) => all[line - 1] ?? '');
  const blank = all.length - texts.length;
  if (blank > 0) {
    context.host.stderr.write(
      `${counted(blank, 'blank line')} skipped: ${counted(texts.length, 'text')} to label.\n`,
    );
  }
  return { texts, lines };
}
