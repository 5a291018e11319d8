// Drift by the vectors of a stream: the last rows against the first ones, by their maximum mean discrepancy.
import { chanceOf, kernels, referenceOf, type Reference } from './mmd.ts';
import { watchVectors, type VectorWatch } from './vector-watch.ts';

export interface MmdSettings {
  /** An alarm is raised where rows lie so far away less often than this by chance. */
  readonly delta: number;
}

/** Rows that later ones are compared with, numbers of last rows that are, and rows between two looks at them. */
const referenceRows = 200;
const windows = [50, 100];
const clock = 10;
const longest = Math.max(...windows);

/** A row behind the reference rows: the mean of its kernel with these, and its kernel with each row before it, the nearest first. */
interface Late {
  readonly vector: Float32Array;
  readonly between: number;
  readonly before: Float64Array;
}

/** `earlier`: the rows that have come since the last alarm, in an attempt that is gone on with. */
export function createMmdWatch({ delta }: MmdSettings, earlier: readonly Float32Array[] = []): VectorWatch {
  let first: Float32Array[] = [];
  let reference: Reference | undefined;
  let late: Late[] = [];
  const row = (vector: Float32Array, since: number): boolean => {
    if (reference === undefined) {
      first.push(vector);
      if (first.length === referenceRows) reference = referenceOf(together(first), vector.length);
      return false;
    }
    late = [...late.slice(1 - longest), lateOf(reference, late, vector)];
    const known = reference;
    if (since % clock !== 0 || !windows.some((count) => chanceOfLast(known, late, count) < delta))
      return false;
    [first, reference, late] = [[], undefined, []];
    return true;
  };
  return watchVectors(row, earlier);
}

function lateOf({ vectors, scale }: Reference, late: readonly Late[], vector: Float32Array): Late {
  const all = kernels(vector, vectors, scale);
  const before = late.slice(1 - longest).reverse();
  return {
    vector,
    between: all.reduce((sum, value) => sum + value, 0) / all.length,
    before: Float64Array.from(before, (one) => kernels(vector, one.vector, scale)[0] ?? 0),
  };
}

function chanceOfLast(reference: Reference, late: readonly Late[], count: number): number {
  if (late.length < count) return 1;
  const last = late.slice(-count);
  let [pairs, between] = [0, 0];
  last.forEach((one, i) => {
    between += one.between / count;
    for (let back = 0; back < i; back += 1) pairs += one.before[back];
  });
  return chanceOf(reference, count, { within: (count + 2 * pairs) / count ** 2, between });
}

function together(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const result = new Float32Array(rows.length * width);
  rows.forEach((vector, i) => result.set(vector, i * width));
  return result;
}
