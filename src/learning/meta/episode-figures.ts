// What is measured of episodes. Knows logits alone, and neither texts nor pictures.
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { episodeTargets, type Episode, type EpisodeShape } from './episodes.ts';

/** Means over episodes: of the loss, and of the share of queries that are right. `logitsOf` gives those of the queries, [ways * queries, ways]. */
export async function episodeFigures(
  episodes: readonly Episode[],
  shape: EpisodeShape,
  logitsOf: (episode: Episode) => tf.Tensor,
): Promise<{ readonly loss: number; readonly accuracy: number }> {
  const { data, shape: size } = episodeTargets(shape);
  let [lost, right] = [0, 0];
  for (const episode of episodes) {
    const [loss, hits] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
      const targets = tf.tensor(data, [...size]);
      const logits = logitsOf(episode);
      const hit = tf.equal(tf.argMax(logits, 1), tf.argMax(targets, 1));
      return [crossEntropy(logits, targets), tf.mean(tf.cast(hit, 'float32'))];
    });
    lost += (await loss.data())[0] ?? NaN;
    right += (await hits.data())[0] ?? NaN;
    tf.dispose([loss, hits]);
  }
  return { loss: lost / episodes.length, accuracy: right / episodes.length };
}
