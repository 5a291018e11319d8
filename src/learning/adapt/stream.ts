// A stream of rows, a batch at a time: each is first foretold, then learnt (prequential evaluation, Dawid 1984), and what was learnt is
// undone where the canary rows say so. Knows vectors and names of labels, no files.
import { headProbabilities, mostProbable } from '../heads/probabilities.ts';
import type { Head } from '../heads/head.ts';
import type { Matrix } from '../matrix.ts';
import { row, takeRows } from '../matrix.ts';
import type { Random } from '../random.ts';
import { judge } from './canary.ts';
import { driftWatch, type DriftTest, type DriftWatch, type WatchState } from './drift-watch.ts';
import type { Learner } from './learner.ts';
import { rowsToAsk, type Query } from './queries.ts';

export interface LabelledVectors {
  readonly vectors: Matrix;
  /** Of each row. */
  readonly labels: readonly string[];
}

export interface StreamSettings {
  readonly batch: number;
  readonly asking: 'all' | { readonly budget: number; readonly query: Query };
  readonly drift: DriftTest;
  readonly canary?:
    | (LabelledVectors & {
        /** Nothing where updates are never undone. */ readonly deviations: number | undefined;
      })
    | undefined;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told after each batch: how far the stream has come. */
  readonly onBatch: (progress: StreamProgress) => Promise<void>;
}

/** What a row of the stream was foretold. */
export interface Foretold {
  readonly predicted: string;
  readonly probability: number;
}

/** One batch. Positions are those of rows in the stream. */
export interface Update {
  readonly first: number;
  readonly last: number;
  /** Rows whose labels were learnt. */
  readonly asked: readonly number[];
  /** Labels that the model had not known before. */
  readonly added: readonly string[];
  /** Rows at which the drift test raised the alarm. */
  readonly alarms: readonly number[];
  /** Canary rows that the model got right before and after the update, and the least share that may stay; nothing without an update. */
  readonly canary: { readonly before: number; readonly after: number; readonly least: number } | null;
  readonly kept: boolean;
}

/** Plain data: what was done so far. The learner follows from it. */
export interface StreamProgress {
  readonly foretold: readonly Foretold[];
  readonly updates: readonly Update[];
  readonly watch: WatchState;
}

export interface Start {
  readonly learner: Learner;
  /** In the order of its numbers. */
  readonly labels: readonly string[];
}

export interface Streamed extends Omit<StreamProgress, 'watch'>, Start {
  readonly head: Head;
}

/** `earlier`: how far an attempt with the same settings and rows has come; the result is that of going through all of it at once. */
export async function runStream(
  start: Start,
  rows: LabelledVectors,
  settings: StreamSettings,
  earlier?: StreamProgress,
): Promise<Streamed> {
  const { batch, canary, random, signal } = settings;
  const foretold = [...(earlier?.foretold ?? [])];
  const updates = [...(earlier?.updates ?? [])];
  let spent = updates.reduce((sum, { asked }) => sum + asked.length, 0);
  const watch = driftWatch(settings.drift, random.derive('drift'), earlier?.watch);
  let state = updates
    .filter(({ kept }) => kept)
    .reduce((learnt, { asked }) => after(learnt, rows, asked), start);
  let head = await state.learner.head();
  const rightOf = (of: Head, labels: readonly string[]): number =>
    canary ? countRight(of, labels, canary) : 0;
  let right = rightOf(head, state.labels);
  let best = updates.reduce(
    (most, { kept, canary: seen }) => (kept && seen ? Math.max(most, seen.before, seen.after) : most),
    updates.find(({ canary: seen }) => seen)?.canary?.before ?? right,
  );

  for (let first = foretold.length; first < rows.vectors.rows; first += batch) {
    signal.throwIfAborted();
    const last = Math.min(first + batch, rows.vectors.rows) - 1;
    const places = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const probabilities = headProbabilities(head, takeRows(rows.vectors, places));
    foretold.push(...saidOf(probabilities, state.labels));
    const asked = chosen(settings, rows, probabilities, state.labels.length, { first, last, spent });
    spent += asked.length;
    const alarms = watched(watch, rows, foretold, { places, asked });
    const before = right;
    let update: Update = { first, last, asked, added: [], alarms, canary: null, kept: false };
    if (asked.length > 0) {
      const next = after(state, rows, asked);
      const nextHead = await next.learner.head();
      const nextRight = rightOf(nextHead, next.labels);
      const added = next.labels.slice(state.labels.length);
      const verdict = canary
        ? judge({ rows: canary.labels.length, deviations: canary.deviations }, best, nextRight)
        : { kept: true, least: 0 };
      const { kept, least } = verdict;
      update = { ...update, added, kept, canary: canary ? { before, after: nextRight, least } : null };
      if (kept) [state, head, right, best] = [next, nextHead, nextRight, Math.max(best, nextRight)];
    }
    updates.push(update);
    await settings.onBatch({ foretold, updates, watch: watch.state() });
  }
  return { ...state, head, foretold, updates };
}

/** The state with the labels of the rows learnt; labels that are new get the next numbers, in the order of the rows. */
function after({ learner, labels }: Start, rows: LabelledVectors, asked: readonly number[]): Start {
  const known = [...labels];
  const targets = Int32Array.from(asked, (i) => {
    const label = rows.labels[i];
    const number = known.indexOf(label);
    return number < 0 ? known.push(label) - 1 : number;
  });
  const vectors = takeRows(rows.vectors, asked);
  return { learner: learner.learn({ vectors, targets }, known.length), labels: known };
}

function saidOf(probabilities: Float64Array, labels: readonly string[]): readonly Foretold[] {
  return Array.from(mostProbable(probabilities, labels.length), (label, i) => ({
    predicted: labels[label],
    probability: probabilities[i * labels.length + label],
  }));
}

function chosen(
  { asking, random }: StreamSettings,
  { vectors }: LabelledVectors,
  probabilities: Float64Array,
  labels: number,
  { first, last, spent }: { readonly first: number; readonly last: number; readonly spent: number },
): readonly number[] {
  if (asking === 'all') return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const query = { ...asking, rows: vectors.rows, random: random.derive('query') };
  return rowsToAsk(query, probabilities, labels, { first, spent }).map((i) => first + i);
}

/** The rows of the batch at which the drift test raises the alarm. It is told the labels of those alone that were asked for. */
function watched(
  watch: DriftWatch,
  { vectors, labels }: LabelledVectors,
  foretold: readonly Foretold[],
  { places, asked }: { readonly places: readonly number[]; readonly asked: readonly number[] },
): readonly number[] {
  const told = new Set(asked);
  return places.filter((i) => {
    const byRow = watch.row(row(vectors, i));
    const byError = told.has(i) && watch.error(foretold[i].predicted !== labels[i]);
    return byRow || byError;
  });
}

function countRight(head: Head, labels: readonly string[], canary: LabelledVectors): number {
  const found = mostProbable(headProbabilities(head, canary.vectors), labels.length);
  return canary.labels.filter((label, i) => labels[found[i]] === label).length;
}
