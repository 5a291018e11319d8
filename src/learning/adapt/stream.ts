// A stream of rows, a batch at a time: each is first foretold, then learnt (prequential evaluation, Dawid 1984), and what was learnt is
// undone where the canary rows say so. Knows names of labels, and of models only that they foretell and learn rows.
import { mostProbable } from '../heads/probabilities.ts';
import type { Matrix } from '../matrix.ts';
import { row } from '../matrix.ts';
import type { Random } from '../random.ts';
import { judge } from './canary.ts';
import { driftWatch, type DriftTest, type DriftWatch, type WatchState } from './drift-watch.ts';
import { freshGuard, remember, suspicionOf, type GuardState, type Suspicion } from './label-guard.ts';
import { rowsToAsk, type Query } from './queries.ts';
import { surpriseAt } from './surprise.ts';
import { youngLabels } from './young-labels.ts';

export interface LabelledVectors {
  readonly vectors: Matrix;
  /** Of each row. */
  readonly labels: readonly string[];
}

/** A model at some point of a stream, which stays as it was when rows are learnt on top of it. */
export interface StreamModel<M> {
  /** In the order of its numbers. */
  readonly labels: readonly string[];
  /** Probabilities [places, labels] of rows of the stream, and of all canary rows. */
  foretell(places: readonly number[]): Promise<Float64Array>;
  foretellCanary(): Promise<Float64Array>;
  /** The model that has learnt these rows of the stream, too; labels that are new get the next numbers, in the order of the rows. */
  learn(places: readonly number[]): Promise<M>;
}

export interface StreamSettings<M = unknown> {
  readonly batch: number;
  readonly asking: 'all' | { readonly budget: number; readonly query: Query };
  readonly drift: DriftTest;
  readonly canary?: Canary | undefined;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told after each batch: how far the stream has come, and the model then. Between two batches both say the same as when they were told. */
  readonly onBatch: (progress: StreamProgress, model: M) => Promise<void>;
}

export interface Canary {
  /** Of each canary row. */
  readonly labels: readonly string[];
  /** Nothing where updates are never undone. */
  readonly deviations: number | undefined;
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
  /** Nothing where nothing is undone. */
  readonly suspicion: Suspicion | null;
  /** Canary rows that the model got right before and after the update, and the least share that may stay; nothing where none was tried. */
  readonly canary: { readonly before: number; readonly after: number; readonly least: number } | null;
  readonly kept: boolean;
}

/** Plain data: what was done so far. */
export interface StreamProgress {
  readonly foretold: readonly Foretold[];
  readonly updates: readonly Update[];
  readonly watch: WatchState;
  readonly guard: GuardState;
}

/** Where an attempt with the same settings and rows has come to. */
export interface Earlier<M> {
  readonly progress: StreamProgress;
  readonly model: M;
}

export interface GoneThrough<M> extends Pick<StreamProgress, 'foretold' | 'updates'> {
  readonly model: M;
}

/** The vectors of `rows` are for the drift test alone. With `earlier` the result is that of going through all of it at once. */
export async function goThrough<M extends StreamModel<M>>(
  start: M,
  rows: LabelledVectors,
  settings: StreamSettings<M>,
  earlier?: Earlier<M>,
): Promise<GoneThrough<M>> {
  const { batch, canary, random, signal } = settings;
  const before = earlier?.progress;
  const foretold = [...(before?.foretold ?? [])];
  const updates = [...(before?.updates ?? [])];
  let spent = updates.reduce((sum, { asked }) => sum + asked.length, 0);
  const watch = driftWatch(
    settings.drift,
    random.derive('drift'),
    before && { state: before.watch, vectors: foretold.map((_, i) => row(rows.vectors, i)) },
  );
  let guard = before?.guard ?? freshGuard;
  const young = youngLabels(start.labels);
  for (const { asked } of updates.filter(({ kept }) => kept)) young.learn(asked.map((i) => rows.labels[i]));
  let model = earlier?.model ?? start;
  let seen = await ofCanary(model, canary);
  let best = updates.reduce(
    (most, { kept, canary: judged }) => (kept && judged ? Math.max(most, judged.before, judged.after) : most),
    updates.find(({ canary: judged }) => judged)?.canary?.before ?? seen.right,
  );

  for (let first = foretold.length; first < rows.vectors.rows; first += batch) {
    signal.throwIfAborted();
    const last = Math.min(first + batch, rows.vectors.rows) - 1;
    const probabilities = await model.foretell(range(first, last));
    const said = saidOf(probabilities, model.labels);
    const asked = chosen(settings, rows, probabilities, model.labels.length, { first, last, spent });
    spent += asked.length;
    const surprises = new Map(
      asked.map((i) => [i, surpriseAt(probabilities, model.labels, i - first, rows.labels[i])]),
    );
    const alarms = watched(watch, rows, said, { places: range(first, last), surprises });
    let update: Update = {
      first,
      last,
      asked,
      added: [],
      alarms,
      suspicion: null,
      canary: null,
      kept: false,
    };
    if (asked.length > 0) {
      const old = asked.filter((i) => !young.has(rows.labels[i])).map((i) => surprises.get(i) ?? 0);
      if (canary?.deviations !== undefined) {
        const { chances, ...suspicion } = suspicionOf(guard, old, seen.surprises);
        update = { ...update, suspicion };
        guard = remember(guard, chances, suspicion.suspicious ? [] : old);
      }
      if (update.suspicion?.suspicious !== true) {
        const next = await model.learn(asked);
        const nextSeen = await ofCanary(next, canary);
        const verdict = canary
          ? judge({ rows: canary.labels.length, deviations: canary.deviations }, best, nextSeen.right)
          : { kept: true, least: 0 };
        const { kept, least } = verdict;
        const judged = canary ? { before: seen.right, after: nextSeen.right, least } : null;
        update = { ...update, added: next.labels.slice(model.labels.length), kept, canary: judged };
        if (kept) {
          [model, seen, best] = [next, nextSeen, Math.max(best, nextSeen.right)];
          young.learn(asked.map((i) => rows.labels[i]));
        }
      }
    }
    // Together, once the batch is done: what was told of it before stays true if this one is stopped.
    foretold.push(...said);
    updates.push(update);
    await settings.onBatch({ foretold, updates, watch: watch.state(), guard }, model);
  }
  return { model, foretold, updates };
}

function saidOf(probabilities: Float64Array, labels: readonly string[]): readonly Foretold[] {
  return Array.from(mostProbable(probabilities, labels.length), (label, i) => ({
    predicted: labels[label],
    probability: probabilities[i * labels.length + label],
  }));
}

function chosen(
  { asking, random }: Pick<StreamSettings, 'asking' | 'random'>,
  { vectors }: LabelledVectors,
  probabilities: Float64Array,
  labels: number,
  { first, last, spent }: { readonly first: number; readonly last: number; readonly spent: number },
): readonly number[] {
  if (asking === 'all') return range(first, last);
  const query = { ...asking, rows: vectors.rows, random: random.derive('query') };
  return rowsToAsk(query, probabilities, labels, { first, spent }).map((i) => first + i);
}

/** The rows of the batch at which the drift test raises the alarm. It is told the labels of those alone that were asked for. */
function watched(
  watch: DriftWatch,
  { vectors, labels }: LabelledVectors,
  said: readonly Foretold[],
  {
    places,
    surprises,
  }: { readonly places: readonly number[]; readonly surprises: ReadonlyMap<number, number> },
): readonly number[] {
  return places.filter((i, at) => {
    const byRow = watch.row(row(vectors, i));
    const surprise = surprises.get(i);
    const wrong = said[at].predicted !== labels[i];
    const byLabel = surprise !== undefined && watch.label({ wrong, surprise });
    return byRow || byLabel;
  });
}

/** What a model says of the canary rows: how many it gets right, and how surprising each is to it. */
async function ofCanary<M extends StreamModel<M>>(
  model: M,
  canary: Canary | undefined,
): Promise<{ readonly right: number; readonly surprises: readonly number[] }> {
  if (canary === undefined) return { right: 0, surprises: [] };
  const { labels } = model;
  const probabilities = await model.foretellCanary();
  const found = mostProbable(probabilities, labels.length);
  return {
    right: canary.labels.filter((label, i) => labels[found[i]] === label).length,
    surprises: canary.labels.map((label, i) => surpriseAt(probabilities, labels, i, label)),
  };
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
