// The model that `meta-learn` gives: a net for pictures as files. Knows what is in them, not how it was trained.
//
//   conv4.json           the size of pictures, how it was trained, the classes it has learnt from
//   conv4.safetensors    filters and biases, with normalisation folded in
//   learner.safetensors  of nets that adapt: the weights as they were trained, with the head
//   consumed.parquet     the rows it has learnt from; not in folders that `export` wrote
import type { Tensor } from '../learning/heads/head.ts';
import type { TrainableImages } from '../learning/images/trainable-images.ts';
import type { Artifact, Output } from './artifact.ts';
import type { Consumed } from './consumed.ts';
import { writeConsumed } from './consumed-file.ts';
import {
  checkLearner,
  checkMetaWeights,
  learnerFile,
  metaDescription,
  metaFile,
  metaText,
  metaWeightsFile,
  type MetaDescription,
} from './meta-description.ts';

export type StoredTensors = Readonly<Record<string, Tensor>>;

export async function saveMetaEncoder(
  output: Output,
  description: MetaDescription,
  { frozen, learner }: { readonly frozen: StoredTensors; readonly learner: StoredTensors | undefined },
  consumed: Consumed,
): Promise<void> {
  const { writeSafetensors } = await import('../learning/safetensors.ts');
  await output.write(metaFile, metaText(description));
  await output.write(metaWeightsFile, writeSafetensors(frozen));
  if (learner !== undefined) await output.write(learnerFile, writeSafetensors(learner));
  await writeConsumed(output, consumed);
}

/** Nothing for other encoders. */
export async function readMetaDescription(files: Artifact): Promise<MetaDescription | undefined> {
  return files.names.includes(metaFile) ? metaDescription(await files.read(metaFile)) : undefined;
}

/** On the engine that is open. Throws `ModelError` where the files do not belong together. */
export async function loadMetaNet(files: Artifact): Promise<TrainableImages> {
  const [{ trainableConv4 }, { readSafetensors }] = await Promise.all([
    import('../learning/images/trainable-images.ts'),
    import('../learning/safetensors.ts'),
  ]);
  const description = await readMetaDescription(files);
  if (description === undefined) throw new Error(`there is no ${metaFile}`);
  const { height, width, channels } = description;
  const tensors = readSafetensors(await files.read(metaWeightsFile), metaWeightsFile);
  checkMetaWeights(description, new Map(Object.entries(tensors)));
  const each = (value: number): readonly number[] => new Array<number>(channels).fill(value);
  const input = { height, width, channels, scale: each(1 / 255), shift: each(0) };
  return trainableConv4(tensors, input, metaWeightsFile);
}

/** The weights of a net that adapts, by name. Throws `ModelError` where they are not those of the description. */
export async function readLearner(files: Artifact, description: MetaDescription): Promise<StoredTensors> {
  const { readSafetensors } = await import('../learning/safetensors.ts');
  const tensors = readSafetensors(await files.read(learnerFile), learnerFile);
  checkLearner(description, new Map(Object.entries(tensors)));
  return tensors;
}
