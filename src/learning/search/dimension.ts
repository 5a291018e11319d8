// What a search chooses from: ranges and choices. A point is one value of each. Knows no options and no stages.
import type { Random } from '../random.ts';

export type Dimension =
  | { readonly type: 'uniform' | 'log_uniform' | 'int'; readonly low: number; readonly high: number }
  /** Values are positions from 0 to `count - 1`. */
  | { readonly type: 'choice'; readonly count: number };

/** In the order of the dimensions. */
export type Point = readonly number[];

export interface Observation {
  readonly point: Point;
  /** Higher is better; undefined where the trial failed. */
  readonly score: number | undefined;
}

/** The point of the `trial`-th trial, counted from 0, given those before it. It depends on nothing else. */
export type Propose = (trial: number, earlier: readonly Observation[]) => Point;

/** Ends of ranges are included. */
export function drawValue(dimension: Dimension, random: Random): number {
  switch (dimension.type) {
    case 'uniform':
      return within(dimension.low + random.next() * (dimension.high - dimension.low), dimension);
    case 'log_uniform': {
      const [low, high] = [Math.log(dimension.low), Math.log(dimension.high)];
      return within(Math.exp(low + random.next() * (high - low)), dimension);
    }
    case 'int':
      return dimension.low + random.below(dimension.high - dimension.low + 1);
    case 'choice':
      return random.below(dimension.count);
    default:
      return dimension satisfies never;
  }
}

/** Each dimension from a stream of its own. */
export function drawPoint(dimensions: readonly Dimension[], random: Random): Point {
  return dimensions.map((dimension, i) => drawValue(dimension, random.derive(i)));
}

/** Rounding may carry a value over the end of its range. */
export function within(
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  return Math.min(high, Math.max(low, value));
}
