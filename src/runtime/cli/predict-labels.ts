// The command `predict`: which model, which texts, and how the labels are shown.
import { predictionsOf, predictionsText } from '../report/prediction-text.ts';
import { shellWord } from '../report/shell-word.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import { labelTexts } from './label-texts.ts';
import { openProgram, type OpenProgram } from './open-program.ts';
import type { EngineFlags, OutputFlags, ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { repeatedFlags } from './repeated-flags.ts';
import { writeResult } from './result-output.ts';
import { namedSteps, notRun, storedSteps } from './stored-step.ts';

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
  const open = openProgram(context, request.file, { ...flags, quiet: true });
  const model = modelStep(context, open, request.stage);
  const { steps, missing } = storedSteps(open, [model]);
  const [stored] = steps;
  if (stored === undefined) {
    const command = `fslrun ${shellWord(request.file)} ${shellWord(model)}${repeatedFlags(flags)}`;
    const why = missing[0]?.planned.why ?? '';
    showProblems(notRun(context, request.stage, why, command).diagnostics, host, flags);
    return exitCodes.failed;
  }
  const texts = request.texts.length > 0 ? request.texts : await linesOfInput(context);
  if (texts.length === 0) return exitCodes.done;
  const labelled = await labelTexts(context, open, stored, texts, flags);
  if ('problems' in labelled) {
    showProblems(labelled.problems, host, flags);
    return exitCodes.failed;
  }
  const predictions = predictionsOf(labelled.dataset, flags);
  const paint = paintFor(host.stdout, host, { color: flags.color && flags.output === undefined });
  const text =
    flags.format === 'json'
      ? `${JSON.stringify(predictions, null, 2)}\n`
      : predictionsText(predictions, paint);
  writeResult(context, text, flags.output);
  return exitCodes.done;
}

/** The one step that is meant. Throws `Failure` where it is several, or gives no classifier. */
function modelStep(context: Context, open: OpenProgram, name: string): string {
  const { ids, part } = namedSteps(context, open, name);
  const [id = '', ...others] = ids;
  if (others.length > 0)
    throw usage(context, name, {
      code: 'list-expected-one',
      message: `\`${name}\` is ${ids.length} models, and one is needed`,
      hint: `name one of them, such as \`${id}\``,
    });
  const output = open.pipeline.steps.find((step) => step.id === id)?.outputs[part ?? ''];
  if (output?.type === 'model' && output.capability === 'classifier') return id;
  throw usage(context, name, {
    code: output?.type === 'model' ? 'needs-classifier' : 'wrong-artifact',
    message: `\`${name}\` is no classifier, but ${output === undefined ? 'has several parts' : `a ${output.type}`}`,
    hint: 'name a stage that gives a model with labels, such as a `fine-tune`',
  });
}

async function linesOfInput(context: Context): Promise<readonly string[]> {
  const { stdin } = context.host;
  if (stdin.isTTY)
    throw usage(context, '', {
      message: 'there are no texts to label',
      hint: 'write them behind the stage, or send them to the standard input, one a line',
    });
  return (await stdin.read()).split(/\r?\n/).filter((line) => line.trim() !== '');
}
