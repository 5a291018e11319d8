// Files that one step writes (`to:`) and another one reads: rows go that way too, though the graph has no edge for it.
import { sourcesOf } from './order.ts';
import type { CheckedInput } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';

export interface WrittenFiles {
  /** All steps, those that write a file before those that read it, as far as they do not need each other. */
  readonly order: readonly ResolvedStep[];
  /** The parts of steps that are written to the files of an input. */
  writtenBy(input: CheckedInput | undefined): readonly Written[];
  /** The other files of an input. */
  others(input: CheckedInput): readonly string[];
}

export interface Written {
  readonly step: ResolvedStep;
  readonly part: string;
}

/** `ordered` has every step after those it reads from. */
export function writtenFiles(ordered: readonly ResolvedStep[]): WrittenFiles {
  const byPath = new Map<string, Written>();
  for (const step of ordered)
    if (step.complete && step.definition.exports !== undefined)
      for (const { to, part } of step.definition.exports(step.options)) byPath.set(to, { step, part });
  const paths = (input: CheckedInput | undefined): readonly string[] =>
    input?.from === 'files' ? input.paths : [];
  const writtenBy = (input: CheckedInput | undefined): readonly Written[] =>
    paths(input).flatMap((path) => byPath.get(path) ?? []);
  return {
    order: byPath.size === 0 ? ordered : reordered(ordered, writtenBy),
    writtenBy,
    others: (input) => paths(input).filter((path) => !byPath.has(path)),
  };
}

function reordered(
  ordered: readonly ResolvedStep[],
  writtenBy: (input: CheckedInput) => readonly Written[],
): readonly ResolvedStep[] {
  const byId = new Map(ordered.map((step) => [step.id, step]));
  const needs = (step: ResolvedStep): ResolvedStep[] =>
    Object.values(step.inputs).flatMap((input) => [
      ...sourcesOf(input).flatMap((source) => byId.get(source.step) ?? []),
      ...writtenBy(input).map((written) => written.step),
    ]);
  const order: ResolvedStep[] = [];
  const met = new Set<ResolvedStep>();
  // Depth first, with a stack of its own: chains are longer than that of the language.
  for (const first of ordered) {
    const open = met.has(first) ? [] : [{ step: first, left: needs(first) }];
    met.add(first);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        order.push(top.step);
        open.pop();
      } else if (!met.has(next)) {
        met.add(next);
        open.push({ step: next, left: needs(next) });
      }
    }
  }
  return order;
}
