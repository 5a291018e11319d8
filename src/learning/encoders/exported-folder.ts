// A model folder for others: its weights in one file of single or half precision, as transformers and sentence-transformers read it, or
// quantized for FSL. With a head for masked words the names are those of a masked language model. Knows no file system.
import { checkHalf, toHalves } from '../half.ts';
import { quantized } from '../quantized-safetensors.ts';
import { writeSafetensors, type StoredTensor } from '../safetensors.ts';
import type { ModelFolder } from './model-folder.ts';
import { isObject, parseJson } from './model-folder.ts';
import type { BertConfig } from './bert-config.ts';
import { readFolderConfig, readWeights } from './read-folder.ts';
import { wholeFile } from './shards.ts';

const configFile = 'config.json';

export type Precision = 'fp32' | 'fp16' | 'int8';

/** The files that are others than those of the folder; its weights in shards belong no more. Throws `ModelError`. */
export async function exportedFolder(
  folder: ModelFolder,
  precision: Precision,
): Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>> {
  const { file } = await readWeights(folder);
  const config = await readFolderConfig(folder);
  const prefix = lackingPrefix(file.names, config);
  const tensors: Record<string, StoredTensor> = {};
  // Others are numbers of places, which transformers makes itself.
  for (const name of file.names)
    if (file.isFloat(name)) {
      const { shape, data } = file.tensor(name);
      if (precision === 'fp16') checkHalf(name, data, file.fileOf(name));
      tensors[belongsToHead(name, config) ? name : `${prefix}${name}`] = {
        shape,
        data: precision === 'fp16' ? toHalves(data) : data,
      };
    }
  const single = writeSafetensors(tensors, { format: 'pt' });
  const changed = await changedConfig(folder, {
    ...(prefix !== '' && masked),
    ...(precision === 'fp16' && { type: 'float16' }),
  });
  return {
    ...(changed !== undefined && { [configFile]: changed }),
    [wholeFile]: precision === 'int8' ? quantized(single, wholeFile) : single,
  };
}

/** The config of a folder with weights of another precision, which would be read so again, for weights of single precision. */
export async function singlePrecision(folder: ModelFolder): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return changedConfig(folder, {});
}

async function changedConfig(
  folder: ModelFolder,
  {
    architecture = (name) => name,
    type = 'float32',
  }: { readonly architecture?: (name: string) => string; readonly type?: 'float16' | 'float32' },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const config = parseJson(await folder.read(configFile), configFile);
  if (!isObject(config)) return undefined;
  const types = ['dtype', 'torch_dtype'].filter((key) => key in config && config[key] !== null);
  const { architectures: known } = config;
  const changed = {
    ...config,
    ...Object.fromEntries(types.map((key) => [key, type])),
    ...(Array.isArray(known) && {
      architectures: known.map((name: unknown) => (typeof name === 'string' ? architecture(name) : name)),
    }),
  };
  if (JSON.stringify(changed) === JSON.stringify(config)) return undefined;
  return new TextEncoder().encode(JSON.stringify(changed, null, 2) + '\n');
}

/** `BertModel` with a head for masked words is `BertForMaskedLM`; so it is in every family. */
const masked = { architecture: (name: string) => name.replace(/Model$/, 'ForMaskedLM') };

/** What names of the encoder lack beside a head: transformers tells by it that they are a part of the model. */
function lackingPrefix(names: readonly string[], config: BertConfig): string {
  const { prefix } = config.family;
  const headed = names.some((name) => belongsToHead(name, config));
  return headed && !names.some((name) => name.startsWith(prefix)) ? prefix : '';
}

function belongsToHead(name: string, { family: { head } }: BertConfig): boolean {
  if (head === undefined) return false;
  return [`${head.dense}.`, `${head.norm}.`, head.words, ...head.biases].some((own) => name.startsWith(own));
}
