// Which trials are tried, in which order and on how many folds, until the method or the budget ends. Knows no artifacts.
import type { Failure } from '../parser/diagnostic.ts';
import type { Random } from '../learning/random.ts';
import type { Dimension, Observation, Point, Propose } from '../learning/search/dimension.ts';
import type { TrialValues } from './stage.ts';
import type { Measure } from './tune-measure.ts';
import type { Space } from './value.ts';

export type Spaces = readonly (readonly [name: string, space: Space])[];

export type SearchMethod =
  | { readonly name: 'random' | 'tpe' | 'halving'; readonly arguments: { readonly trials: number } }
  | { readonly name: 'grid'; readonly arguments: Readonly<Record<string, never>> };

export interface Trial {
  readonly values: TrialValues;
  /** Of each fold that it was measured on, from the first; as the metric has it. */
  readonly scores: readonly number[];
  /** Why it could not be measured. */
  readonly failure?: Failure;
}

export interface Search {
  readonly spaces: Spaces;
  readonly method: SearchMethod;
  readonly folds: number;
  /** 1 where higher is better, else -1. */
  readonly sign: 1 | -1;
  readonly measure: Measure;
  readonly random: Random;
  /** Whether no new trial may begin. */
  spent(): boolean;
  told(progress: SearchProgress): void;
}

export interface SearchProgress {
  /** Measurements on a fold. */
  readonly done: number;
  readonly total: number;
  /** Counted from 1. */
  readonly trial: number;
  readonly trials: number;
  /** Mean over folds of the best trial so far. */
  readonly best: number | undefined;
}

export interface Searched {
  readonly trials: readonly Trial[];
  /** How many the method asks for. */
  readonly planned: number;
  /** Position of the best of those that were measured on every fold; nothing where all failed. */
  readonly best: number | undefined;
}

export async function search(setting: Search): Promise<Searched> {
  const { method, sign, folds } = setting;
  const dimensions = setting.spaces.map(([, space]) => dimensionOf(space));
  const planned = plannedTrials(method, setting.spaces);
  const propose = await proposer(method, dimensions, setting.random);
  const steps =
    method.name === 'halving' ? (await import('../learning/search/halving.ts')).rounds(folds) : [folds];
  const trials: Trial[] = [];
  const progress = openProgress(setting, planned, steps);
  const extend = async (at: number, to: number): Promise<void> => {
    for (let trial = trials[at]; trial !== undefined && trial.scores.length < to; trial = trials[at]) {
      if (trial.failure !== undefined) return;
      const measured = await setting.measure(trial.values, trial.scores.length);
      trials[at] =
        measured.state === 'failed'
          ? { ...trial, failure: measured.failure }
          : { ...trial, scores: [...trial.scores, measured.score] };
      progress(trials, at);
    }
  };
  const [first = folds, ...further] = steps;
  for (let at = 0; at < planned && (at === 0 || !setting.spent()); at += 1) {
    const point = propose(
      at,
      trials.map((trial) => observation(trial, setting)),
    );
    trials.push({ values: valuesOf(setting.spaces, point), scores: [] });
    await extend(at, first);
  }
  let left = [...trials.keys()];
  for (const to of further) {
    const { betterHalf } = await import('../learning/search/halving.ts');
    const scores = left.map((at) => goodness(trials[at], sign));
    const remaining = left;
    left = betterHalf(scores).map((i) => remaining[i] ?? 0);
    for (const at of left) await extend(at, to);
  }
  return { trials, planned, best: bestOf(trials, folds, sign) };
}

/** Of equal ones the earliest. */
export function bestOf(trials: readonly Trial[], folds: number, sign: 1 | -1): number | undefined {
  let best: number | undefined;
  for (const [at, trial] of trials.entries()) {
    const score = trial.scores.length < folds ? undefined : goodness(trial, sign);
    if (score === undefined) continue;
    if (best === undefined || score > (goodness(trials[best], sign) ?? -Infinity)) best = at;
  }
  return best;
}

/** Trials that a method asks for. */
export function plannedTrials(method: SearchMethod, spaces: Spaces): number {
  if (method.name !== 'grid') return method.arguments.trials;
  return spaces.reduce(
    (product, [, space]) => product * (space.space === 'choice' ? space.values.length : 1),
    1,
  );
}

/** Measurements on a fold that a search takes at most, the trial of the defaults not counted. */
export function plannedMeasurements(method: SearchMethod, spaces: Spaces, steps: readonly number[]): number {
  let left = plannedTrials(method, spaces);
  let sum = 0;
  let before = 0;
  for (const [i, to] of steps.entries()) {
    if (i > 0) left = Math.ceil(left / 2);
    sum += left * (to - before);
    before = to;
  }
  return sum;
}

export function meanScore({ scores }: Trial): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Higher is better; nothing for trials that failed or have not begun. */
function goodness(trial: Trial | undefined, sign: 1 | -1): number | undefined {
  if (trial === undefined || trial.failure !== undefined || trial.scores.length === 0) return undefined;
  return sign * meanScore(trial);
}

function observation(trial: Trial, { spaces, sign }: Search): Observation {
  return { point: spaces.map(([name]) => trial.values[name] ?? 0), score: goodness(trial, sign) };
}

function openProgress(setting: Search, planned: number, steps: readonly number[]) {
  const total = plannedMeasurements(setting.method, setting.spaces, steps);
  let done = 0;
  return (trials: readonly Trial[], at: number): void => {
    done += 1;
    const measured = trials.map((trial) => goodness(trial, setting.sign)).filter((one) => one !== undefined);
    const best = measured.length === 0 ? undefined : setting.sign * Math.max(...measured);
    setting.told({ done: Math.min(done, total), total, trial: at + 1, trials: planned, best });
  };
}

async function proposer(
  method: SearchMethod,
  dimensions: readonly Dimension[],
  random: Random,
): Promise<Propose> {
  const { grid, proposeByParzen, proposeRandomly } = await import('../learning/search/propose.ts');
  switch (method.name) {
    case 'random':
    case 'halving':
      return proposeRandomly(dimensions, random);
    case 'tpe':
      return proposeByParzen(dimensions, random);
    case 'grid': {
      const points = grid(dimensions.map((one) => (one.type === 'choice' ? one.count : 1)));
      return (trial) => points[trial] ?? [];
    }
    default:
      return method satisfies never;
  }
}

/** With so many digits that a person can write the value into a program, and gets the same. */
function written(value: number, space: Space): number {
  if (space.space === 'choice' || space.space === 'int') return value;
  return Math.min(space.high, Math.max(space.low, Number(value.toPrecision(6))));
}

function dimensionOf(space: Space): Dimension {
  return space.space === 'choice'
    ? { type: 'choice', count: space.values.length }
    : { type: space.space, low: space.low, high: space.high };
}

function valuesOf(spaces: Spaces, point: Point): TrialValues {
  return Object.fromEntries(spaces.map(([name, space], i) => [name, written(point[i] ?? 0, space)]));
}
