// Learning to learn: conv4 trained on episodes, so that a few pictures of classes it has never seen are enough afterwards. Pictures in, weights out; knows no
// files. What an episode holds is a function of the seed and its number, so training may stop and go on.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { HostTensors } from '../../engine/program.ts';
import { freezeConv4 } from '../encoders/conv4-frozen.ts';
import { initialConv4 } from '../encoders/conv4-initial.ts';
import { plainAdam } from '../optimizers/adam.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { createRandom } from '../random.ts';
import { bestWeights, type BestWeights, type Measured } from '../training/best-weights.ts';
import { toTensors } from '../training/host-arrays.ts';
import { trainResumably, type CheckpointPlace } from '../training/train-resumably.ts';
import type { Batch, StepReport } from '../training/train.ts';
import { episodeBatch, type ClassedPictures } from './episode-batch.ts';
import { episodeFigures } from './episode-figures.ts';
import { drawEpisode, type EpisodeShape } from './episodes.ts';
import { initialLearner } from './learner.ts';
import { lossFor, logitsFor, type MetaRule } from './meta-rule.ts';

export interface MetaTraining {
  readonly pictures: ClassedPictures;
  readonly rule: MetaRule;
  readonly shape: EpisodeShape;
  /** Each of `tasks` episodes. */
  readonly steps: number;
  readonly tasks: number;
  readonly rate: number;
  /** Whether pictures turned by 90, 180 and 270 degrees are classes of their own; only for square ones. */
  readonly rotations: boolean;
  /** Of the size of the others, by which the weights are chosen: those of the step that lost least on episodes of them. */
  readonly validation?: ClassedPictures | undefined;
  readonly seed: number;
  readonly place: CheckpointPlace;
  readonly about: string;
  readonly signal: AbortSignal;
  readonly onStep: (report: StepReport) => void;
  readonly resumed: (losses: readonly number[]) => void;
}

export interface MetaTrained {
  /** `conv4Vectors` takes them. The caller disposes them, and the others. */
  readonly frozen: Tensors;
  /** The weights as they were trained, with the head: of nets that adapt. */
  readonly learner: Tensors | undefined;
  /** On episodes of `validation`. */
  readonly measured: readonly Measured[];
}

/** Batches that the statistics of the trained net are taken from. */
const frozenBatches = 20;
/** About so many measurements on episodes of `validation`, the one before the first step aside, and episodes of each. */
const measurements = 20;
const measuredEpisodes = 40;

export async function metaTrain(
  engine: Pick<Engine, 'capture' | 'resident'>,
  request: MetaTraining,
): Promise<MetaTrained> {
  const { shape, rule, seed, steps, tasks, pictures } = request;
  const random = createRandom(seed, 'meta-learn');
  const rotated = request.rotations ? 4 : 1;
  const { classes } = pictures;
  const all = Array.from(
    { length: classes.length * rotated },
    (_, i) => classes[Math.floor(i / rotated)] ?? [],
  );
  const batchOf = (purpose: string, index: number): Batch =>
    episodeBatch(pictures, drawEpisode(all, shape, random.derive(purpose, index)), shape, rotated);
  const initial =
    rule.name === 'vectors'
      ? initialConv4(pictures.channels, seed)
      : initialLearner(pictures, shape.ways, seed);
  const parameters = Object.fromEntries(
    Object.entries(initial).map(([name, { shape: size, data }]) => [name, tf.tensor(data, [...size])]),
  );
  const watch =
    request.validation && watchOn(request.validation, request, (i) => random.derive('validation', i));
  const trained = await trainResumably({
    training: {
      engine,
      parameters,
      batch: (index) => batchOf('episode', index),
      accumulate: tasks,
      loss: (weights, batch) => lossFor(rule, weights, batch, shape),
      dropoutSeed: 0,
      optimizer: plainAdam(),
      rate: request.rate,
      schedule: { curve: 'cosine', warmupSteps: 0, steps },
      signal: request.signal,
      onStep: request.onStep,
    },
    watch,
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
  const measured = watch?.state().measured ?? [];
  if (rule.name !== 'vectors') return { frozen, learner: trained, measured };
  tf.dispose(trained);
  return { frozen, learner: undefined, measured };
}

/** On the same episodes each time. Training never ends early: the lowest loss may come after a while without one. */
function watchOn(
  pictures: ClassedPictures,
  { rule, shape, steps, signal }: MetaTraining,
  randomOf: (index: number) => ReturnType<typeof createRandom>,
): BestWeights {
  const episodes = Array.from({ length: measuredEpisodes }, (_, i) =>
    drawEpisode(pictures.classes, shape, randomOf(i)),
  );
  const measure = async (parameters: HostTensors): Promise<Omit<Measured, 'step'>> => {
    const weights = toTensors(parameters);
    const figures = await episodeFigures(episodes, shape, (episode) => {
      signal.throwIfAborted();
      const batch = toTensors(episodeBatch(pictures, episode, shape, 1));
      return logitsFor(rule, weights, tensorIn(batch, 'images'), shape);
    });
    tf.dispose(weights);
    return figures;
  };
  return bestWeights({
    every: Math.max(1, Math.round(steps / measurements)),
    patience: Infinity,
    steps,
    measure,
  });
}
