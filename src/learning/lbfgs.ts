// Unconstrained minimisation of a smooth function: L-BFGS (Liu and Nocedal 1989) with a line search for the strong
// Wolfe conditions (Nocedal and Wright, "Numerical Optimization", algorithms 3.5 and 3.6). In double precision.

/** The value at `point`; writes the gradient there into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Ends when no component of the gradient is larger. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /**
   * Called after every iteration with the point that was reached, which is not written to later; may wait, or throw.
   * `stop` ends the search there.
   */
  readonly afterIteration?: (reached: Reached) => Continue | Promise<Continue>;
}

export interface Reached {
  /** From 1. */
  readonly iteration: number;
  readonly value: number;
  readonly point: Float64Array;
}

export type Continue = 'stop' | undefined;

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient is within the tolerance, or the value stopped falling at the precision of doubles. */
  readonly converged: boolean;
}

interface Probe {
  readonly step: number;
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
  /** Of the objective along the direction. */
  readonly slope: number;
}

/** Changes of point and gradient in one iteration. */
interface Pair {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly product: number;
}

const memory = 10;
const decrease = 1e-4;
const curvature = 0.9;
const smallestFall = 64 * Number.EPSILON;

/** The minimum that is reached from `start`, which stays as it is. */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  options: LbfgsOptions,
): Promise<Minimum> {
  let current = probe(objective, start, new Float64Array(start.length), 0);
  const pairs: Pair[] = [];
  for (let iteration = 1; iteration <= options.maxIterations; iteration += 1) {
    if (largest(current.gradient) <= options.tolerance) return result(current, iteration - 1, true);
    const direction = descent(current.gradient, pairs);
    const next = search(objective, current, direction, pairs.length === 0);
    if (next === undefined) {
      if (pairs.length === 0) return result(current, iteration - 1, false);
      pairs.length = 0; // start again from the steepest descent
      continue;
    }
    const pair = difference(next, current);
    if (pair.product > Number.EPSILON * dot(pair.gradient, pair.gradient)) pairs.push(pair);
    if (pairs.length > memory) pairs.shift();
    const scale = Math.max(Math.abs(current.value), Math.abs(next.value), 1);
    const stalled = (current.value - next.value) / scale <= smallestFall;
    current = next;
    const { point, value } = current;
    const word = await options.afterIteration?.({ iteration, value, point });
    if (word === 'stop') return result(current, iteration, false);
    if (stalled) return result(current, iteration, true);
  }
  return result(current, options.maxIterations, largest(current.gradient) <= options.tolerance);
}

function result(at: Probe, iterations: number, converged: boolean): Minimum {
  return { point: at.point, value: at.value, iterations, converged };
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((x) => -x);
  const shares: number[] = [];
  for (const pair of [...pairs].reverse()) {
    const share = dot(pair.point, direction) / pair.product;
    shares.unshift(share);
    add(direction, pair.gradient, -share);
  }
  const last = pairs.at(-1);
  if (last) scale(direction, last.product / dot(last.gradient, last.gradient));
  pairs.forEach((pair, i) => {
    add(direction, pair.point, shares[i] - dot(pair.gradient, direction) / pair.product);
  });
  return direction;
}

/** A point along the direction that meets the strong Wolfe conditions, or none where nothing lower can be found. */
function search(
  objective: Objective,
  from: Probe,
  direction: Float64Array,
  first: boolean,
): Probe | undefined {
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return undefined;
  const origin: Probe = { ...from, step: 0, slope };
  let low = origin;
  let step = first ? Math.min(1, 1 / Math.sqrt(dot(from.gradient, from.gradient))) : 1;
  for (let i = 0; i < 30; i += 1) {
    const here = probe(objective, from.point, direction, step);
    if (!(here.value <= from.value + decrease * step * slope) || (i > 0 && here.value >= low.value))
      return zoom(objective, origin, direction, low, here);
    if (Math.abs(here.slope) <= -curvature * slope) return here;
    if (here.slope >= 0) return zoom(objective, origin, direction, here, low);
    low = here;
    step *= 2;
  }
  return low.step > 0 ? low : undefined;
}

/** Narrows the bracket between `low`, the lower end, and `high`. */
function zoom(
  objective: Objective,
  origin: Probe,
  direction: Float64Array,
  low: Probe,
  high: Probe,
): Probe | undefined {
  let [lower, upper] = [low, high];
  for (let i = 0; i < 40; i += 1) {
    const here = probe(objective, origin.point, direction, between(lower, upper));
    if (!(here.value <= origin.value + decrease * here.step * origin.slope) || here.value >= lower.value) {
      upper = here;
    } else {
      if (Math.abs(here.slope) <= -curvature * origin.slope) return here;
      if (here.slope * (upper.step - lower.step) >= 0) upper = lower;
      lower = here;
    }
    if (Math.abs(upper.step - lower.step) <= 1e-14 * Math.max(1, lower.step)) break;
  }
  return lower.step > 0 && lower.value <= origin.value ? lower : undefined;
}

/** The minimiser of the cubic through both ends, kept away from them; the middle where there is none. */
function between(a: Probe, b: Probe): number {
  const width = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return a.step + width / 2;
  const d2 = Math.sign(width) * Math.sqrt(square);
  const share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  return share > 0.1 && share < 0.9 ? a.step + share * width : a.step + width / 2;
}

function probe(objective: Objective, from: Float64Array, direction: Float64Array, step: number): Probe {
  const point = from.slice();
  add(point, direction, step);
  const gradient = new Float64Array(from.length);
  const value = objective(point, gradient);
  return { step, point, gradient, value, slope: dot(gradient, direction) };
}

function difference(next: Probe, previous: Probe): Pair {
  const point = next.point.slice();
  add(point, previous.point, -1);
  const gradient = next.gradient.slice();
  add(gradient, previous.gradient, -1);
  return { point, gradient, product: dot(point, gradient) };
}

function largest(values: Float64Array): number {
  let result = 0;
  for (const value of values) result = Math.max(result, Math.abs(value));
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

function add(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i += 1) target[i] += factor * other[i];
}

function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i += 1) target[i] *= factor;
}
