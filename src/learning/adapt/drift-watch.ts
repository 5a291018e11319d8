// Watches a stream for drift: by the errors on rows whose label is known, or by the vectors of all rows. Starts anew after each alarm.
import { innerProducts } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { createAdwin, type AdwinState } from './adwin.ts';
import { createDdm, type DdmState } from './ddm.ts';
import { binsOf, randomDirections, stabilityIndex, type Bins } from './psi.ts';

export type DriftTest =
  | { readonly name: 'none' }
  | { readonly name: 'adwin'; readonly delta: number }
  | { readonly name: 'ddm'; readonly deviations: number }
  | { readonly name: 'psi'; readonly threshold: number; readonly window: number };

/** Plain data: what is needed to go on. */
export type WatchState = AdwinState | DdmState | VectorState | null;

interface VectorState {
  readonly seen: number;
  /** Along the directions: the first rows, and the last of the others. */
  readonly places: readonly (readonly number[])[];
}

export interface DriftWatch {
  /** Takes the vector of the next row: whether it raises the alarm. */
  row(vector: Float32Array): boolean;
  /** Takes whether the label of a row was foretold wrongly, in the order of the rows: whether that raises the alarm. */
  error(wrong: boolean): boolean;
  state(): WatchState;
}

/** Values between two looks at the window, and the least number before an alarm: as in the papers. */
const adwinClock = 32;
const ddmWarmUp = 30;
/** How the vectors are looked at. */
const directions = 32;
const bins = 5;
/** The rows that later windows are compared with are so many windows, and a window is looked at so often. */
const referenceWindows = 2;
const looksPerWindow = 10;

export function driftWatch(test: DriftTest, random: Random, start?: WatchState): DriftWatch {
  switch (test.name) {
    case 'none':
      return { row: () => false, error: () => false, state: () => null };
    case 'adwin': {
      const settings = { delta: test.delta, clock: adwinClock };
      let adwin = createAdwin(settings, start as AdwinState | undefined); // given by `state` below
      const error = (wrong: boolean): boolean => {
        if (adwin.add(wrong ? 1 : 0) !== 'rise') return false; // fewer errors are no drift to tell of
        adwin = createAdwin(settings);
        return true;
      };
      return { row: () => false, error, state: () => adwin.state() };
    }
    case 'ddm': {
      const settings = { deviations: test.deviations, warmUp: ddmWarmUp };
      const ddm = createDdm(settings, start as DdmState | undefined); // given by `state` below
      return { row: () => false, error: (wrong) => ddm.add(wrong ? 1 : 0), state: () => ddm.state() };
    }
    case 'psi':
      return vectorWatch(test, random, start as VectorState | undefined); // given by `state` below
    default:
      return test satisfies never;
  }
}

/** The first rows against the last ones, along each direction; no alarm before both are complete. */
function vectorWatch(
  { threshold, window }: Extract<DriftTest, { readonly name: 'psi' }>,
  random: Random,
  start: VectorState | undefined,
): DriftWatch {
  const reference = referenceWindows * window;
  const clock = Math.max(1, Math.floor(window / looksPerWindow));
  let seen = start?.seen ?? 0;
  let places = [...(start?.places ?? [])];
  let known: readonly Bins[] | undefined;
  let drawn: Matrix | undefined;
  const along = (direction: number, of: readonly (readonly number[])[]): number[] =>
    of.map((place) => place[direction]);
  return {
    row: (vector) => {
      drawn ??= randomDirections(directions, vector.length, random);
      seen += 1;
      places.push([...innerProducts(vector, drawn.data, vector.length)]);
      if (places.length > reference + window) places.splice(reference, 1);
      if (places.length < reference + window || seen % clock !== 0) return false;
      known ??= Array.from({ length: directions }, (_, i) =>
        binsOf(along(i, places.slice(0, reference)), bins),
      );
      const last = places.slice(reference);
      const index = known.reduce((sum, own, i) => sum + stabilityIndex(own, along(i, last)), 0) / directions;
      if (!(index > threshold)) return false;
      [seen, places, known] = [0, [], undefined];
      return true;
    },
    error: () => false,
    state: () => ({ seen, places }),
  };
}
