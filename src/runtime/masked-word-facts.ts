// Which words a masked language model can be asked for, from the tokenizer of its folder. The package is loaded with the first
// word: only programs that ask for words pay for it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { maskedWord, type MaskedWord } from '../learning/encoders/masked-word.ts';
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
  let open: Tokenizer | 'unusable' | undefined;
  const settings = json(join(folder, 'tokenizer_config.json'));
  return (word) => {
    open ??= openTokenizer(folder, settings);
    if (open === 'unusable') return undefined;
    const { ids, tokens } = open.encode(word, { add_special_tokens: false });
    const stated = settings['unk_token'];
    const token = isRecord(stated) ? stated['content'] : stated;
    const id = typeof token === 'string' ? open.token_to_id(token) : undefined;
    const pieces = ids.map((own, i) => ({ id: own, token: tokens[i] ?? '' }));
    return maskedWord(pieces, typeof token === 'string' && id !== undefined ? { id, token } : undefined);
  };
}

function openTokenizer(folder: string, settings: Readonly<Record<string, unknown>>): Tokenizer | 'unusable' {
  const { Tokenizer } = createRequire(import.meta.url)('@huggingface/tokenizers') as {
    readonly Tokenizer: new (json: object, settings: object) => Tokenizer;
  };
  try {
    return new Tokenizer(json(join(folder, 'tokenizer.json')), settings);
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
