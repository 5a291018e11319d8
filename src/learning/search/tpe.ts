// The tree-structured Parzen estimator of Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter
// optimization" (NIPS 2011), each dimension by itself, with the settings that hyperopt and Optuna made usual.
import type { Random } from '../random.ts';
import type { Dimension, Observation, Point } from './dimension.ts';
import { parzen } from './parzen.ts';

/** Trials before the first estimate. */
const startUp = 10;
/** Draws from the density of good trials, of which the best is taken. */
const candidates = 24;
/** Good are a tenth of the trials, and never more than these. */
const mostGood = 25;

/** Nothing while there is too little to estimate from. */
export function mostPromising(
  dimensions: readonly Dimension[],
  earlier: readonly Observation[],
  random: Random,
): Point | undefined {
  if (earlier.length < startUp || earlier.every(({ score }) => score === undefined)) return undefined;
  const { good, bad } = divide(earlier);
  return dimensions.map((dimension, i) => {
    const values = (of: readonly Observation[]): readonly number[] => of.map(({ point }) => point[i] ?? 0);
    const [close, far] = [parzen(dimension, values(good)), parzen(dimension, values(bad))];
    const stream = random.derive(i);
    let best = { value: 0, gain: -Infinity };
    for (let k = 0; k < candidates; k += 1) {
      const value = close.draw(stream);
      const gain = close.logAt(value) - far.logAt(value);
      if (k === 0 || gain > best.gain) best = { value, gain };
    }
    return best.value;
  });
}

/** Both in the order of the trials. Failed trials are bad ones, so that what makes trials fail is avoided. */
function divide(earlier: readonly Observation[]): {
  readonly good: readonly Observation[];
  readonly bad: readonly Observation[];
} {
  const scored = earlier.filter(({ score }) => score !== undefined);
  const ranked = [...scored].sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  const count = Math.min(mostGood, Math.ceil(earlier.length / 10));
  const good = new Set(ranked.slice(0, count));
  return {
    good: earlier.filter((one) => good.has(one)),
    bad: earlier.filter((one) => !good.has(one)),
  };
}
