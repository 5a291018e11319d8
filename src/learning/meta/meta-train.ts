// Learning to learn: conv4 trained on episodes, so that a few pictures of classes it has never seen are enough afterwards. Pictures in, weights out; knows no
// files. What an episode holds is a function of the seed and its number, so training may stop and go on.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import { conv4 } from '../encoders/conv4.ts';
import { freezeConv4 } from '../encoders/conv4-frozen.ts';
import { initialConv4 } from '../encoders/conv4-initial.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { adam } from '../optimizers/adam.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { createRandom } from '../random.ts';
import { trainResumably, type CheckpointPlace } from '../training/train-resumably.ts';
import type { Batch, StepReport } from '../training/train.ts';
import { drawEpisode, type Episode, type EpisodeShape } from './episodes.ts';
import { matchingTemperature } from './matching.ts';
import { cosineLogits, matchingLogits, prototypicalLogits } from './prototypical.ts';

/** Pictures of one size, from 0 to 1, and the rows of each class. */
export interface ClassedPictures {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [height, width, channels] in bytes. */
  readonly pixels: (row: number) => Uint8Array;
  readonly classes: readonly (readonly number[])[];
}

export type Rule = 'euclidean' | 'cosine' | 'matching';

export interface MetaTraining {
  readonly pictures: ClassedPictures;
  readonly rule: Rule;
  readonly shape: EpisodeShape;
  readonly episodes: number;
  readonly rate: number;
  /** Whether pictures turned by 90, 180 and 270 degrees are classes of their own; only for square ones. */
  readonly rotations: boolean;
  readonly seed: number;
  readonly place: CheckpointPlace;
  readonly about: string;
  readonly signal: AbortSignal;
  readonly onStep: (report: StepReport) => void;
  readonly resumed: (losses: readonly number[]) => void;
}

/** Batches that the statistics of the trained net are taken from. */
const frozenBatches = 20;

/** The frozen weights of the trained net: `conv4Vectors` takes them. The caller disposes them. */
export async function metaTrain(
  engine: Pick<Engine, 'capture' | 'resident'>,
  request: MetaTraining,
): Promise<Tensors> {
  const { shape, rule, seed, episodes } = request;
  const random = createRandom(seed, 'meta-learn');
  const rotated = request.rotations ? 4 : 1;
  const classes = request.pictures.classes;
  const all = Array.from(
    { length: classes.length * rotated },
    (_, i) => classes[Math.floor(i / rotated)] ?? [],
  );
  const batchOf = (purpose: string, index: number): Batch => {
    const episode = drawEpisode(all, shape, random.derive(purpose, index));
    return episodeBatch(request.pictures, episode, shape, rotated);
  };
  const parameters = Object.fromEntries(
    Object.entries(initialConv4(request.pictures.channels, seed)).map(([name, { shape, data }]) => [
      name,
      tf.tensor(data, [...shape]),
    ]),
  );
  const rows = shape.ways * shape.shots;
  const trained = await trainResumably({
    training: {
      engine,
      parameters,
      batch: (index) => batchOf('episode', index),
      loss: (weights, { images, targets }) => {
        const vectors = conv4(weights, images);
        const [support, queries] = tf.split(vectors, [rows, shape.ways * shape.queries]) as [
          tf.Tensor,
          tf.Tensor,
        ];
        return crossEntropy(episodeLogits(rule, support, queries, shape.ways), targets);
      },
      dropoutSeed: 0,
      optimizer: adam({
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        decoupled: false,
        groupOf: () => ({ rateFactor: 1, weightDecay: 0 }),
      }),
      rate: request.rate,
      schedule: { curve: 'cosine', warmupSteps: 0, steps: episodes },
      signal: request.signal,
      onStep: request.onStep,
    },
    place: request.place,
    about: request.about,
    resumed: request.resumed,
  });
  tf.dispose(parameters);
  const batches = Array.from({ length: frozenBatches }, (_, i) => () => {
    const { images } = batchOf('statistics', i);
    return tf.tensor4d(images?.data as Float32Array, images?.shape as [number, number, number, number]);
  });
  const frozen = await freezeConv4(trained, batches);
  tf.dispose(trained);
  return frozen;
}

/** What queries say of each class: [queries, ways]. */
function episodeLogits(rule: Rule, support: tf.Tensor, queries: tf.Tensor, ways: number): tf.Tensor {
  switch (rule) {
    case 'euclidean':
      return prototypicalLogits(support, queries, ways);
    case 'cosine':
      return cosineLogits(support, queries, ways, matchingTemperature);
    case 'matching':
      return matchingLogits(support, queries, ways, matchingTemperature);
    default:
      return rule satisfies never;
  }
}

function episodeBatch(
  { height, width, channels, pixels }: ClassedPictures,
  { classes, support, queries }: Episode,
  { ways, shots, queries: asked }: EpisodeShape,
  rotated: number,
): Batch {
  const size = height * width * channels;
  const rows = [...support, ...queries];
  const images = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    const way = i < support.length ? Math.floor(i / shots) : Math.floor((i - support.length) / asked);
    const turns = (classes[way] ?? 0) % rotated;
    const bytes = pixels(row);
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        const from = turnedPlace(y, x, turns, height) * channels;
        for (let c = 0; c < channels; c += 1)
          images[i * size + (y * width + x) * channels + c] = (bytes[from + c] ?? 0) / 255;
      }
  });
  const targets = new Float32Array(queries.length * ways);
  queries.forEach((_, i) => (targets[i * ways + Math.floor(i / asked)] = 1));
  return {
    images: { type: 'float32', data: images, shape: [rows.length, height, width, channels] },
    targets: { type: 'float32', data: targets, shape: [queries.length, ways] },
  };
}

/** Where the pixel at (y, x) of a square picture comes from that is turned so often by 90 degrees. */
function turnedPlace(y: number, x: number, turns: number, side: number): number {
  let [row, column] = [y, x];
  for (let turn = 0; turn < turns; turn += 1) [row, column] = [side - 1 - column, row];
  return row * side + column;
}
