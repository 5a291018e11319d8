// For choosing a threshold after the encoder was trained: the same training anew on a part of the rows, so that the others are read by an
// encoder that has not learnt them. Knows no heads.
import type { Random } from '../learning/random.ts';
import type { Artifact } from './artifact.ts';
import { inMemory, overlaid } from './artifact-overlay.ts';
import { noCheckpoint } from './checkpoint.ts';
import { texts, type Dataset } from './dataset.ts';
import { openEncoder, type TrainingContext } from './model-source.ts';
import { rowEncoder } from './row-encoder.ts';
import { folds, type VectorsOf } from './several-labels-head.ts';
import { trainEncoder, type TrainingRequest } from './train-encoder.ts';

/** Texts that may be learnt from for the threshold alone, in all trainings: minutes on two cores. */
const mostTexts = 20_000;

/** Texts that all trainings for the threshold learn from, beside one that learns from so many; none where they are not worth their time. */
export function textsAnew(texts: number): number {
  const all = (folds - 1) * texts;
  return all <= mostTexts ? all : 0;
}

export interface Unseen {
  /** The encoder before training. */
  readonly files: Artifact;
  readonly dataset: Dataset;
  /** Label numbers of each row. */
  readonly sets: readonly (readonly number[])[];
  readonly method: TrainingRequest['method'];
  readonly options: TrainingRequest['options'];
  readonly random: Random;
}

/** What is trained here is neither kept nor cached: nothing else asks for it. */
export function unseenVectors(
  { files, dataset, sets, method, options, random }: Unseen,
  outer: TrainingContext,
): VectorsOf {
  const context = { ...outer, cacheDirectory: undefined, checkpoint: () => noCheckpoint };
  const all = texts(dataset);
  let trainings = 0;
  return async (learnt) => {
    const rows = {
      texts: learnt.map((row) => all[row] ?? ''),
      sets: learnt.map((row) => sets[row] ?? []),
    };
    const own = random.derive('held out', trainings++);
    const trained = await trainEncoder(
      { files, method, options, rows, images: dataset.images, start: undefined, random: own },
      context,
    );
    const after = overlaid(files, inMemory(trained.files));
    const encoder = await openEncoder(after, context, { maxLength: options.max_length });
    return rowEncoder(encoder, {}, async () => dataset)(dataset).finally(encoder.dispose);
  };
}
