// The files of a Hugging Face folder, each read on its own: config, tokenizer and weights.
import { openSafetensors, type Safetensors } from '../safetensors.ts';
import { readBertConfig, type BertConfig } from './bert-config.ts';
import { objectIn, parseJson, readRequired, type ModelFolder } from './model-folder.ts';
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
  const { max_position_embeddings: positions } = await readFolderConfig(folder);
  return loadTokenizer(folder, { positions, maxTokens });
}

export async function readWeights(
  folder: ModelFolder,
): Promise<{ readonly file: Safetensors; readonly name: string }> {
  const name = 'model.safetensors';
  return { file: openSafetensors(await readRequired(folder, name, save), name), name };
}
