// Training with the table of word vectors cut to the rows that the training texts use. Other rows get no gradient, so all that happens
// to them is decoupled weight decay, which is one scaling at the end: the result is the same, and the gradient and the
// optimizer's state of the whole table are never made. With decay that is part of the gradient this does not hold.
import { scheduleFactor } from '../optimizers/schedule.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import type { Group } from '../optimizers/optimizer.ts';

export interface Vocabulary {
  /** The ids that occur, rising: row `i` of the cut table is the vector of `ids[i]`. */
  readonly ids: readonly number[];
  /** The same texts with rows of the cut table for ids. */
  rowsOf(texts: readonly (readonly number[])[]): readonly (readonly number[])[];
}

export function vocabularyOf(texts: readonly (readonly number[])[]): Vocabulary {
  const ids = [...new Set(texts.flat())].sort((a, b) => a - b);
  const rows = new Map(ids.map((id, row) => [id, row]));
  const rowOf = (id: number): number => {
    const row = rows.get(id);
    if (row === undefined) throw new RangeError(`the token ${id} is in none of the texts of training`);
    return row;
  };
  return { ids, rowsOf: (others) => others.map((text) => text.map(rowOf)) };
}

/** The rows of a table [vocabulary, width] that occur. */
export function cutTable(table: Float32Array, width: number, { ids }: Pick<Vocabulary, 'ids'>): Float32Array {
  const cut = new Float32Array(ids.length * width);
  ids.forEach((id, row) => cut.set(table.subarray(id * width, (id + 1) * width), row * width));
  return cut;
}

/** The whole table after training: the trained rows, and the others times `factor`. */
export function wholeTable(
  table: Float32Array,
  trained: Float32Array,
  width: number,
  { ids }: Pick<Vocabulary, 'ids'>,
  factor: number,
): Float32Array {
  const whole = factor === 1 ? table.slice() : table.map((value) => value * factor);
  ids.forEach((id, row) => whole.set(trained.subarray(row * width, (row + 1) * width), id * width));
  return whole;
}

/** What decoupled decay leaves of a parameter that never gets a gradient, after so many steps: after all where nothing is said. */
export function decayOver(
  schedule: Schedule,
  rate: number,
  { rateFactor, weightDecay }: Group,
  steps: number = schedule.steps,
): number {
  let left = 1;
  for (let step = 1; step <= steps; step++) {
    left *= 1 - rate * scheduleFactor(schedule, step) * rateFactor * weightDecay;
  }
  return left;
}
