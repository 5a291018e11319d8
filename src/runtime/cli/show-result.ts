// What is stored of a stage: every part of every instance that was asked for, and how it came to be.
import type { CheckedInput } from '../../compiler/pipeline.ts';
import { partLabel } from '../part-names.ts';
import { artifactJson, artifactPage, artifactText, type NamedArtifact } from '../report/artifact-view.ts';
import { computationText } from '../report/computation-text.ts';
import type { Paint } from '../report/paint.ts';
import { shellWord } from '../report/shell-word.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import { openProgram, type OpenProgram } from './open-program.ts';
import type { OutputFlags, ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { repeatedFlags } from './repeated-flags.ts';
import { writeResult } from './result-output.ts';
import { namedSteps, notRun, storedArtifact, storedSteps, type StoredStep } from './stored-step.ts';

export type ShowFlags = ProgramFlags & OutputFlags<'text' | 'json' | 'html'>;

export async function showResult(
  context: Context,
  file: string,
  stage: string,
  flags: ShowFlags,
): Promise<number> {
  const { host } = context;
  const open = await openProgram(context, file, { ...flags, quiet: true });
  const { ids, part } = namedSteps(context, open, stage);
  const { steps, missing } = storedSteps(open, ids);
  const [first] = missing;
  if (first !== undefined) {
    const command = `fslrun ${shellWord(file)} ${shellWord(first.step.name)}${repeatedFlags(flags)}`;
    showProblems(notRun(context, stage, first, command).diagnostics, host, flags);
    return exitCodes.failed;
  }
  const artifacts = steps.flatMap((step) => artifactsOf(open, step, part));
  if (flags.format === 'json') {
    const values = await Promise.all(artifacts.map(artifactJson));
    const json = JSON.stringify(values.length === 1 ? values[0] : values, null, 2);
    writeResult(context, `${json}\n`, flags.output);
    return exitCodes.done;
  }
  if (flags.format === 'html') {
    const [only, ...others] = artifacts;
    const plain = paintFor(host.stdout, host, { color: false });
    const page = only === undefined || others.length > 0 ? undefined : await artifactPage(only, plain);
    if (page === undefined) throw usage(context, stage, noPage);
    writeResult(context, page, flags.output);
    return exitCodes.done;
  }
  const paint = paintFor(host.stdout, host, { color: flags.color && flags.output === undefined });
  const texts: string[] = [];
  for (const one of artifacts) {
    const heading = artifacts.length > 1 ? `${paint.bold(one.name)}\n` : '';
    texts.push(`${heading}${await artifactText(one, paint)}`);
  }
  const origins = steps.map((step) => `${origin(open, step, paint)}\n`);
  writeResult(context, `${texts.join('\n')}\n${origins.join('')}`, flags.output);
  return exitCodes.done;
}

const noPage = {
  code: 'wrong-artifact',
  message: 'pages are made of one report of `evaluate`',
  hint: 'name one, such as `score[seed=1]`, or leave `--format html` out',
} as const;

function artifactsOf(
  open: OpenProgram,
  { step, action }: StoredStep,
  part: string | undefined,
): readonly NamedArtifact[] {
  return Object.entries(action.outputs)
    .filter(([output]) => part === undefined || output === part)
    .map(([output, { files }]) => ({
      name: partLabel(step, output),
      artifact: storedArtifact(open, { step, action }, output),
      marks: step.marks,
      sizes: new Map(files.map(({ name, size }) => [name, size])),
    }));
}

/** Kind, inputs, time and cost of a result, in one line. */
function origin(open: OpenProgram, { step, action, earlier }: StoredStep, paint: Paint): string {
  const { parts, seconds, time, computed, key } = action;
  const inputs = Object.values(step.inputs).flatMap((input) => inputNames(input, open));
  const made = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  const where = computed === undefined ? '' : `, ${computationText(computed)}`;
  const old = earlier ? '; of an earlier run, because it is never taken from the cache' : '';
  return paint.dim(
    `${step.id}: made by ${parts.kind} from ${inputs.join(', ') || 'nothing'} on ${made} UTC in ${seconds.toFixed(1)} s${where}; key ${key.slice(0, 12)}${old}`,
  );
}

function inputNames(input: CheckedInput, { show, pipeline }: OpenProgram): readonly string[] {
  switch (input.from) {
    case 'step': {
      const made = pipeline.steps.find(({ id }) => id === input.step);
      return made === undefined ? [] : [partLabel(made, input.part)];
    }
    case 'files':
      return input.paths.length > 3 ? [`${input.paths.length} files`] : input.paths.map(show);
    case 'builtin':
      return [`builtin:${input.name}`];
    case 'call':
      return [input.call];
    case 'folder':
      return [show(input.path)];
    case 'many':
      return [`${input.members.length} results`];
    default:
      return input satisfies never;
  }
}
