// From the tensors of a safetensors file to the weights of a program, checked against the shapes its config implies.
import * as tf from '@tensorflow/tfjs-core';
import type { Safetensors } from '../safetensors.ts';
import type { BertConfig } from './bert-config.ts';
import { storedBertWeights, storedMaskHead } from './bert-weights.ts';
import type { BertWeight } from './bert-weights.ts';
import type { Weights } from './bert.ts';
import { badModel } from './model-folder.ts';

/** The caller disposes the tensors. Those of a masked language model's head are there where the file has them. Throws `ModelError` when a weight is missing, has another shape or is not finite. */
export function loadBertWeights(file: Safetensors, config: BertConfig, name: string): Weights {
  const tensors = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
  const weights = [
    ...storedBertWeights(tensors, config, name),
    ...(storedMaskHead(tensors, config, name) ?? []),
  ];
  // All are read and checked before the first is given to the device.
  const read = weights.map((weight) => {
    const { data } = file.tensor(weight.stored);
    if (allFinite(data)) return { weight, data };
    throw badModel(
      file.fileOf(weight.stored),
      `the weight \`${weight.stored}\` has numbers that are not finite`,
      'The file is damaged. Get it again.',
    );
  });
  return Object.fromEntries(read.map(({ weight, data }) => [weight.name, toTensor(weight, data)]));
}

/** Over millions of numbers, several times faster than `every`. */
function allFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] ?? 0) * 0; // 0, or NaN
  return sum === 0;
}

function toTensor({ shape, kind }: BertWeight, data: Float32Array): tf.Tensor {
  const [rows = 1, columns = 1] = shape;
  if (kind !== 'dense') return tf.tensor(data.slice(), [...shape], 'float32'); // not to keep the whole file in memory
  return tf.tensor2d(transposed(data, rows, columns), [columns, rows]);
}

/** In blocks that stay in the processor's cache. ONNX Runtime multiplies by a transposed input at half the speed. */
export function transposed<N extends Float32Array | Int8Array>(data: N, rows: number, columns: number): N {
  const result = data.slice() as N; // as long, and of the same kind
  const block = 32;
  for (let top = 0; top < rows; top += block) {
    for (let left = 0; left < columns; left += block) {
      for (let i = top; i < Math.min(rows, top + block); i++) {
        for (let j = left; j < Math.min(columns, left + block); j++) {
          result[j * rows + i] = data[i * columns + j] ?? 0;
        }
      }
    }
  }
  return result;
}
