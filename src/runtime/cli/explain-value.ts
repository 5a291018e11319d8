// `fslrun explain FILE STAGE[.OPTION]`: which values options have in a program and where they come from. What is no stage of the
// program is explained as without one, with the kinds that the program's packages bring.
import { originsOf } from '../../compiler/origin.ts';
import type { CheckedStep } from '../../compiler/pipeline.ts';
import type { Failure } from '../../parser/diagnostic.ts';
import { suggest } from '../../parser/suggest.ts';
import { commonOptions } from '../../stages/common-options.ts';
import { createRegistry } from '../../stages/registry.ts';
import { firstSentence } from '../report/explain.ts';
import { markdownText } from '../report/markdown-text.ts';
import { entryNames, optionValue, stageValues } from '../report/value-origin.ts';
import { stepsNamed } from '../targets.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import { explanation } from './explain-subject.ts';
import { openProgram, type OpenProgram } from './open-program.ts';
import type { ProgramFlags } from './options.ts';

export async function explainValue(
  context: Context,
  file: string,
  asked: string,
  flags: ProgramFlags,
): Promise<number> {
  const { host } = context;
  const open = await openProgram(context, file, { ...flags, quiet: true });
  const paint = paintFor(host.stdout, host, flags);
  const origins = { read: originsOf(open.pipeline), show: open.show, paint };
  const { steps, option } = named(open, asked);
  const [first] = steps;
  if (first === undefined) {
    const text = explanation(registryOf(open), asked);
    if (text === undefined) throw unknownStage(context, open, asked);
    host.stdout.write(markdownText(text, paint));
    return exitCodes.done;
  }
  const { definition } = first;
  const lines =
    option === undefined
      ? [
          `${paint.bold(asked)}: ${definition.name}. ${firstSentence(definition.doc)}`,
          '',
          ...(first.doc === undefined ? [] : [...first.doc.split('\n'), '']),
          ...stageValues(steps, origins),
        ]
      : [
          `${paint.bold(asked)}: ${docOf(first, option)}`,
          '',
          ...optionValue(steps, checkedOption(context, first, option, asked), origins),
        ];
  host.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}

interface Named {
  readonly steps: readonly CheckedStep[];
  readonly option: string | undefined;
}

function named({ pipeline }: OpenProgram, asked: string): Named {
  const stepsOf = (name: string): readonly CheckedStep[] => {
    const ids = new Set(stepsNamed(pipeline, name));
    const steps = pipeline.steps.filter(({ id }) => ids.has(id));
    return steps.filter((step) => step.name === steps[0]?.name); // a target may be of several stages: the first
  };
  const whole = stepsOf(asked);
  if (whole.length > 0) return { steps: whole, option: undefined };
  const dot = asked.lastIndexOf('.');
  return dot === -1
    ? { steps: [], option: undefined }
    : { steps: stepsOf(asked.slice(0, dot)), option: asked.slice(dot + 1) };
}

/** Throws `Failure` where the stage has no such option. */
function checkedOption(context: Context, step: CheckedStep, option: string, asked: string): string {
  const known = entryNames(step);
  if (known.includes(option)) return option;
  const near = suggest(option, known);
  throw usage(context, asked, {
    message: `\`${step.name}\` is a \`${step.definition.name}\`, which has no option \`${option}\``,
    hint: near === undefined ? `its options are ${known.join(', ')}` : `did you mean \`${near}\`?`,
  });
}

function docOf({ definition }: CheckedStep, option: string): string {
  const common: Readonly<Record<string, { readonly doc: string }>> = commonOptions;
  const doc = (definition.options[option] ?? definition.inputs[option] ?? common[option])?.doc;
  return firstSentence(doc ?? 'Stages that must be finished first though nothing is read from them.');
}

/** The kinds of FSL itself, and of the packages that the program uses. */
function registryOf({ pipeline, registry }: OpenProgram) {
  const kinds = new Set([...registry.kinds, ...pipeline.steps.map(({ definition }) => definition)]);
  const byName = new Map([...kinds].map((kind) => [kind.name, kind]));
  return createRegistry([...byName.values()], registry.builtins);
}

function unknownStage(context: Context, { pipeline }: OpenProgram, asked: string): Failure {
  const known = [...new Set(pipeline.steps.map(({ name }) => name))];
  const near = suggest(asked.split(/[.[]/, 1)[0] ?? asked, known);
  return usage(context, asked, {
    message: `the program has no stage \`${asked}\`, and nothing else is called so`,
    hint: near === undefined ? `its stages are ${known.join(', ')}` : `did you mean \`${near}\`?`,
  });
}
