// Episodes as what an encoder is trained for: the queries of each are to find their class by the vectors of its support. Knows rows by number
// alone, and neither texts nor pictures.
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../losses/cross-entropy.ts';
import type { Matrix } from '../matrix.ts';
import { takeRows } from '../matrix.ts';
import { tensorIn } from '../optimizers/optimizer.ts';
import type { Random } from '../random.ts';
import type { Objective } from '../training/tune-net.ts';
import { drawEpisode, type Episode, type EpisodeShape } from './episodes.ts';
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
    inputs: () => ({ targets: targetsOf(shape) }),
    loss: (vectors, tensors) => {
      const own = tf.slice(vectors, [0, 0], [shape.ways * (shape.shots + shape.queries), -1]);
      return crossEntropy(vectorLogits(rule, own, shape), tensorIn(tensors, 'targets'));
    },
  };
}

/** Means over episodes of rows with these vectors [rows, width]: of the loss, and of the share of queries that are right. */
export async function measureEpisodes(
  vectors: Matrix,
  episodes: readonly Episode[],
  { shape, rule }: Pick<Episodic, 'shape' | 'rule'>,
): Promise<{ readonly loss: number; readonly accuracy: number }> {
  let [lost, right] = [0, 0];
  for (const { support, queries } of episodes) {
    const { data, rows, columns } = takeRows(vectors, [...support, ...queries]);
    const [loss, hits] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
      const { data: numbers, shape: size } = targetsOf(shape);
      const targets = tf.tensor(numbers, [...size]);
      const logits = vectorLogits(rule, tf.tensor2d(Float32Array.from(data), [rows, columns]), shape);
      const hit = tf.equal(tf.argMax(logits, 1), tf.argMax(targets, 1));
      return [crossEntropy(logits, targets), tf.mean(tf.cast(hit, 'float32'))];
    });
    lost += (await loss.data())[0] ?? NaN;
    right += (await hits.data())[0] ?? NaN;
    tf.dispose([loss, hits]);
  }
  return { loss: lost / episodes.length, accuracy: right / episodes.length };
}

/** [ways * queries, ways] */
function targetsOf({ ways, queries }: EpisodeShape) {
  const data = new Float32Array(ways * queries * ways);
  for (let i = 0; i < ways * queries; i += 1) data[i * ways + Math.floor(i / queries)] = 1;
  return { type: 'float32', data, shape: [ways * queries, ways] } as const;
}
