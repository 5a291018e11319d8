// The encoder of a Hugging Face folder and a head on its vectors as one ONNX model: token ids to logits and probabilities. Knows no file system.
import { encodeModel, mostModelBytes } from '../../engine/onnx-model.ts';
import { bertWeights } from '../encoders/bert-weights.ts';
import type { BertConfig } from '../encoders/bert-config.ts';
import type { ModelFolder } from '../encoders/model-folder.ts';
import { loadPooling } from '../encoders/pooling.ts';
import { readFolderConfig } from '../encoders/read-folder.ts';
import type { Head } from '../heads/head.ts';
import { encoderGraph } from './encoder-graph.ts';
import { folderWeights } from './folder-weights.ts';
import { buildGraph, type WeightPrecision } from './graph-builder.ts';
import { headGraph } from './head-graph.ts';
import { poolingGraph } from './pooling-graph.ts';

/** The outputs, by the names that transformers and its exporters give them, and one more. */
export const classifierOutputs = { logits: 'logits', probabilities: 'probabilities' } as const;

/** Throws `ModelError` for a folder that is not complete, damaged, or of an architecture FSL does not run. */
export async function classifierModel(
  folder: ModelFolder,
  head: Head,
  precision: WeightPrecision,
): Promise<Uint8Array<ArrayBuffer>> {
  const config = await readFolderConfig(folder);
  const pooling = await loadPooling(folder);
  const g = buildGraph(precision);
  const vectors = poolingGraph(
    g,
    pooling,
    encoderGraph(g, config, await folderWeights(folder, config, precision)),
  );
  const outputs = headGraph(g, head, vectors);
  for (const name of [classifierOutputs.logits, classifierOutputs.probabilities])
    g.output(name, outputs[name], ['batch_size', head.labels]);
  return encodeModel(g.graph('classifier'));
}

/** The bytes of a model over the most that a file of ONNX may have; 0 where it fits. */
export function bytesTooMany(config: BertConfig, precision: WeightPrecision): number {
  const numbers = bertWeights(config).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return Math.max(0, numbers * bytes[precision] + roomForOthers - mostModelBytes);
}

/** Of a number. */
const bytes = { fp32: 4, fp16: 2, int8: 1 } as const satisfies Record<WeightPrecision, number>;
/** For the head and the graph itself. */
const roomForOthers = 64 * 2 ** 20;
