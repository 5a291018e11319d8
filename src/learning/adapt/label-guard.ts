// Whether labels may be learnt at all: not where they contradict the model far more than labels did before, and more than those of the
// canary rows do. Labels that the stream has just brought are no reason. Knows no learners.
import { chanceAmong, jointChance } from './surprise.ts';

/** Plain data: what is needed to go on. */
export interface GuardState {
  /** Surprises of labels that were learnt, the last ones. */
  readonly usual: readonly number[];
  /** Of the last rows that were judged, learnt or not: the chances of such a surprise. */
  readonly chances: readonly number[];
}

export interface Suspicion {
  /** Rows of the update whose labels are not new, and how many of them were foretold wrongly. */
  readonly judged: number;
  readonly wrong: number;
  /** The share of the rows before that were foretold wrongly. */
  readonly usual: number;
  /** How often labels are so surprising by chance. */
  readonly chance: number;
  readonly suspicious: boolean;
}

export const freshGuard: GuardState = { usual: [], chances: [] };

/** An update is suspicious where such labels come by chance less often than this. */
const leastChance = 1e-4;
/** And where its own labels, without those before them, come less often than this: right labels behind wrong ones do not. */
const ownChance = 0.1;
/** Rows that are judged together: those of the update, with the ones before it where it has fewer. */
const together = 32;
/** Rows before anything is suspicious, and rows that are remembered. */
const warmUp = 30;
const remembered = 1000;

/** `canary`: the surprises of the canary rows to the same model. */
export function suspicionOf(
  { usual, chances }: GuardState,
  surprises: readonly number[],
  canary: readonly number[],
): Suspicion & { readonly chances: readonly number[] } {
  const own = surprises.map((one) => Math.max(chanceAmong(usual, one), chanceAmong(canary, one)));
  const known = usual.length >= warmUp;
  const all = known ? [...chances, ...own].slice(-Math.max(together, own.length)) : [];
  const chance = jointChance(all);
  return {
    judged: surprises.length,
    wrong: countWrong(surprises),
    usual: known ? countWrong(usual) / usual.length : 0,
    chance,
    suspicious: own.length > 0 && chance < leastChance && jointChance(own) < ownChance,
    chances: all.slice(-together),
  };
}

export function remember(
  { usual }: GuardState,
  chances: readonly number[],
  learnt: readonly number[],
): GuardState {
  return { usual: [...usual, ...learnt].slice(-remembered), chances };
}

function countWrong(surprises: readonly number[]): number {
  return surprises.filter((one) => one > 0).length;
}
