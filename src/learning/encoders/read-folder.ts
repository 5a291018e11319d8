// The files of a Hugging Face folder, each read on its own: config, tokenizer and weights.
import { dequantized } from '../quantized-safetensors.ts';
import { openSafetensors, type Safetensors } from '../safetensors.ts';
import { placesOf, readBertConfig, type BertConfig } from './bert-config.ts';
import { objectIn, parseJson, readJson, readRequired, type ModelFolder } from './model-folder.ts';
import { checkShard, indexFile, joined, shardsIn, wholeFile } from './shards.ts';
import { loadTokenizer, type TextTokenizer } from './tokenizer.ts';

const save = 'Save the model with `model.save_pretrained("folder")` in Python.';

/** Throws `ModelError` for architectures that FSL does not run. */
export async function readFolderConfig(folder: ModelFolder): Promise<BertConfig> {
  const file = 'config.json';
  const bytes = await readRequired(folder, file, save);
  return readBertConfig(objectIn(parseJson(bytes, file), file), file);
}

/** `maxTokens`: tokens read of a text, where fewer than the model says. */
export async function loadFolderTokenizer(
  folder: ModelFolder,
  { maxTokens }: { readonly maxTokens?: number | undefined },
): Promise<TextTokenizer> {
  const config = await readFolderConfig(folder);
  return loadTokenizer(folder, { positions: placesOf(config), maxTokens, type: config.model_type });
}

export interface ReadWeights {
  readonly file: Safetensors;
  /** Of the file that says which weights there are, for messages. */
  readonly name: string;
}

export async function readWeights(folder: ModelFolder): Promise<ReadWeights> {
  const index = (await folder.has(wholeFile)) ? undefined : await readJson(folder, indexFile);
  if (index === undefined) {
    const bytes = await readWeightsFile(folder, wholeFile);
    return { file: openSafetensors(bytes, wholeFile), name: wholeFile };
  }
  const shards: Safetensors[] = [];
  for (const [name, promised] of shardsIn(index)) {
    const bytes = await readWeightsFile(folder, name, `\`${indexFile}\` names it. Get it.`);
    const shard = openSafetensors(bytes, name);
    checkShard(name, promised, shard.has);
    shards.push(shard);
  }
  return { file: joined(shards), name: indexFile };
}

/** As an ordinary safetensors file, also where it is quantized. */
export async function readWeightsFile(folder: ModelFolder, name: string, hint = save): Promise<Uint8Array> {
  return dequantized(await readRequired(folder, name, hint), name);
}
