// The steps of an update: the rows that came, a few in each, filled up with rows that are remembered. Pure.
import type { Random } from '../random.ts';
import type { Memory } from './memory.ts';

export interface UpdateSteps {
  /** How often each row that came is learnt from. */
  readonly passes: number;
  readonly random: Random;
}

/** Rows of a step, and how many of them at most have just come. */
export const rowsOfStep = 32;
const fresh = 16;

/** Of what is remembered each label is as likely as every other one, however many rows it has. */
export function stepsOfUpdate(
  rows: readonly number[],
  { byLabel }: Memory<number>,
  { passes, random }: UpdateSteps,
): readonly (readonly number[])[] {
  const known = byLabel.flatMap((own) => (own.rows.length > 0 ? [own.rows] : []));
  const steps: (readonly number[])[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    const order = random.shuffle(rows);
    for (let first = 0; first < order.length; first += fresh) {
      const own = order.slice(first, first + fresh);
      const missing = known.length === 0 ? 0 : rowsOfStep - own.length;
      const earlier = Array.from({ length: missing }, () => {
        const some = known[random.below(known.length)] ?? [];
        return some[random.below(some.length)] ?? NaN;
      });
      steps.push([...own, ...earlier]);
    }
  }
  return steps;
}
