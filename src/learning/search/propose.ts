// Which point a trial tries, by method: at random, every combination, or what earlier trials speak for.
import type { Random } from '../random.ts';
import { drawPoint, type Dimension, type Point, type Propose } from './dimension.ts';
import { mostPromising } from './tpe.ts';

/** Independent draws. The draws of more trials begin with those of fewer. */
export function proposeRandomly(dimensions: readonly Dimension[], random: Random): Propose {
  return (trial) => drawPoint(dimensions, random.derive('trial', trial));
}

/**
 * Tree-structured Parzen estimators: the first trials at random, every other one where good trials lie close and bad
 * ones do not.
 */
export function proposeByParzen(dimensions: readonly Dimension[], random: Random): Propose {
  return (trial, earlier) => {
    const stream = random.derive('trial', trial);
    return mostPromising(dimensions, earlier, stream) ?? drawPoint(dimensions, stream);
  };
}

/** Every combination once; the last dimension changes fastest. Ranges have no combinations, so they are not among them. */
export function grid(counts: readonly number[]): readonly Point[] {
  return counts.reduce<readonly Point[]>(
    (points, count) =>
      points.flatMap((point) => Array.from({ length: count }, (_, value) => [...point, value])),
    [[]],
  );
}
