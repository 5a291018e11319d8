// Nets of pictures whose weights can be trained. Normalisation is folded into the filters, so it keeps the statistics that it has: of a few pictures
// there are no better ones. Knows no losses.
import * as tf from '@tensorflow/tfjs-core';
import { conv4Vectors } from '../encoders/conv4-frozen.ts';
import { conv4Blocks } from '../encoders/conv4.ts';
import { changedFolder, type ChangedFiles } from '../encoders/changed-folder.ts';
import type { EncodeOptions } from '../encoders/encoder.ts';
import { objectIn, readJson, type ModelFolder } from '../encoders/model-folder.ts';
import { readWeights } from '../encoders/read-folder.ts';
import type { Tensor } from '../heads/head.ts';
import type { Matrix } from '../matrix.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { writeSafetensors } from '../safetensors.ts';
import type { Pixels } from './decode.ts';
import { inBatches, type NetInput } from './image-encoder.ts';
import { foldedConvolutions, unfoldedConvolutions } from './folded-convolution.ts';
import { configFile, processorFile, readNetPlan } from './huggingface-net.ts';
import { convolutionsOf, storedPlan } from './net-plan.ts';
import { processorInput } from './picture-processor.ts';
import { plannedVectors } from './planned-net.ts';
import { resnetLayers } from './resnet-names.ts';
import { foldedResNet, resnetInput, resnetVectors, unfoldedResNet } from './resnet.ts';

export interface TrainableImages {
  readonly input: NetInput;
  /** Filters and biases by name; `.bias` ends the names of biases alone. */
  readonly weights: Tensors;
  readonly layers: number;
  /** From 0 on, in the order in which a picture goes through. */
  partOf(weight: string): number;
  /** Pictures [rows, height, width, channels] as the net takes them to vectors [rows, width]. */
  vectors(weights: Tensors, images: tf.Tensor4D): tf.Tensor2D;
  /** The same of pixels, with these weights in the place of its own. */
  encode(
    images: readonly Pixels[],
    changed: ReadonlyMap<string, Float32Array>,
    options: EncodeOptions,
  ): Promise<Matrix>;
  /** The files that are others with these weights. */
  changedFiles(changed: ReadonlyMap<string, Float32Array>): Promise<ChangedFiles>;
  dispose(): void;
}

/** `weights` are those of `freezeConv4`, kept in `file`. */
export function trainableConv4(
  weights: Readonly<Record<string, Tensor>>,
  input: NetInput,
  file: string,
): TrainableImages {
  return trainable({
    input,
    stored: weights,
    layers: conv4Blocks,
    partOf: (weight) => Number(weight.split('.')[0]),
    vectors: conv4Vectors,
    files: (changed) => ({ [file]: writeSafetensors(changed) }),
  });
}

/** Throws `ModelError` where the file is damaged or another net. */
export function trainableResNet(bytes: Uint8Array, file: string): TrainableImages {
  const { tensors, blocks } = foldedResNet(bytes, file);
  return trainable({
    input: resnetInput,
    stored: tensors,
    layers: resnetLayers(blocks),
    partOf: (weight) => blocks.findIndex(({ name }) => weight.startsWith(`${name}.`)) + 1,
    vectors: (own, images) => resnetVectors(own, blocks, images),
    files: (changed) => ({ [file]: unfoldedResNet(bytes, changed, file) }),
  });
}

/** A folder of transformers. Throws `ModelError` where it is not complete or another net. */
export async function trainableFolder(folder: ModelFolder): Promise<TrainableImages> {
  const { input, blocks, stored } = await readNet(folder);
  const all = blocks.map((block) => convolutionsOf(block));
  const parts = new Map(all.flatMap((part, i) => part.map(({ name }) => [name, i] as const)));
  return trainable({
    input,
    batch: 8, // their pictures are large
    stored,
    layers: blocks.length,
    partOf: (weight) => parts.get(weight.slice(0, weight.lastIndexOf('.'))) ?? 0,
    vectors: (own, images) => plannedVectors(own, blocks, images),
    files: async (tensors) => {
      const { file, name: its } = await readWeights(folder);
      const changed = unfoldedConvolutions(file, tensors, all.flat(), its);
      return changedFolder(
        folder,
        [...changed].map(([name, numbers]) => ({ file: file.fileOf(name), name, numbers })),
      );
    },
  });
}

/** A function of its own, so that nothing keeps the bytes of the weights. */
async function readNet(folder: ModelFolder) {
  const config = objectIn(await readJson(folder, configFile), configFile);
  const { type, plan } = readNetPlan(config);
  const processor = objectIn((await readJson(folder, processorFile)) ?? {}, processorFile);
  const input = processorInput(processor, type, plan.channels);
  const { file, name: its } = await readWeights(folder);
  const shapes = new Map(file.names.map((name) => [name, { shape: file.shape(name) }]));
  const { blocks } = storedPlan(shapes, plan, its);
  return { input, blocks, stored: foldedConvolutions(file, blocks.flatMap(convolutionsOf), its) };
}

interface Parts extends Pick<TrainableImages, 'input' | 'layers' | 'partOf' | 'vectors'> {
  readonly stored: Readonly<Record<string, Tensor>>;
  /** Pictures that go through at once. */
  readonly batch?: number;
  files(all: Readonly<Record<string, Tensor>>): ChangedFiles | Promise<ChangedFiles>;
}

function trainable({ stored, batch = 32, ...net }: Parts): TrainableImages {
  const { height, width, channels } = net.input;
  const weights = tensorsOf(stored);
  return {
    input: net.input,
    layers: net.layers,
    partOf: (weight) => net.partOf(weight),
    vectors: (own, images) => net.vectors(own, images),
    weights,
    encode: async (images, changed, options) => {
      const others = tensorsOf(withChanges(stored, changed, true));
      const own = { ...weights, ...others };
      try {
        return await inBatches(images, net.input, batch, options, async (numbers) => {
          const vectors = tf.tidy(() =>
            net.vectors(own, tf.tensor4d(numbers, [batch, height, width, channels])),
          );
          const values = (await vectors.data()) as Float32Array;
          vectors.dispose();
          return values;
        });
      } finally {
        tf.dispose(Object.values(others));
      }
    },
    changedFiles: async (changed) => net.files(withChanges(stored, changed, false)),
    dispose: () => tf.dispose(Object.values(weights)),
  };
}

/** All tensors, or `only` those that are others. */
function withChanges(
  stored: Readonly<Record<string, Tensor>>,
  changed: ReadonlyMap<string, Float32Array>,
  only: boolean,
): Readonly<Record<string, Tensor>> {
  const entries = Object.entries(stored).flatMap(([name, { shape, data }]) => {
    const now = changed.get(name);
    return now === undefined && only ? [] : [[name, { shape, data: now ?? data }] as const];
  });
  return Object.fromEntries(entries);
}

function tensorsOf(tensors: Readonly<Record<string, Tensor>>): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => [
      name,
      tf.tensor(Float32Array.from(data), [...shape]),
    ]),
  );
}
