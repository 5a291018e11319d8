// A model folder for others: its weights in one file of single precision, as transformers and sentence-transformers read it, or quantized
// for FSL. Knows no file system.
import type { Tensor } from '../heads/head.ts';
import { quantized } from '../quantized-safetensors.ts';
import { writeSafetensors } from '../safetensors.ts';
import type { ModelFolder } from './model-folder.ts';
import { isObject, parseJson } from './model-folder.ts';
import { readWeights } from './read-folder.ts';
import { wholeFile } from './shards.ts';

export type Precision = 'fp32' | 'int8';

/** The files that are others than those of the folder; its weights in shards belong no more. Throws `ModelError`. */
export async function exportedFolder(
  folder: ModelFolder,
  precision: Precision,
): Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>> {
  const { file } = await readWeights(folder);
  const tensors: Record<string, Tensor> = {};
  // Others are numbers of places, which transformers makes itself.
  for (const name of file.names) if (file.isFloat(name)) tensors[name] = file.tensor(name);
  const single = writeSafetensors(tensors, { format: 'pt' });
  const config = await singlePrecision(folder);
  return {
    ...(config !== undefined && { 'config.json': config }),
    [wholeFile]: precision === 'int8' ? quantized(single, wholeFile) : single,
  };
}

/** The config of a folder with weights of another precision, which would be read so again, for weights of single precision. */
export async function singlePrecision(folder: ModelFolder): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = 'config.json';
  const config = parseJson(await folder.read(file), file);
  const types = ['dtype', 'torch_dtype'].filter((key) => isObject(config) && key in config);
  if (!isObject(config) || types.every((key) => config[key] === 'float32' || config[key] === null))
    return undefined;
  const changed = { ...config, ...Object.fromEntries(types.map((key) => [key, 'float32'])) };
  return new TextEncoder().encode(JSON.stringify(changed, null, 2) + '\n');
}
