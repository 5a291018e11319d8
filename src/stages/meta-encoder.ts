// The model that `meta-learn` gives: a net for pictures as files. Knows what is in them, not how it was trained.
//
//   conv4.json           the size of pictures, how it was trained, the classes it has learnt from
//   conv4.safetensors    filters and biases, with normalisation folded in
//   learner.safetensors  of nets that adapt: the weights as they were trained, with the head
//   consumed.parquet     the rows it has learnt from
import type { Tensor } from '../learning/heads/head.ts';
import type { TrainableImages } from '../learning/images/trainable-images.ts';
import type { Artifact, Output } from './artifact.ts';
import type { Consumed } from './consumed.ts';
import { writeConsumed } from './consumed-file.ts';
import type { ImageShape } from './images.ts';
import type { MetaMethod } from './meta-methods.ts';
import type { MetaValidation } from './meta-validation.ts';
import type { LossEnds } from './training-losses.ts';

export const metaFile = 'conv4.json';
const weightsFile = 'conv4.safetensors';
const learnerFile = 'learner.safetensors';

export type StoredTensors = Readonly<Record<string, Tensor>>;

/** Contents of `conv4.json`. */
export interface MetaDescription extends ImageShape, LossEnds {
  readonly format: 'fsl-conv4';
  readonly version: 1;
  readonly method: MetaMethod;
  readonly ways: number;
  readonly shots: number;
  readonly queries: number;
  readonly episodes: number;
  readonly rotations: boolean;
  readonly classes: readonly string[];
  /** Of those that chose the weights, where there were any. */
  readonly validation: MetaValidation | null;
  readonly validation_classes: readonly string[];
}

export async function saveMetaEncoder(
  output: Output,
  description: MetaDescription,
  { frozen, learner }: { readonly frozen: StoredTensors; readonly learner: StoredTensors | undefined },
  consumed: Consumed,
): Promise<void> {
  const { writeSafetensors } = await import('../learning/safetensors.ts');
  await output.write(metaFile, JSON.stringify(description, null, 2) + '\n');
  await output.write(weightsFile, writeSafetensors(frozen));
  if (learner !== undefined) await output.write(learnerFile, writeSafetensors(learner));
  await writeConsumed(output, consumed);
}

/** Nothing for other encoders. */
export async function readMetaDescription(files: Artifact): Promise<MetaDescription | undefined> {
  if (!files.names.includes(metaFile)) return undefined;
  return JSON.parse(new TextDecoder().decode(await files.read(metaFile))) as MetaDescription; // written above
}

/** On the engine that is open. */
export async function loadMetaNet(files: Artifact): Promise<TrainableImages> {
  const [{ trainableConv4 }, { readSafetensors }] = await Promise.all([
    import('../learning/images/trainable-images.ts'),
    import('../learning/safetensors.ts'),
  ]);
  const description = await readMetaDescription(files);
  if (description === undefined) throw new Error(`there is no ${metaFile}`);
  const { height, width, channels } = description;
  const tensors = readSafetensors(await files.read(weightsFile), weightsFile);
  const each = (value: number): readonly number[] => new Array<number>(channels).fill(value);
  const input = { height, width, channels, scale: each(1 / 255), shift: each(0) };
  return trainableConv4(tensors, input, weightsFile);
}

/** The weights of a net that adapts, by name. */
export async function readLearner(files: Artifact): Promise<StoredTensors> {
  const { readSafetensors } = await import('../learning/safetensors.ts');
  return readSafetensors(await files.read(learnerFile), learnerFile);
}
