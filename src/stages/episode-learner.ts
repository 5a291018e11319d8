// A net that adapts to the support of each episode, as `meta-learn` has trained it, on the engine of this step. Knows no reports.
import type { Adapting } from '../learning/meta/learner.ts';
import type { EpisodeRule } from '../learning/meta/score-episodes.ts';
import type { Pixels } from '../learning/images/decode.ts';
import type { Artifact } from './artifact.ts';
import { texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import { openFolderEngine, translatedFolder } from './huggingface-source.ts';
import { needsImages, pixelsOf } from './image-source.ts';
import type { MetaDescription } from './meta-description.ts';
import { readLearner } from './meta-encoder.ts';
import type { ModelContext } from './model-source.ts';
import { stepFailure } from './step-failure.ts';

export interface OpenLearner {
  readonly rule: EpisodeRule;
  readonly dispose: () => Promise<void>;
}

/** `rows`: those that episodes are drawn from. */
export async function openLearner(
  model: Artifact,
  description: MetaDescription,
  adapting: Adapting,
  rows: Dataset,
  context: ModelContext,
): Promise<OpenLearner> {
  const { images } = rows;
  if (images === undefined) throw stepFailure(needsImages, 'model');
  const pictures = await pixelsOf(images, texts(rows));
  const stored = await translatedFolder(model, () => readLearner(model, description));
  const { height, width, channels } = description;
  const [{ asTaken }, { adaptedLogits }, { mostProbable }] = await Promise.all([
    import('../learning/images/image-encoder.ts'),
    import('../learning/meta/learner.ts'),
    import('../learning/heads/probabilities.ts'),
  ]);
  const tf = await import('@tensorflow/tfjs-core');
  const { translated, close } = await openFolderEngine(model, context);
  const weights = Object.fromEntries(
    Object.entries(stored).map(([name, { shape, data }]) => [
      name,
      tf.tensor(Float32Array.from(data), [...shape]),
    ]),
  );
  const none: readonly number[] = [];
  const input = { height, width, channels, scale: none, shift: none };
  const sized = new Map<number, Pixels>(); // once, and not in every episode
  const pictureOf = (row: number): Pixels => {
    const known = sized.get(row);
    if (known !== undefined) return known;
    const picture = pictures[row];
    if (picture === undefined) throw new RangeError(`no picture ${row}`);
    const fresh = asTaken(picture, input);
    sized.set(row, fresh);
    return fresh;
  };
  const size = height * width * channels;
  return {
    rule: async ({ support, queries }, shape) => {
      const asked = [...support, ...queries];
      const data = new Float32Array(asked.length * size);
      asked.forEach((row, i) => {
        const { data: bytes } = pictureOf(row);
        for (let k = 0; k < size; k += 1) data[i * size + k] = (bytes[k] ?? 0) / 255;
      });
      const said = await translated(async () => {
        const logits = tf.tidy(() =>
          // The derivative of the steps is not asked for, so they are those of either order.
          adaptedLogits(weights, tf.tensor4d(data, [asked.length, height, width, channels]), shape, {
            ...adapting,
            order: 1,
          }),
        );
        const numbers = Float64Array.from(await logits.data());
        logits.dispose();
        return numbers;
      });
      return mostProbable(said, shape.ways);
    },
    dispose: async () => {
      tf.dispose(weights);
      await close();
    },
  };
}

/** What a report says of it. */
export function learnerCheck({ name, steps, rate }: Adapting): Check {
  const part = name === 'anil' ? 'its head alone' : 'all its weights, those of the head among them';
  return {
    name: 'transductive',
    message:
      `the net adapts to the support of each episode by ${steps} step${steps === 1 ? '' : 's'} of ${rate} that change ${part}; ` +
      'the queries of an episode are answered together, normalised by their own statistics, so that each answer depends on the other queries',
  };
}
