// Which datasets surely have the same rows with the same texts in the same order: those of equal steps with equal inputs, as the
// keys of results have it, but before anything runs. Where that cannot be told, a step is like no other one.
import { keyedOptions } from './keyed-options.ts';
import { builtinsOf, type CheckedInput } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';
import type { WrittenFiles } from './written-files.ts';

export interface Contents {
  /** What everything that the step reads has: equal for equal contents. */
  ofInputs(step: ResolvedStep): string;
  /** The kind, with the seed where it draws, and what it reads; options are not in it. */
  ofWork(step: ResolvedStep): number;
}

/** Longer chains are not followed: the step there counts as like no other. */
const mostDeep = 256;

export function contentsOf(steps: readonly ResolvedStep[], files: WrittenFiles): Contents {
  const numbers = new Map<string, number>();
  const known = new Map<string, number>();
  const optionNumbers = new WeakMap<object, number>();
  let byId: ReadonlyMap<string, ResolvedStep> | undefined;

  // Short texts to compare: options are long, and thousands of instances share them.
  const numbered = (text: string): number => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const options = (step: ResolvedStep): number => {
    const before = optionNumbers.get(step.options);
    if (before !== undefined) return before;
    const made = numbered(JSON.stringify(keyedOptions(step)));
    optionNumbers.set(step.options, made);
    return made;
  };
  const alone = (step: ResolvedStep): string => `only ${step.id}`;
  const inputs = (step: ResolvedStep, deep: number): string => {
    if (!step.complete || step.block !== undefined) return alone(step);
    let text = '';
    for (const name in step.inputs) {
      const input = step.inputs[name];
      if (input === undefined) continue;
      // What is written while the program runs may be read before and after.
      if (input.from === 'files' && files.writtenBy(input).length > 0) return alone(step);
      text += ` ${name}=${inputText(input, deep)}`;
    }
    return text;
  };
  const inputText = (input: CheckedInput, deep: number): string => {
    switch (input.from) {
      case 'step':
        return `${numberOf(input.step, deep + 1)}.${input.part}`;
      case 'many':
        return `[${input.members
          .map(({ name, keys, input: one }) => `${JSON.stringify([name, keys])}:${inputText(one, deep)}`)
          .join(' ')}]`;
      case 'files':
      case 'builtin':
      case 'call':
      case 'folder':
        return JSON.stringify(input);
      default:
        return input satisfies never;
    }
  };
  const work = (step: ResolvedStep, deep: number): string => {
    const { definition, common } = step;
    const seed =
      step.complete && definition.randomness(step.options, builtinsOf(step.inputs)) ? common.seed : '';
    return `${definition.origin?.package ?? ''}/${definition.name} ${definition.version} ${seed}${inputs(step, deep)}`;
  };
  const numberOf = (id: string, deep: number): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    byId ??= new Map(steps.map((step) => [step.id, step]));
    const step = byId.get(id);
    const number = numbered(
      step === undefined || deep > mostDeep ? `only ${id}` : `${work(step, deep)} ${options(step)}`,
    );
    known.set(id, number);
    return number;
  };
  return { ofInputs: (step) => inputs(step, 0), ofWork: (step) => numbered(work(step, 0)) };
}
