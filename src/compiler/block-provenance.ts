// The stages inside a step for the leakage rules: each a step of its own that reads all that any trial may choose, and the folds
// a step whose parts share no row. Judges nothing.
import { exampleTrials, foldStep, innerStep } from './block-steps.ts';
import type { CheckedInput } from './pipeline.ts';
import type { Provenances, Rows } from './provenance.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** In an order in which every stage comes after those it reads from. */
export function stagesInside(step: ResolvedStep): readonly ResolvedStep[] {
  return (step.block?.stages ?? []).flatMap((_, position) => {
    const [first, ...others] = exampleTrials(step, position).flatMap(
      (values) => innerStep(step, position, values) ?? [],
    );
    if (first === undefined) return [];
    const inputs: Record<string, CheckedInput> = {};
    for (const trial of [first, ...others])
      for (const [name, input] of Object.entries(trial.inputs)) inputs[name] = both(inputs[name], input);
    return [{ ...first, inputs }];
  });
}

function both(one: CheckedInput | undefined, other: CheckedInput): CheckedInput {
  if (one === undefined || JSON.stringify(one) === JSON.stringify(other)) return other;
  const members = one.from === 'many' ? one.members : [{ name: '', keys: {}, input: one }];
  return { from: 'many', members: [...members, { name: '', keys: {}, input: other }] };
}

export interface FoldRows {
  readonly step: ResolvedStep;
  readonly rows: ReadonlyMap<string, Rows>;
}

/** What each trial learns from and is measured on. */
export function foldRows(outer: ResolvedStep, known: Provenances): FoldRows | undefined {
  const { sets } = known;
  const step = foldStep(outer);
  if (step === undefined) return undefined;
  const parts = Object.entries(outer.definition.block?.parts ?? {}).map(([part, { of }]) => ({
    part,
    input: of.find((name) => outer.inputs[name] !== undefined),
  }));
  const cut = sets.cut(`folds of ${outer.id}`);
  const rows = new Map<string, Rows>();
  for (const { part, input } of parts) {
    const parents = input === undefined ? [] : known.rowsOf(outer.inputs[input]);
    const whole = sets.union(parents.map(({ set }) => set));
    const divided = parts.filter((other) => other.input === input).length > 1;
    rows.set(part, {
      step,
      part,
      parents,
      set: divided
        ? sets.part(whole, cut, { name: part, decider: `fold of ${outer.id}`, nests: undefined, others: [] })
        : whole,
      divided: true,
      fold: true,
      towardsTest: parents.find(({ towardsTest }) => towardsTest !== undefined),
    });
  }
  return { step, rows };
}
