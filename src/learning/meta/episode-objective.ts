// Episodes as what an encoder is trained for: the queries of each are to find their class by the vectors of its support. Knows rows by number
// alone, and neither texts nor pictures.
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../losses/cross-entropy.ts';
import type { Matrix } from '../matrix.ts';
import { takeRows } from '../matrix.ts';
import { tensorIn } from '../optimizers/optimizer.ts';
import type { Random } from '../random.ts';
import type { Objective } from '../training/tune-net.ts';
import { episodeFigures } from './episode-figures.ts';
import { drawEpisode, episodeTargets, type Episode, type EpisodeShape } from './episodes.ts';
import { vectorLogits, type VectorRule } from './meta-rule.ts';

/** Rows by their classes. */
export interface Episodic {
  readonly classes: readonly (readonly number[])[];
  readonly shape: EpisodeShape;
  readonly rule: VectorRule;
}

/** An episode a step. Which they are is a function of `random` and the number of the step. */
export function episodeObjective({ classes, shape, rule }: Episodic, random: Random): Objective {
  return {
    weights: {},
    plan: (steps) =>
      Array.from({ length: steps }, (_, step) => {
        const { support, queries } = drawEpisode(classes, shape, random.derive(step));
        return [...support, ...queries];
      }),
    inputs: () => ({ targets: episodeTargets(shape) }),
    loss: (vectors, tensors) => {
      const own = tf.slice(vectors, [0, 0], [shape.ways * (shape.shots + shape.queries), -1]);
      return crossEntropy(vectorLogits(rule, own, shape), tensorIn(tensors, 'targets'));
    },
  };
}

/** Of rows with these vectors [rows, width]. */
export async function measureEpisodes(
  vectors: Matrix,
  episodes: readonly Episode[],
  { shape, rule }: Pick<Episodic, 'shape' | 'rule'>,
): ReturnType<typeof episodeFigures> {
  return episodeFigures(episodes, shape, ({ support, queries }) => {
    const { data, rows, columns } = takeRows(vectors, [...support, ...queries]);
    return vectorLogits(rule, tf.tensor2d(Float32Array.from(data), [rows, columns]), shape);
  });
}
