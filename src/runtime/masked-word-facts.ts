// Which words a masked language model can be asked for, from the tokenizer of its folder. The package is loaded with the first
// word: only programs that ask for words pay for it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { maskedWord, type MaskedWord } from '../learning/encoders/masked-word.ts';
import { anyTokenizerFiles, tokenizerFiles, tokenizerJson } from '../learning/encoders/tokenizer-files.ts';
import { isRecord, readJsonValue } from '../stages/tables/json.ts';

interface Tokenizer {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[]; readonly tokens: readonly string[] };
  token_to_id(token: string): number | undefined;
}

/** Nothing for a word, where the tokenizer turns out not to be usable: the step says why. */
export function maskedWordFacts(folder: string): (word: string) => MaskedWord | undefined {
  let open: OpenTokenizer | undefined;
  return (word) => {
    open ??= openTokenizer(folder);
    if (open === 'unusable') return undefined;
    const { tokenizer, unknown } = open;
    // As it stands in a sentence, behind a space.
    const { ids, tokens } = tokenizer.encode(word === '' ? '' : ` ${word}`, { add_special_tokens: false });
    const pieces = ids.map((own, i) => ({ id: own, token: tokens[i] ?? '' }));
    const id = unknown === undefined ? undefined : tokenizer.token_to_id(unknown);
    return maskedWord(pieces, unknown === undefined || id === undefined ? undefined : { id, token: unknown });
  };
}

export type OpenTokenizer =
  { readonly tokenizer: Tokenizer; readonly unknown: string | undefined } | 'unusable';

/** With what its files say of it. */
export function openTokenizer(folder: string): OpenTokenizer {
  const { Tokenizer } = createRequire(import.meta.url)('@huggingface/tokenizers') as {
    readonly Tokenizer: new (json: object, settings: object) => Tokenizer;
  };
  const settings = {
    ...json(join(folder, 'special_tokens_map.json')),
    ...json(join(folder, 'tokenizer_config.json')),
  };
  try {
    const type = json(join(folder, 'config.json'))['model_type'];
    const names = tokenizerFiles(anyTokenizerFiles.filter((name) => existsSync(join(folder, name))));
    const files = new Map(names.map((name) => [name, readFileSync(join(folder, name))] as const));
    const { json: read, usual } = tokenizerJson(files, settings, typeof type === 'string' ? type : '');
    const stated = settings['unk_token'] ?? usual['unk_token'];
    const token = isRecord(stated) ? stated['content'] : stated;
    return {
      tokenizer: new Tokenizer(read, settings),
      unknown: typeof token === 'string' ? token : undefined,
    };
  } catch {
    return 'unusable';
  }
}

/** Empty where there is no such file, or it is no object. */
function json(path: string): Readonly<Record<string, unknown>> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return {};
  }
  const read = readJsonValue({ name: path, bytes });
  return read.state !== 'unreadable' && isRecord(read.value) ? read.value : {};
}
