// Prototypes that take rows as they come: sums and counts of each label, so that they are always the means that `fitPrototype` finds.
import type { PrototypeOptions } from '../heads/prototype.ts';
import { row } from '../matrix.ts';
import type { LabelledRows, Learner } from './learner.ts';

interface Sums {
  readonly width: number;
  /** [labels, width] */
  readonly sums: Float64Array;
  /** [labels] */
  readonly counts: Float64Array;
}

/** Without a row; no head before every label has one. */
export function runningPrototypes(width: number, labels: number, options: PrototypeOptions): Learner {
  return learnerOf(
    { width, sums: new Float64Array(labels * width), counts: new Float64Array(labels) },
    options,
  );
}

function learnerOf(state: Sums, options: PrototypeOptions): Learner {
  const { width, sums, counts } = state;
  const labels = counts.length;
  return {
    labels,
    learn: (rows, known) => learnerOf(learnt(state, rows, known), options),
    head: () => {
      if (counts.some((count) => count === 0)) throw new RangeError('a label without a row');
      const means = Float32Array.from(sums, (sum, i) => sum / counts[Math.floor(i / width)]);
      return Promise.resolve({
        kind: 'prototype',
        labels,
        settings: { distance: options.distance, temperature: options.temperature },
        tensors: { prototypes: { shape: [labels, width], data: means } },
      });
    },
  };
}

function learnt(before: Sums, { vectors, targets }: LabelledRows, labels: number): Sums {
  const { width } = before;
  if (vectors.columns !== width)
    throw new RangeError(`vectors of ${vectors.columns} columns for prototypes of ${width}`);
  const sums = new Float64Array(labels * width);
  const counts = new Float64Array(labels);
  sums.set(before.sums);
  counts.set(before.counts);
  targets.forEach((label, i) => {
    counts[label] += 1;
    row(vectors, i).forEach((value, k) => (sums[label * width + k] += value));
  });
  return { width, sums, counts };
}
