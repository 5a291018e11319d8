// A model's weights in one file or in several, seen as one. Reads no files.
import type { Safetensors } from '../safetensors.ts';
import { badModel, isObject } from './model-folder.ts';

export const wholeFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';
/** As transformers calls the files that the index names. */
export const shardFile = /^model-\d+-of-\d+\.safetensors$/;

/** For each file that the index names, sorted, the tensors that should be in it. Throws `ModelError` where it is no index. */
export function shardsIn(index: unknown): ReadonlyMap<string, readonly string[]> {
  const map = isObject(index) ? index['weight_map'] : undefined;
  if (!isObject(map)) throw badModel(indexFile, 'has no `weight_map`', 'Get the file again.');
  const shards = new Map<string, string[]>();
  for (const [tensor, file] of Object.entries(map)) {
    // A name that leads out of the folder belongs to no model.
    if (typeof file !== 'string' || !/^[^/\\]+\.safetensors$/.test(file))
      throw badModel(
        indexFile,
        `\`weight_map\` gives ${JSON.stringify(file)} as a file`,
        'Get the file again.',
      );
    const tensors = shards.get(file);
    if (tensors === undefined) shards.set(file, [tensor]);
    else tensors.push(tensor);
  }
  return new Map([...shards].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Throws `ModelError` where the index promises a tensor that is not in its file. */
export function checkShard(
  file: string,
  promised: readonly string[],
  has: (tensor: string) => boolean,
): void {
  const lacking = promised.find((tensor) => !has(tensor));
  if (lacking !== undefined)
    throw badModel(
      file,
      `there is no weight \`${lacking}\`, which \`${indexFile}\` says is here`,
      'Get both files again.',
    );
}

export function joined(shards: readonly Safetensors[]): Safetensors {
  const home = new Map(shards.flatMap((shard) => shard.names.map((name) => [name, shard] as const)));
  const first = (name: string): Safetensors => {
    const shard = home.get(name) ?? shards[0];
    if (shard === undefined) throw badModel(indexFile, 'names no file', 'Get the file again.');
    return shard;
  };
  return {
    names: [...home.keys()],
    metadata: {},
    has: (name) => home.has(name),
    fileOf: (name) => first(name).fileOf(name),
    shape: (name) => first(name).shape(name),
    isFloat: (name) => first(name).isFloat(name),
    tensor: (name) => first(name).tensor(name),
  };
}
