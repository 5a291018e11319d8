// ADWIN (Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", 2007; ADWIN2): a window over a stream of
// numbers that gives up its older part as soon as the two parts have different means. Memory grows with the logarithm of the window.

export interface AdwinSettings {
  /** How sure a change must be: about the share of false alarms. Above 0 and below 1. */
  readonly delta: number;
  /** Changes are looked for each time so many values have come: 32 in the paper. */
  readonly clock: number;
}

/** Values that have been put together: their number is a power of two. Plain data. */
interface Bucket {
  readonly size: number;
  readonly total: number;
  /** Sum of the squared distances from their mean. */
  readonly spread: number;
}

/** Plain data: what is needed to go on. */
export interface AdwinState {
  readonly seen: number;
  /** The oldest first. */
  readonly buckets: readonly Bucket[];
}

export type Change = 'none' | 'rise' | 'fall';

export interface Adwin {
  /** Takes the next value: whether the mean is another than it was, and on which side. */
  add(value: number): Change;
  state(): AdwinState;
}

/** Buckets of one size before the two oldest become one of the next size. */
const mostOfOneSize = 5;
/** Neither part of the window may be smaller. */
const smallestPart = 5;
/** No change is looked for in windows that are no longer than this. */
const shortestWindow = 10;

export function createAdwin({ delta, clock }: AdwinSettings, start?: AdwinState): Adwin {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta is between 0 and 1, not ${delta}`);
  let buckets = [...(start?.buckets ?? [])];
  let seen = start?.seen ?? 0;
  return {
    add: (value) => {
      seen += 1;
      buckets.push({ size: 1, total: value, spread: 0 });
      buckets = compressed(buckets);
      if (seen % clock !== 0 || widthOf(buckets) <= shortestWindow) return 'none';
      let change: Change = 'none';
      for (let cut = firstCut(buckets, delta); cut !== 'none'; cut = firstCut(buckets, delta)) {
        change = cut;
        buckets.shift();
      }
      return change;
    },
    state: () => ({ seen, buckets: [...buckets] }),
  };
}

/** Where more than the most have one size, the two oldest of them become one; that may be one too many of the next. */
function compressed(buckets: readonly Bucket[]): Bucket[] {
  const result = [...buckets];
  for (let size = 1; ; size *= 2) {
    const first = result.findIndex((bucket) => bucket.size === size);
    const same = result.filter((bucket) => bucket.size === size).length;
    if (same <= mostOfOneSize) return result;
    result.splice(first, 2, together(result[first], result[first + 1]));
  }
}

function together(a: Bucket, b: Bucket): Bucket {
  const between = (a.size * b.size * (a.total / a.size - b.total / b.size) ** 2) / (a.size + b.size);
  return { size: a.size + b.size, total: a.total + b.total, spread: a.spread + b.spread + between };
}

/** Whether some place between two buckets parts the window into two of different means; the oldest such place decides the side. */
function firstCut(buckets: readonly Bucket[], delta: number): Change {
  const all = buckets.reduce(together);
  const variance = all.spread / all.size;
  const confidence = Math.log((2 * Math.log(all.size)) / delta);
  let [size, total] = [0, 0];
  for (const bucket of buckets.slice(0, -1)) {
    size += bucket.size;
    total += bucket.total;
    const rest = all.size - size;
    if (size < smallestPart || rest < smallestPart) continue;
    const inverse = 1 / (size - smallestPart + 1) + 1 / (rest - smallestPart + 1);
    const bound = Math.sqrt(2 * inverse * variance * confidence) + (2 / 3) * inverse * confidence;
    const difference = (all.total - total) / rest - total / size;
    if (Math.abs(difference) > bound) return difference > 0 ? 'rise' : 'fall';
  }
  return 'none';
}

function widthOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { size }) => sum + size, 0);
}
