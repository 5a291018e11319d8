// Applies any fitted head to vectors. Knows how each kind reads its tensors, nothing of how it was fitted.
import { innerProducts } from '../dense.ts';
import { distances, type Distance } from '../distance.ts';
import type { Matrix } from '../matrix.ts';
import { softmaxRows } from '../softmax.ts';
import { cacheProbabilities } from './cache.ts';
import { numberOf, tensorOf, type Head, type Tensor } from './head.ts';
import { knnProbabilities } from './knn.ts';
import { oneClassShares } from './one-class.ts';

/**
 * [rows, labels]; every row sums to 1, save where each label is one against the rest.
 * @throws RangeError where the vectors have another width than those the head was fitted on
 */
export function headProbabilities(head: Head, x: Matrix): Float64Array {
  switch (head.kind) {
    case 'logistic':
    case 'ridge':
    case 'linear':
    case 'svm':
      return softmaxRows(scores(head, x), head.labels);
    case 'one-vs-rest':
      return scores(head, x).map((score) => 1 / (1 + Math.exp(-score)));
    case 'prototype': {
      const away = distances(x, asMatrix(tensorOf(head, 'prototypes')), distanceOf(head));
      const temperature = numberOf(head, 'temperature');
      return softmaxRows(
        away.map((distance) => -distance / temperature),
        head.labels,
      );
    }
    case 'knn':
      return knnProbabilities(
        asMatrix(tensorOf(head, 'vectors')),
        tensorOf(head, 'labels').data,
        head.labels,
        x,
        {
          k: numberOf(head, 'k'),
          distance: distanceOf(head),
          weights: head.settings['weights'] === 'distance' ? 'distance' : 'uniform',
        },
      );
    case 'cache':
      return cacheProbabilities(
        {
          keys: asMatrix(tensorOf(head, 'keys')),
          prototypes: asMatrix(tensorOf(head, 'prototypes')),
          values: tensorOf(head, 'values').data,
        },
        x,
        {
          alpha: numberOf(head, 'alpha'),
          beta: numberOf(head, 'beta'),
          temperature: numberOf(head, 'temperature'),
        },
      );
    case 'one-class':
      return oneClassShares(head, x);
    default:
      return head.kind satisfies never;
  }
}

/** The label of the highest probability of each row; of equal ones the first. */
export function mostProbable(probabilities: Float64Array, labels: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / labels }, (_, i) => {
    let best = 0;
    for (let label = 1; label < labels; label += 1)
      if (probabilities[i * labels + label] > probabilities[i * labels + best]) best = label;
    return best;
  });
}

/** Values [rows, labels] of a linear head. */
function scores(head: Head, x: Matrix): Float64Array {
  const weight = tensorOf(head, 'weight').data;
  const bias = tensorOf(head, 'bias').data;
  const { columns } = x;
  if (weight.length !== head.labels * columns)
    throw new RangeError(`vectors of ${columns} columns for a head over ${weight.length / head.labels}`);
  return innerProducts(x.data, weight, columns).map((product, i) => product + bias[i % head.labels]);
}

function distanceOf(head: Head): Distance {
  return head.settings['distance'] === 'cosine' ? 'cosine' : 'euclidean';
}

function asMatrix({ shape, data }: Tensor): Matrix {
  const [rows = 0, columns = 0] = shape;
  return { rows, columns, data };
}
