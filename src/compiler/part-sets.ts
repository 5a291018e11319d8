// The rows that a step reads, and those of each of the parts it divides them into. Draws that depend on the same are the same.
import type { Partition } from '../stages/artifact.ts';
import type { Condition, Json } from '../stages/value.ts';
import type { Contents } from './contents.ts';
import { keyedOptions } from './keyed-options.ts';
import type { ResolvedStep } from './resolve-steps.ts';
import type { RowSet, RowSets } from './row-set.ts';

export interface Part {
  readonly part: string;
  readonly partition: Partition | undefined;
}

export interface SetMaker {
  /** The rows of `whole` that the conditions of the step let through. */
  where(step: ResolvedStep, whole: RowSet, conditions: readonly Condition[]): RowSet;
  /** Those of each part. */
  parts(step: ResolvedStep, parts: readonly Part[], whole: RowSet): (part: string) => RowSet;
}

/** `alone`: whether the step is one of many trials, so that nothing is like it. */
export function setMaker(
  sets: RowSets,
  contents: Contents,
  alone: (step: ResolvedStep) => boolean,
): SetMaker {
  const cuts = new WeakMap<object, CutNumbers>();
  const readings = new WeakMap<object, string>();
  const numbers = new Map<string, number>();
  const numbered = (value: Json): number => {
    const text = JSON.stringify(value);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  return {
    where: (step, whole, conditions) => {
      if (conditions.length === 0) return whole;
      const reading = alone(step)
        ? `only ${step.id}`
        : `${kept(readings, step, readingText)}${contents.ofInputs(step)}`;
      return conditions.reduce((set, condition) => sets.where(set, condition, reading), whole);
    },
    parts: (step, parts, whole) => {
      const { definition } = step;
      const partitions = new Set(parts.map(({ partition }) => partition));
      if (definition.cuts === undefined && (partitions.size < 2 || partitions.has(undefined)))
        return () => whole;
      const origin = !step.complete || alone(step) ? `only ${step.id}` : contents.ofWork(step);
      const said = kept(cuts, step, (one) => cutNumbers(one, numbered));
      const nests = said.series.map(({ part, series, size }) => ({
        part,
        nested: { series: sets.series(`${origin} ${series}`), size },
      }));
      const cut = sets.cut(`${origin} ${whole.number} ${said.all}`);
      return (name) =>
        sets.part(whole, cut, {
          name,
          decider: `${origin} ${said.deciders.get(name) ?? said.all}`,
          nests: nests.find(({ part }) => part === name)?.nested,
          others: nests.filter(({ part }) => part !== name).map(({ nested }) => nested),
        });
    },
  };
}

/** What options say of the parts, as numbers to compare: the texts are long, and thousands of instances share them. */
interface CutNumbers {
  readonly all: number;
  readonly deciders: ReadonlyMap<string, number>;
  readonly series: readonly { readonly part: string; readonly series: number; readonly size: number }[];
}

function cutNumbers(step: ResolvedStep, numbered: (value: Json) => number): CutNumbers {
  const all = numbered(keyedOptions(step));
  const deciders = new Map<string, number>();
  const series: CutNumbers['series'][number][] = [];
  const cuts = step.complete ? (step.definition.cuts?.(step.options) ?? {}) : {};
  for (const [part, draw] of Object.entries(cuts)) {
    if (draw === undefined) continue;
    deciders.set(part, numbered(draw.decider));
    if (draw.nests !== undefined)
      series.push({ part, series: numbered(draw.nests.series), size: draw.nests.size });
  }
  return { all, deciders, series };
}

function readingText(step: ResolvedStep): string {
  const { definition, options, complete } = step;
  if (!complete) return `only ${step.id}`;
  const others: Json = keyedOptions(step).filter(
    ([name]) => definition.options[name]?.kind.type !== 'condition',
  );
  return `${definition.origin?.package ?? ''}/${definition.name} ${JSON.stringify(definition.reading?.(options) ?? others)}`;
}

/** Made once for all steps that share their options. */
function kept<T>(known: WeakMap<object, T>, step: ResolvedStep, make: (step: ResolvedStep) => T): T {
  const before = known.get(step.options);
  if (before !== undefined) return before;
  const made = make(step);
  known.set(step.options, made);
  return made;
}
