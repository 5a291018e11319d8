// Drift by the vectors of a stream: the last rows against the first ones, by their population stability index along random directions.
import { innerProducts } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { binsOf, randomDirections, stabilityIndex, type Bins } from './psi.ts';
import { watchVectors, type VectorWatch } from './vector-watch.ts';

export interface PsiSettings {
  /** An alarm is raised where the mean of the indices is above this. */
  readonly threshold: number;
  /** How many of the last rows are looked at. */
  readonly window: number;
}

/** How the vectors are looked at. */
const directions = 32;
const bins = 5;
/** The rows that later windows are compared with are so many windows, and a window is looked at so often. */
const referenceWindows = 2;
const looksPerWindow = 10;

/** `earlier`: the rows that have come since the last alarm, in an attempt that is gone on with. No alarm before both parts are complete. */
export function createPsiWatch(
  { threshold, window }: PsiSettings,
  random: Random,
  earlier: readonly Float32Array[] = [],
): VectorWatch {
  const reference = referenceWindows * window;
  const clock = Math.max(1, Math.floor(window / looksPerWindow));
  let drawn: Matrix | undefined;
  // Along the directions: the first rows, and the last of the others.
  let places: (readonly number[])[] = [];
  let known: readonly Bins[] | undefined;
  const along = (direction: number, of: readonly (readonly number[])[]): number[] =>
    of.map((place) => place[direction]);
  const row = (vector: Float32Array, since: number): boolean => {
    drawn ??= randomDirections(directions, vector.length, random);
    places.push([...innerProducts(vector, drawn.data, vector.length)]);
    if (places.length > reference + window) places.splice(reference, 1);
    if (places.length < reference + window || since % clock !== 0) return false;
    known ??= Array.from({ length: directions }, (_, i) =>
      binsOf(along(i, places.slice(0, reference)), bins),
    );
    const last = places.slice(reference);
    const index = known.reduce((sum, own, i) => sum + stabilityIndex(own, along(i, last)), 0) / directions;
    if (!(index > threshold)) return false;
    [places, known] = [[], undefined];
    return true;
  };
  return watchVectors(row, earlier);
}
