// The weights of a Hugging Face folder for a graph that is written as a file. Knows no file system.
import { storedBertWeights } from '../encoders/bert-weights.ts';
import type { BertConfig } from '../encoders/bert-config.ts';
import type { ModelFolder } from '../encoders/model-folder.ts';
import { readWeights } from '../encoders/read-folder.ts';
import { checkHalf } from '../half.ts';
import type { Tensor } from '../heads/head.ts';
import type { WeightOf } from './encoder-graph.ts';
import type { WeightPrecision } from './graph-builder.ts';

/** Throws `ModelError` for a folder that is not complete or damaged, and what it gives for weights that `precision` does not reach. */
export async function folderWeights(
  folder: ModelFolder,
  config: BertConfig,
  precision: WeightPrecision,
): Promise<WeightOf> {
  const { file, name } = await readWeights(folder);
  const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
  const weights = new Map(
    storedBertWeights(shapes, config, name).map((weight) => [weight.name, weight] as const),
  );
  return (wanted): Tensor => {
    const weight = weights.get(wanted);
    if (weight === undefined) throw new Error(`no weight \`${wanted}\``);
    const { data } = file.tensor(weight.stored);
    if (precision === 'fp16') checkHalf(weight.stored, data, file.fileOf(weight.stored));
    return { shape: weight.shape, data };
  };
}
