// The rows of a stream as the model sees them: vectors by its encoder as it is in the beginning, and the texts that the encoder reads, where it is to
// learn from them.
import type { LabelledVectors } from '../learning/adapt/stream.ts';
import type { Classifier } from './classifier.ts';
import { labelIndices, texts as textsOf, type Dataset } from './dataset.ts';
import type { StreamRows } from './adapt-vectors.ts';
import { openRendering } from './prompt-rows.ts';

/** `datasets`: what the model was fitted on, the stream, and the canary rows. The classifier is disposed. */
export async function rowsOfStream(
  classifier: Classifier,
  [support, stream, canary]: readonly [Dataset, Dataset, Dataset | undefined],
  reads: boolean,
): Promise<StreamRows & { readonly texts: readonly string[] }> {
  const of = async (dataset: Dataset): Promise<LabelledVectors> => {
    const labels = Array.from(labelIndices(dataset), (label) => dataset.labels[label] ?? '');
    return { vectors: await classifier.encodeRows(dataset), labels };
  };
  try {
    const all = [support, stream, ...(canary === undefined ? [] : [canary])];
    return {
      start: await of(support),
      rows: await of(stream),
      canary: canary && (await of(canary)),
      texts: reads ? await readTexts(classifier, all) : [],
    };
  } finally {
    await classifier.dispose();
  }
}

/** With a prompt: rows put into its one template. */
async function readTexts(classifier: Classifier, all: readonly Dataset[]): Promise<readonly string[]> {
  const { prompt } = classifier.description;
  if (prompt === undefined) return all.flatMap((dataset) => textsOf(dataset));
  const render = await openRendering(classifier, prompt, () => classifier.support());
  const rendered: string[] = [];
  for (const dataset of all) rendered.push(...((await render(dataset))[0] ?? []));
  return rendered;
}
