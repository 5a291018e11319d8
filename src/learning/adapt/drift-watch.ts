// Watches a stream for drift: by the labels that are asked for, or by the vectors of all rows. Starts anew after each alarm.
import type { Random } from '../random.ts';
import { createAdwin, type AdwinState } from './adwin.ts';
import { createDdm, type DdmState } from './ddm.ts';
import { createMmdWatch } from './mmd-watch.ts';
import { createPsiWatch } from './psi-watch.ts';
import { createSurpriseWatch, type SurpriseState } from './surprise-watch.ts';
import type { VectorState, VectorWatch } from './vector-watch.ts';

export type DriftTest =
  | { readonly name: 'none' }
  | { readonly name: 'surprise'; readonly between: number }
  | { readonly name: 'mmd'; readonly delta: number }
  | { readonly name: 'adwin'; readonly delta: number }
  | { readonly name: 'ddm'; readonly deviations: number }
  | { readonly name: 'psi'; readonly threshold: number; readonly window: number };

/** Plain data: what is needed to go on. */
export type WatchState = SurpriseState | AdwinState | DdmState | VectorState | null;

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
    case 'mmd':
      return byVectors(createMmdWatch(test, sinceAlarm(earlier)));
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
      return byVectors(createPsiWatch(test, random, sinceAlarm(earlier)));
    default:
      return test satisfies never;
  }
}

function byVectors(watch: VectorWatch): DriftWatch {
  return { ...watch, label: () => false };
}

function sinceAlarm(earlier: Watched | undefined): readonly Float32Array[] | undefined {
  const state = earlier?.state as VectorState | undefined; // given by `byVectors`
  return earlier && state && earlier.vectors.slice(earlier.vectors.length - state.since);
}
