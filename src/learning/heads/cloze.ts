// A head for the vector at a mask: the scores of the labels' words as a masked language model has them (Schick and Schütze,
// "Exploiting cloze questions for few-shot text classification", 2021), and what labelled rows add to them.
import { innerProducts } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import type { Targets } from '../targets.ts';
import type { Head } from './head.ts';
import { fitLogistic, type LogisticOptions } from './logistic.ts';
import { headProbabilities } from './probabilities.ts';

/** Words of a model with the label that each stands for. */
export interface LabelWords {
  /** [words, width] */
  readonly weight: Matrix;
  readonly bias: Float64Array;
  /** Label number of each word; every label has one. */
  readonly labels: Int32Array;
}

/** The score of a label is the mean score of its words. Nothing is learnt: a `logistic` head. */
export function wordHead({ weight, bias, labels }: LabelWords, count: number): Head {
  const { columns } = weight;
  const means = new Float32Array(count * columns);
  const biases = new Float32Array(count);
  const words = new Float64Array(count);
  for (const label of labels) words[label] += 1;
  labels.forEach((label, word) => {
    biases[label] += bias[word] / words[label];
    for (let k = 0; k < columns; k += 1)
      means[label * columns + k] += weight.data[word * columns + k] / words[label];
  });
  return {
    kind: 'logistic',
    labels: count,
    settings: {},
    tensors: {
      weight: { shape: [count, columns], data: means },
      bias: { shape: [count], data: biases },
    },
  };
}

/**
 * The head relative to what it says of rows without content, so that a word the model likes anyway gains nothing: scores less
 * the logarithm of the mean probability there (Zhao et al., "Calibrate before use", 2021). `contentFree` is [rows, width].
 */
export function calibrated(head: Head, contentFree: Matrix): Head {
  const probabilities = headProbabilities(head, contentFree);
  const means = new Float64Array(head.labels);
  probabilities.forEach((value, i) => (means[i % head.labels] += value / contentFree.rows));
  const { weight, bias } = head.tensors;
  const shifted = bias.data.map((value, label) => value - Math.log(means[label]));
  return { ...head, tensors: { weight, bias: { ...bias, data: shifted } } };
}

/**
 * Logistic regression that starts from `start` and is kept near it: the penalty is on what it adds. Without rows `start` itself.
 * @throws RangeError where there are rows, but a label has none; `signal.reason` when stopped
 */
export async function fitCloze(
  x: Matrix,
  targets: Targets,
  start: Head,
  options: Omit<LogisticOptions, 'examples' | 'fitIntercept'>,
): Promise<Head> {
  if (x.rows === 0) return start;
  const { weight, bias } = start.tensors;
  const offsets = innerProducts(x.data, weight.data, x.columns).map(
    (product, i) => product + bias.data[i % start.labels],
  );
  const summed = (added: Head): Head => {
    const sum = (name: string): Float32Array =>
      start.tensors[name].data.map((value, i) => value + added.tensors[name].data[i]);
    const tensors = { weight: { ...weight, data: sum('weight') }, bias: { ...bias, data: sum('bias') } };
    return { ...added, tensors };
  };
  const stopping = options.stopping && {
    patience: options.stopping.patience,
    loss: (added: Head) => options.stopping?.loss(summed(added)) ?? NaN,
  };
  return summed(await fitLogistic(x, targets, start.labels, { ...options, stopping, examples: { offsets } }));
}
