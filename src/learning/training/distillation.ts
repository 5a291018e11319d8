// What teachers make of texts, learnt by a student: the objective that trains its encoder. What teachers say is given as numbers, but for
// the layers of a teacher that reads the same tokens: these are run beside the student's.
import * as tf from '@tensorflow/tfjs-core';
import type { TrainableEncoder } from '../encoders/trainable.ts';
import type { Head } from '../heads/head.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { scoreLoss, softLabelLoss, stateLoss, vectorLoss } from '../losses/distillation.ts';
import type { Matrix } from '../matrix.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { createRandom } from '../random.ts';
import { passesOf } from './batches.ts';
import { classifierWeights, classifierScores } from './classification.ts';
import type { Batch } from './train.ts';
import type { Layers, Objective } from './tune-net.ts';

/** What there is to be learnt; parts that are absent are not. */
export interface Taught {
  readonly texts: number;
  readonly probabilities?: TaughtProbabilities | undefined;
  /** Of each teacher the vectors [texts, its width]. */
  readonly vectors: readonly Matrix[];
  readonly layers?: TaughtLayers | undefined;
}

export interface TaughtProbabilities {
  /** At `temperature`. [texts, labels] */
  readonly taught: Float64Array;
  readonly temperature: number;
  /** Label numbers of the texts, where these count. */
  readonly truth: Int32Array | undefined;
  /** How much they count, in [0, 1], against the teachers. */
  readonly alpha: number;
  /** A head of the kind `logistic`: the classifier that training starts from. */
  readonly start: Head;
}

export interface TaughtLayers {
  readonly teacher: TrainableEncoder;
  readonly hidden: boolean;
  readonly attention: boolean;
}

export interface DistillationOptions {
  /** Texts of a step. */
  readonly size: number;
  /** Of the order of the texts, and of weights that start at random. */
  readonly seed: number;
}

/** With the number of steps in which every text is learnt from once. The caller disposes the weights. */
export function distillation(
  { texts, probabilities, vectors: taught, layers: beside }: Taught,
  student: Pick<TrainableEncoder, 'width' | 'depth'>,
  { size, seed }: DistillationOptions,
): Objective & { readonly stepsAPass: number } {
  const passes = passesOf({ rows: texts, size, seed });
  // Vectors of one teacher that are as wide as the student's are to be the student's own.
  const projected = taught.map(({ columns }) => taught.length > 1 || columns !== student.width);
  const pairs = beside === undefined ? [] : layerPairs(student.depth, beside.teacher.depth);
  const widened = beside !== undefined && beside.hidden && beside.teacher.width !== student.width;
  const project = (from: string, x: tf.Tensor2D, tensors: Tensors): tf.Tensor =>
    tf.matMul(x, tensorIn(tensors, from));

  return {
    stepsAPass: passes.perPass,
    beside: beside?.teacher,
    weights: {
      ...(probabilities && classifierWeights(probabilities.start)),
      ...projections(taught.map(({ columns }, i) => [vectorName(i), projected[i] ? columns : 0])),
      ...projections(pairs.map(([own]) => [stateName(own), widened ? beside.teacher.width : 0])),
    },
    plan: passes.plan,
    inputs: (members, room) => ({
      counts: numbers(Float32Array.from({ length: room }, (_, i) => (i < members.length ? 1 : 0))),
      ...(probabilities && labelInputs(probabilities, members, room)),
      ...Object.fromEntries(
        taught.map((matrix, i) => [`taught ${vectorName(i)}`, rowsOf(matrix, members, room)]),
      ),
    }),
    loss: (vectors, tensors, layers) => {
      const counts = tensorIn(tensors, 'counts');
      const parts = [
        ...(probabilities === undefined ? [] : [labelLoss(vectors, tensors, probabilities)]),
        ...taught.map((_, i) => {
          const own = projected[i] === true ? project(vectorName(i), vectors, tensors) : vectors;
          return vectorLoss(own, tensorIn(tensors, `taught ${vectorName(i)}`), counts);
        }),
        ...(beside === undefined || layers === undefined ? [] : layerLosses(beside, layers, tensors)),
        // Weights that only the vectors read have a gradient all the same, of zeros.
        ...(probabilities === undefined && taught.length === 0 ? [tf.mul(tf.sum(vectors), 0)] : []),
      ];
      return tf.addN(parts);
    },
  };

  function projections(wanted: readonly (readonly [string, number])[]): Tensors {
    const some = wanted.filter(([, to]) => to > 0);
    return Object.fromEntries(
      some.map(([name, to]) => [
        name,
        tf.tensor2d(normal(student.width * to, seed, name), [student.width, to]),
      ]),
    );
  }

  function layerLosses(
    { hidden, attention }: TaughtLayers,
    layers: Layers,
    tensors: Tensors,
  ): readonly tf.Tensor[] {
    const filled = tf.reshape(tensorIn(tensors, 'filled'), [-1]);
    const losses: tf.Tensor[] = [];
    for (const [own, its] of pairs) {
      const [x, y] = [layers.own.states[own], layers.beside.states[its]];
      if (hidden && x !== undefined && y !== undefined)
        losses.push(stateLoss(widened ? project(stateName(own), x, tensors) : x, y, filled));
      const [a, b] = [layers.own.scores[own - 1], layers.beside.scores[its - 1]];
      if (attention && a !== undefined && b !== undefined)
        losses.push(scoreLoss(a, b, tensorIn(tensors, 'present')));
    }
    return losses.map((loss) => tf.div(loss, pairs.length));
  }
}

/** States that are to be equal, of student and teacher: the words' (0), and after each layer of the student as far up in the teacher. */
export function layerPairs(student: number, teacher: number): readonly (readonly [number, number])[] {
  return Array.from({ length: student + 1 }, (_, i) => [i, Math.round((i * teacher) / student)] as const);
}

const vectorName = (teacher: number): string => `vectors ${teacher}`;
const stateName = (layer: number): string => `states ${layer}`;

function labelInputs(
  { taught, truth, start: { labels } }: TaughtProbabilities,
  members: readonly number[],
  room: number,
): Batch {
  const [shares, hits] = [new Float32Array(room * labels).fill(1 / labels), new Float32Array(room * labels)];
  members.forEach((text, i) => {
    shares.set(taught.subarray(text * labels, (text + 1) * labels), i * labels);
    if (truth !== undefined) hits[i * labels + (truth[text] ?? 0)] = 1;
  });
  const shape = [room, labels];
  return {
    'taught shares': { data: shares, shape, type: 'float32' },
    ...(truth !== undefined && { truth: { data: hits, shape, type: 'float32' } }),
  };
}

function labelLoss(
  vectors: tf.Tensor2D,
  tensors: Tensors,
  { temperature, truth, alpha }: TaughtProbabilities,
): tf.Tensor {
  const [logits, counts] = [classifierScores(vectors, tensors), tensorIn(tensors, 'counts')];
  const soft = softLabelLoss(logits, { taught: tensorIn(tensors, 'taught shares'), temperature, counts });
  if (truth === undefined || alpha === 0) return soft;
  const hard = crossEntropy(logits, tensorIn(tensors, 'truth'), counts);
  return tf.add(tf.mul(soft, 1 - alpha), tf.mul(hard, alpha));
}

function rowsOf({ data, columns }: Matrix, members: readonly number[], room: number): Batch[string] {
  const rows = new Float32Array(room * columns);
  members.forEach((text, i) => rows.set(data.subarray(text * columns, (text + 1) * columns), i * columns));
  return { data: rows, shape: [room, columns], type: 'float32' };
}

function numbers(data: Float32Array): Batch[string] {
  return { data, shape: [data.length], type: 'float32' };
}

/** So that a row's product is about as long as the row. */
function normal(count: number, seed: number, name: string): Float32Array {
  const random = createRandom(seed, 'projection', name);
  return Float32Array.from({ length: count }, () => 0.05 * random.normal());
}
