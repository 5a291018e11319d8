// Text to token ids, as the folder's tokenizer.json says, cut to the model's length with the special tokens kept.
import * as tokenizers from '@huggingface/tokenizers';
import type { Piece } from './masked-word.ts';
import { badModel, isObject, objectIn, parseJson, readJson, readRequired } from './model-folder.ts';
import type { JsonObject, ModelFolder } from './model-folder.ts';

/** The part of the package used here; its own declarations do not resolve under Node's module rules. */
interface Tokenizer {
  encode(
    text: string,
    options?: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[]; readonly tokens: readonly string[] };
  token_to_id(token: string): number | undefined;
}
const { Tokenizer } = tokenizers as unknown as {
  readonly Tokenizer: new (json: JsonObject, settings: JsonObject) => Tokenizer;
};

export interface TextTokenizer {
  /** At least one id, at most `maxTokens`. */
  encode(text: string): readonly number[];
  /** Tokens of the text before any are cut off, special ones included. */
  length(text: string): number;
  /** The text as tokens, without special ones. */
  pieces(text: string): readonly Piece[];
  readonly maxTokens: number;
  /** What stands for a word that is asked for; `undefined` for tokenizers without one. */
  readonly mask: Piece | undefined;
  /** What stands for what the tokenizer cannot spell. */
  readonly unknown: Piece | undefined;
}

export interface TokenizerLimits {
  /** Places the model has; no text may be longer. */
  readonly positions: number;
  /** Fewer, when a program asks for it. */
  readonly maxTokens?: number | undefined;
}

export async function loadTokenizer(folder: ModelFolder, limits: TokenizerLimits): Promise<TextTokenizer> {
  const file = 'tokenizer.json';
  const bytes = await readRequired(
    folder,
    file,
    'Save it with `AutoTokenizer.from_pretrained("…").save_pretrained("folder")` in Python.',
  );
  const settings = objectIn((await readJson(folder, 'tokenizer_config.json')) ?? {}, 'tokenizer_config.json');
  const sentence = objectIn(
    (await readJson(folder, 'sentence_bert_config.json')) ?? {},
    'sentence_bert_config.json',
  );
  const tokenizer = createTokenizer(objectIn(parseJson(bytes, file), file), settings, file);
  const { before, after } = specialTokens(tokenizer, file);
  const stated = sentence['max_seq_length'] ?? settings['model_max_length'];
  const longest = Math.min(
    limits.positions,
    limits.maxTokens ?? Infinity,
    typeof stated === 'number' ? stated : Infinity,
  );
  const maxTokens = Math.max(longest, before + after + 1);
  const lower = sentence['do_lower_case'] === true;
  const idsOf = (text: string): readonly number[] => {
    const trimmed = text.trim(); // as sentence-transformers does
    return tokenizer.encode(lower ? trimmed.toLowerCase() : trimmed).ids;
  };
  return {
    maxTokens,
    mask: specialToken(tokenizer, settings['mask_token']),
    unknown: specialToken(tokenizer, settings['unk_token']),
    length: (text) => idsOf(text).length,
    pieces(text) {
      const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: false });
      return ids.map((id, i) => ({ id, token: tokens[i] ?? '' }));
    },
    encode(text) {
      const ids = idsOf(text);
      if (ids.length <= maxTokens) return ids;
      return [...ids.slice(0, maxTokens - after), ...ids.slice(ids.length - after)];
    },
  };
}

function createTokenizer(json: JsonObject, settings: JsonObject, file: string): Tokenizer {
  if (!isObject(json['model'])) {
    throw badModel(
      file,
      'has no `model`',
      'It should be the file that the tokenizers library writes. Get it again.',
    );
  }
  try {
    return new Tokenizer(json, settings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badModel(
      file,
      `cannot be used: ${reason}`,
      'It should be the file that the tokenizers library writes.',
    );
  }
}

/** As `tokenizer_config.json` names it: a text, or an object with its `content`. */
function specialToken(tokenizer: Tokenizer, stated: unknown): Piece | undefined {
  const token = isObject(stated) ? stated['content'] : stated;
  if (typeof token !== 'string') return undefined;
  const id = tokenizer.token_to_id(token);
  return id === undefined ? undefined : { id, token };
}

/** How many special tokens stand before and after every text. */
function specialTokens(
  tokenizer: Tokenizer,
  file: string,
): { readonly before: number; readonly after: number } {
  const whole = tokenizer.encode('a').ids;
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const [first] = bare;
  const before = first === undefined ? -1 : whole.indexOf(first);
  if (before < 0 || whole.length === 0) {
    throw badModel(file, 'gives no token for the text `a`', 'Check that it is the tokenizer of this model.');
  }
  return { before, after: whole.length - before - bare.length };
}
