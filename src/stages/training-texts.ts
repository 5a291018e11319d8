// Rows as an encoder is trained on them: texts, as the model will be asked later, and the share and weight of each label. Labels' own texts
// are further examples.
import { labelIndices, texts, type Dataset } from './dataset.ts';
import type { ExtraTexts } from './label-texts.ts';
import type { OpenEncoder } from './model-source.ts';
import { openRendering } from './prompt-rows.ts';
import type { TrainingTexts } from './train-encoder.ts';

/** With a prompt every row is there once for each of its templates. */
export async function textsToTrain(
  rows: Dataset,
  extra: ExtraTexts,
  classWeights: 'none' | 'balanced',
  encoder: OpenEncoder,
): Promise<TrainingTexts> {
  const { prompt } = rows;
  const own = labelIndices(rows);
  const rendered =
    prompt === undefined
      ? [texts(rows)]
      : await (
          await openRendering(encoder, prompt, async () => rows)
        )(rows);
  const all = [...rendered.flat(), ...extra.texts];
  const labels = Int32Array.from([...rendered.flatMap(() => [...own]), ...extra.labels]);
  const [{ rowWeights, softTargets }] = await Promise.all([import('../learning/targets.ts')]);
  const targets = softTargets(labels, rows.labels.length);
  const balance = classWeights === 'balanced' ? classWeights : undefined;
  return { texts: all, labels, targets, weights: rowWeights(targets, rows.labels.length, balance) };
}
