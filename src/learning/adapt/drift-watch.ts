// Watches a stream for drift: by the labels that are asked for, or by the vectors of all rows. Starts anew after each alarm.
import { innerProducts } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { createAdwin, type AdwinState } from './adwin.ts';
import { createDdm, type DdmState } from './ddm.ts';
import { createMmdWatch, type MmdState } from './mmd-watch.ts';
import { binsOf, randomDirections, stabilityIndex, type Bins } from './psi.ts';
import { createSurpriseWatch, type SurpriseState } from './surprise-watch.ts';

export type DriftTest =
  | { readonly name: 'none' }
  | { readonly name: 'surprise'; readonly between: number }
  | { readonly name: 'mmd'; readonly delta: number }
  | { readonly name: 'adwin'; readonly delta: number }
  | { readonly name: 'ddm'; readonly deviations: number }
  | { readonly name: 'psi'; readonly threshold: number; readonly window: number };

/** Plain data: what is needed to go on. */
export type WatchState = SurpriseState | MmdState | AdwinState | DdmState | VectorState | null;

interface VectorState {
  readonly seen: number;
  /** Along the directions: the first rows, and the last of the others. */
  readonly places: readonly (readonly number[])[];
}

export interface Told {
  /** Whether it was foretold wrongly. */
  readonly wrong: boolean;
  /** As `surpriseOf` says. */
  readonly surprise: number;
}

export interface DriftWatch {
  /** Takes the vector of the next row: whether it raises the alarm. */
  row(vector: Float32Array): boolean;
  /** Takes what became known of the label of a row, in the order of the rows: whether that raises the alarm. */
  label(told: Told): boolean;
  state(): WatchState;
}

/** Values between two looks at the window: 32 in the paper, which only saves time. */
const adwinClock = 1;
/** The least number of values before an alarm, as in the paper. */
const ddmWarmUp = 30;
/** How the vectors are looked at. */
const directions = 32;
const bins = 5;
/** The rows that later windows are compared with are so many windows, and a window is looked at so often. */
const referenceWindows = 2;
const looksPerWindow = 10;

/** What an attempt that is gone on with has come to. */
export interface Watched {
  readonly state: WatchState;
  /** The vectors of all rows so far. */
  readonly vectors: readonly Float32Array[];
}

export function driftWatch(test: DriftTest, random: Random, earlier?: Watched): DriftWatch {
  const start = earlier?.state;
  switch (test.name) {
    case 'none':
      return { row: () => false, label: () => false, state: () => null };
    case 'surprise': {
      const surprise = createSurpriseWatch(test, start as SurpriseState | undefined); // given by `state` below
      return {
        row: () => false,
        label: (told) => surprise.add(told.surprise),
        state: () => surprise.state(),
      };
    }
    case 'mmd': {
      const since = (start as MmdState | undefined)?.since ?? 0; // given by `state` below
      const mmd = createMmdWatch(test, since === 0 ? [] : earlier?.vectors.slice(-since));
      return { row: (vector) => mmd.row(vector), label: () => false, state: () => mmd.state() };
    }
    case 'adwin': {
      const settings = { delta: test.delta, clock: adwinClock };
      let adwin = createAdwin(settings, start as AdwinState | undefined); // given by `state` below
      const label = ({ wrong }: Told): boolean => {
        if (adwin.add(wrong ? 1 : 0) !== 'rise') return false; // fewer errors are no drift to tell of
        adwin = createAdwin(settings);
        return true;
      };
      return { row: () => false, label, state: () => adwin.state() };
    }
    case 'ddm': {
      const settings = { deviations: test.deviations, warmUp: ddmWarmUp };
      const ddm = createDdm(settings, start as DdmState | undefined); // given by `state` below
      return { row: () => false, label: ({ wrong }) => ddm.add(wrong ? 1 : 0), state: () => ddm.state() };
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
    label: () => false,
    state: () => ({ seen, places }),
  };
}
