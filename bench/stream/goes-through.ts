// What `adapt` does with a stream, and what is done instead: a head that is fitted anew on all rows so far.
import { recursiveRidge } from '../../src/learning/adapt/recursive-ridge.ts';
import type { Learner } from '../../src/learning/adapt/learner.ts';
import type { LabelledVectors } from '../../src/learning/adapt/stream.ts';
import { runStream, type Streamed, type VectorSettings } from '../../src/learning/adapt/vector-stream.ts';
import type { Head } from '../../src/learning/heads/head.ts';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { stacked, takeRows, type Matrix } from '../../src/learning/matrix.ts';
import { createRandom } from '../../src/learning/random.ts';

/** Labels that come before a head is fitted anew. */
export const every = 50;
export const signal = new AbortController().signal;
export type Fit = (vectors: Matrix, targets: Int32Array, labels: number) => Head | Promise<Head>;
export type MakeLearner = (width: number, labels: number) => Learner;

const ridge: MakeLearner = (width, labels) => recursiveRidge(width, labels, 1);

/** With the settings that `adapt` has where nothing else is said. */
export function adapted(
  start: LabelledVectors,
  rows: LabelledVectors,
  more: Partial<VectorSettings> = {},
  make: MakeLearner = ridge,
): Promise<Streamed> {
  const labels = [...new Set(start.labels)].sort();
  const targets = Int32Array.from(start.labels, (label) => labels.indexOf(label));
  const learner = make(start.vectors.columns, labels.length).learn(
    { vectors: start.vectors, targets },
    labels.length,
  );
  return runStream({ learner, labels }, rows, {
    batch: 16,
    asking: 'all',
    drift: { name: 'surprise', between: 100_000 },
    random: createRandom(0),
    signal,
    onBatch: async () => undefined,
    ...more,
  });
}

/** What is foretold by heads that are fitted on all rows so far each time so many labels have come; `never`: on the first rows alone. */
export async function anew(
  start: LabelledVectors,
  rows: LabelledVectors,
  fit: Fit,
  never = false,
): Promise<readonly string[]> {
  const foretold: string[] = [];
  for (let first = 0; first < rows.labels.length; first += every) {
    const before = never ? 0 : first;
    const known = [...start.labels, ...rows.labels.slice(0, before)];
    const labels = [...new Set(known)].sort();
    const targets = Int32Array.from(known, (label) => labels.indexOf(label));
    const head = await fit(
      stacked(start.vectors, takeRows(rows.vectors, range(0, before))),
      targets,
      labels.length,
    );
    const places = range(first, Math.min(first + every, rows.labels.length));
    foretold.push(...said(head, labels, takeRows(rows.vectors, places)));
  }
  return foretold;
}

export function said(head: Head, labels: readonly string[], vectors: Matrix): readonly string[] {
  return Array.from(mostProbable(headProbabilities(head, vectors), labels.length), (i) => labels[i] ?? '');
}

/** In percent, of the rows that count. */
export function accuracy(
  foretold: readonly string[],
  labels: readonly string[],
  counts: (i: number) => boolean = () => true,
): number {
  const places = [...labels.keys()].filter(counts);
  return (100 * places.filter((i) => foretold[i] === labels[i]).length) / places.length;
}

/** With the seconds of processor time that it takes. */
export async function timed<T>(work: () => T | Promise<T>): Promise<readonly [T, number]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}

/** The rows from `first` to before `end`. */
export function part({ vectors, labels }: LabelledVectors, first: number, end: number): LabelledVectors {
  return { vectors: takeRows(vectors, range(first, end)), labels: labels.slice(first, end) };
}

export function joined(a: LabelledVectors, b: LabelledVectors): LabelledVectors {
  return { vectors: stacked(a.vectors, b.vectors), labels: [...a.labels, ...b.labels] };
}

function range(first: number, end: number): readonly number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}
