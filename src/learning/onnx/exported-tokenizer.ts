// A folder's tokenizer as files for the tokenizers library and transformers, which cut texts and fill batches up as FSL does. Knows no file system.
import type { BertConfig } from '../encoders/bert-config.ts';
import { isObject, type JsonObject, type ModelFolder } from '../encoders/model-folder.ts';
import { loadFolderTokenizer } from '../encoders/read-folder.ts';
import { lowersTexts, readTokenizer } from '../encoders/tokenizer.ts';

export interface ExportedTokenizer {
  /** tokenizer.json */
  readonly tokenizer: JsonObject;
  /** tokenizer_config.json */
  readonly settings: JsonObject;
  readonly maxTokens: number;
  readonly padding: { readonly id: number; readonly token: string };
  /** Whether texts are made lower case before. */
  readonly lower: boolean;
}

/** `maxTokens`: tokens read of a text, where fewer than the folder says. */
export async function exportedTokenizer(
  folder: ModelFolder,
  config: BertConfig,
  stated: JsonObject,
  maxTokens: number | undefined,
): Promise<ExportedTokenizer> {
  const stored = await readTokenizer(folder, config.model_type);
  const loaded = await loadFolderTokenizer(folder, { maxTokens });
  const { json } = stored.read;
  const padding = paddingOf(json, stored.settings, stated, (token) => loaded.idOf(token));
  return {
    maxTokens: loaded.maxTokens,
    padding,
    lower: lowersTexts(stored),
    tokenizer: {
      ...json,
      truncation: { direction: 'Right', max_length: loaded.maxTokens, strategy: 'LongestFirst', stride: 0 },
      padding: {
        strategy: 'BatchLongest',
        direction: 'Right',
        pad_to_multiple_of: null,
        pad_id: padding.id,
        pad_type_id: 0,
        pad_token: padding.token,
      },
    },
    settings: {
      ...without(stored.settings, [
        'name_or_path',
        '_name_or_path',
        'special_tokens_map_file',
        'tokenizer_file',
      ]),
      model_max_length: loaded.maxTokens,
    },
  };
}

/** What fills a batch up: nothing looks there, so any token will do where none is named. */
function paddingOf(
  { added_tokens: added }: JsonObject,
  { pad_token: named }: JsonObject,
  { pad_token_id: stated }: JsonObject,
  idOf: (token: string) => number | undefined,
): ExportedTokenizer['padding'] {
  const id = typeof stated === 'number' ? stated : 0;
  const tokens: readonly unknown[] = Array.isArray(added) ? added : [];
  const own = isObject(named) ? named['content'] : named;
  const found = tokens.find((token) => isObject(token) && token['id'] === id);
  const token = typeof own === 'string' ? own : isObject(found) ? String(found['content']) : '[PAD]';
  return { id: idOf(token) ?? id, token };
}

export function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
