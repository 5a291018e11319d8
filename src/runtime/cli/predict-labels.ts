// The command `predict`: which model, which texts, and how the labels are shown.
import { shownText } from '../../learning/text-pair.ts';
import type { Static } from '../../stages/artifact.ts';
import { texts as textsOf } from '../../stages/dataset.ts';
import { decodeText } from '../../stages/tables/text-file.ts';
import { Failure } from '../../parser/diagnostic.ts';
import { partLabel } from '../part-names.ts';
import { predictionsOf, predictionsText } from '../report/prediction-text.ts';
import { counted } from '../report/quantity.ts';
import { shellWord } from '../report/shell-word.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import { askedRows, type Asked } from './asked-rows.ts';
import { labelTexts } from './label-texts.ts';
import { openProgram, type OpenProgram } from './open-program.ts';
import type { EngineFlags, OutputFlags, ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { repeatedFlags } from './repeated-flags.ts';
import { writeResult } from './result-output.ts';
import { namedSteps, notRun, storedArtifact, storedSteps } from './stored-step.ts';

export type PredictFlags = ProgramFlags &
  EngineFlags &
  OutputFlags<'text' | 'json'> & { readonly top: number; readonly neighbours: number };

/** More classifiers than this are not named in a message. */
const mostListed = 12;

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
  const model = modelStep(context, open, request.stage);
  const { steps, missing } = storedSteps(open, [model.step]);
  const [stored] = steps;
  if (stored === undefined) {
    const command = `fslrun ${shellWord(request.file)} ${shellWord(model.step)}${repeatedFlags(flags)}`;
    const why = missing[0]?.planned.why ?? '';
    showProblems(notRun(context, request.stage, why, command).diagnostics, host, flags);
    return exitCodes.failed;
  }
  const asked: Asked = request.texts.length === 0 ? await linesOfInput(context) : { texts: request.texts };
  const { texts } = asked;
  if (texts.length === 0) return exitCodes.done;
  const rows = await askedRows(context, storedArtifact(open, stored, model.part), asked);
  const labelled = await labelTexts(context, open, { ...stored, part: model.part }, rows, flags);
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

/** The one step that is meant, and the part that is the classifier. Throws `Failure` where it is several, or gives none. */
function modelStep(
  context: Context,
  open: OpenProgram,
  name: string,
): { readonly step: string; readonly part: string } {
  const { ids, part = '' } = namedSteps(context, open, name);
  const [id = '', ...others] = ids;
  const { steps } = open.pipeline;
  const output = steps.find((step) => step.id === id)?.outputs[part];
  if (!isClassifier(output)) {
    const models = steps.flatMap((step) =>
      Object.entries(step.outputs).flatMap(([one, known]) =>
        isClassifier(known) ? [`\`${partLabel(step, one)}\``] : [],
      ),
    );
    const more = models.length > mostListed ? ' and more' : '';
    throw usage(context, name, {
      code: output?.type === 'model' ? 'needs-classifier' : 'wrong-artifact',
      message: `\`${name}\` is no classifier, but ${output === undefined ? 'has several parts' : `a ${output.type}`}`,
      hint:
        models.length === 0
          ? 'the program has no classifier; a `fine-tune` gives one'
          : `its classifiers are ${models.slice(0, mostListed).join(', ')}${more}`,
    });
  }
  if (others.length > 0)
    throw usage(context, name, {
      code: 'list-expected-one',
      message: `\`${name}\` is ${ids.length} models, and one is needed`,
      hint: `name one of them, such as \`${id}\``,
    });
  return { step: id, part };
}

function isClassifier(output: Static | undefined): boolean {
  return output?.type === 'model' && output.capability === 'classifier';
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
