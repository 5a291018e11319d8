// Drift by the surprises of a stream: as long as rows come in any order, their conformal p-values are uniform, and a bet that small ones are
// frequent gains nothing. The gains of bets that begin at every row are added up (Shiryaev and Roberts; Vovk et al., "Retrain or not
// retrain: conformal test martingales for change-point detection", 2021).
import { chanceAmong } from './surprise.ts';

export interface SurpriseSettings {
  /** On average at least so many rows lie between false alarms. */
  readonly between: number;
}

/** Plain data: what is needed to go on. */
export interface SurpriseState {
  /** The last ones, the oldest first. */
  readonly earlier: readonly number[];
  /** By exponent of the bets. */
  readonly gains: readonly number[];
}

export interface SurpriseWatch {
  /** Takes the surprise of the next row: whether they have become larger. Starts anew after an alarm. */
  add(surprise: number): boolean;
  state(): SurpriseState;
}

/** A bet pays e p^(e - 1), which is 1 on average: small e for few very surprising rows, large e for many that surprise somewhat. */
const exponents = [0.3, 0.5, 0.7];
/** Rows before the first bet, and rows that are remembered. */
const warmUp = 30;
const remembered = 1000;

const fresh: SurpriseState = { earlier: [], gains: exponents.map(() => 0) };

export function createSurpriseWatch(
  { between }: SurpriseSettings,
  start: SurpriseState = fresh,
): SurpriseWatch {
  let earlier = [...start.earlier];
  let { gains } = start;
  return {
    add: (surprise) => {
      const chance = chanceAmong(earlier, surprise);
      earlier.push(surprise);
      if (earlier.length > remembered) earlier.shift();
      if (earlier.length <= warmUp) return false;
      gains = gains.map((gain, i) => (1 + gain) * exponents[i] * chance ** (exponents[i] - 1));
      if (gains.reduce((sum, gain) => sum + gain, 0) / gains.length <= between) return false;
      earlier = [];
      ({ gains } = fresh);
      return true;
    },
    state: () => ({ earlier: [...earlier], gains }),
  };
}
