// Text to token ids, as the folder's tokenizer says, cut to the model's length with the special tokens kept.
import * as tokenizers from '@huggingface/tokenizers';
import type { Piece } from './masked-word.ts';
import { pairIn } from '../text-pair.ts';
import { badModel, isObject, objectIn, readJson } from './model-folder.ts';
import type { JsonObject, ModelFolder } from './model-folder.ts';
import { anyTokenizerFiles, tokenizerFiles, tokenizerJson, type TokenizerJson } from './tokenizer-files.ts';
import { truncatedPair } from './truncate-pair.ts';

/** The part of the package used here; its own declarations do not resolve under Node's module rules. */
interface Tokenizer {
  encode(
    text: string,
    options?: {
      readonly add_special_tokens?: boolean;
      readonly text_pair?: string;
      readonly return_token_type_ids?: boolean;
    },
  ): {
    readonly ids: readonly number[];
    readonly tokens: readonly string[];
    readonly token_type_ids?: readonly number[];
  };
  token_to_id(token: string): number | undefined;
  decode(ids: readonly number[], options?: { readonly skip_special_tokens?: boolean }): string;
}
const { Tokenizer } = tokenizers as unknown as {
  readonly Tokenizer: new (json: JsonObject, settings: JsonObject) => Tokenizer;
};

/** Token ids, and to which text of a pair each belongs: 0 or 1, special tokens included. */
interface EncodedPair {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Token ids of a text; of a pair also `types`, where the tokenizer tells its texts apart. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly types?: readonly number[];
}

export interface TextTokenizer {
  /**
   * At least one id, at most `maxTokens`. A pair, as `textPair` has it, is read as the model reads pairs; throws `ModelError` where the tokenizer
   * knows none.
   */
  encode(text: string): readonly number[];
  /** The same with types. */
  tokens(text: string): Tokens;
  /** Tokens of the text before any are cut off, special ones included. */
  length(text: string): number;
  /** The tokens of a word that stands behind another one, without special ones. */
  pieces(word: string): readonly Piece[];
  /** A text of its tokens, without special ones. */
  decode(ids: readonly number[]): string;
  /** Of a token as the vocabulary has it. */
  idOf(token: string): number | undefined;
  /** The spelling of a token: equal ones where it differs from others by the space before it alone. */
  spelling(id: number): string;
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
  /** `model_type`: what a vocabulary without tokenizer.json belongs to. */
  readonly type?: string;
}

/** The files of a tokenizer as they are. */
export interface StoredTokenizer {
  readonly read: TokenizerJson;
  /** Of tokenizer_config.json. */
  readonly settings: JsonObject;
  /** Of sentence_bert_config.json. */
  readonly sentence: JsonObject;
}

/** `type` is the model's. Throws `ModelError` where there is no tokenizer, or it is damaged. */
export async function readTokenizer(folder: ModelFolder, type: string): Promise<StoredTokenizer> {
  const object = async (file: string): Promise<JsonObject> =>
    objectIn((await readJson(folder, file)) ?? {}, file);
  // Older folders name the special tokens in a file of their own.
  const settings = {
    ...(await object('special_tokens_map.json')),
    ...(await object('tokenizer_config.json')),
  };
  const sentence = await object('sentence_bert_config.json');
  return { read: await readVocabulary(folder, settings, type), settings, sentence };
}

/** Whether texts are made lower case before the tokenizer reads them. */
export function lowersTexts({ sentence }: StoredTokenizer): boolean {
  return sentence['do_lower_case'] === true;
}

export async function loadTokenizer(folder: ModelFolder, limits: TokenizerLimits): Promise<TextTokenizer> {
  const stored = await readTokenizer(folder, limits.type ?? 'bert');
  const { read, settings, sentence } = stored;
  const tokenizer = createTokenizer(read, settings);
  const around = specialTokens(tokenizer, read.file);
  const stated = sentence['max_seq_length'] ?? settings['model_max_length'];
  const longest = Math.min(
    limits.positions,
    limits.maxTokens ?? Infinity,
    typeof stated === 'number' ? stated : Infinity,
  );
  const maxTokens = Math.max(longest, around.before + around.after + 1);
  const lower = lowersTexts(stored);
  // As sentence-transformers does.
  const trimmed = (text: string): string => (lower ? text.trim().toLowerCase() : text.trim());
  const idsOf = (text: string): readonly number[] => tokenizer.encode(trimmed(text)).ids;
  const special = (kind: string): Piece | undefined =>
    specialToken(tokenizer, settings[kind] ?? read.usual[kind]);
  let pairs: PairTemplate | undefined;
  const template = (): PairTemplate => (pairs ??= pairTemplate(tokenizer, around, read));
  const bare = (text: string): readonly number[] =>
    tokenizer.encode(trimmed(text), { add_special_tokens: false }).ids;
  const tokens = (text: string): Tokens => {
    const pair = pairIn(text);
    if (pair !== undefined) {
      const { ids, types } = fillTemplate(template(), pair.map(bare), maxTokens);
      return types.some((type) => type !== 0) ? { ids, types } : { ids };
    }
    const ids = idsOf(text);
    if (ids.length <= maxTokens) return { ids };
    return { ids: [...ids.slice(0, maxTokens - around.after), ...ids.slice(ids.length - around.after)] };
  };
  return {
    maxTokens,
    mask: special('mask_token'),
    unknown: special('unk_token'),
    length: (text) => {
      const pair = pairIn(text);
      if (pair === undefined) return idsOf(text).length;
      const special = template().around.reduce((sum, { ids }) => sum + ids.length, 0);
      return pair.reduce((sum, one) => sum + bare(one).length, special);
    },
    pieces: (word) => piecesOf(tokenizer, word),
    decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true }).trim(),
    idOf: (token) => tokenizer.token_to_id(token),
    spelling: (id) => tokenizer.decode([id]).trim(),
    encode: (text) => tokens(text).ids,
    tokens,
  };
}

async function readVocabulary(
  folder: ModelFolder,
  settings: JsonObject,
  type: string,
): Promise<TokenizerJson> {
  const names: string[] = [];
  for (const name of anyTokenizerFiles) if (await folder.has(name)) names.push(name);
  const files = new Map<string, Uint8Array>();
  for (const name of tokenizerFiles(names)) files.set(name, await folder.read(name));
  return tokenizerJson(files, settings, type);
}

/** A word as it stands in a sentence: tokenizers that tell a word with a space before it from one without see the space. */
function piecesOf(tokenizer: Tokenizer, word: string): readonly Piece[] {
  const text = word === '' ? '' : ` ${word}`;
  const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: false });
  return ids.map((id, i) => ({ id, token: tokens[i] ?? '' }));
}

function createTokenizer({ json, file }: TokenizerJson, settings: JsonObject): Tokenizer {
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
interface SpecialTokens {
  readonly before: number;
  readonly after: number;
}

function specialTokens(tokenizer: Tokenizer, file: string): SpecialTokens {
  const whole = tokenizer.encode('a').ids;
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const [first] = bare;
  const before = first === undefined ? -1 : whole.indexOf(first);
  if (before < 0 || whole.length === 0) {
    throw badModel(file, 'gives no token for the text `a`', 'Check that it is the tokenizer of this model.');
  }
  return { before, after: whole.length - before - bare.length };
}

/** Special tokens around the texts of a pair, and the types of all. */
interface PairTemplate {
  readonly around: readonly [before: EncodedPair, between: EncodedPair, after: EncodedPair];
  readonly types: readonly [first: number, second: number];
}

function pairTemplate(
  tokenizer: Tokenizer,
  { before, after }: SpecialTokens,
  { json, file }: TokenizerJson,
): PairTemplate {
  const found = tokenizer.encode('a', { text_pair: 'a', return_token_type_ids: true });
  const { ids } = found;
  // RoBERTa does not tell the texts apart, whatever this package says.
  const post = json['post_processor'];
  const untold = isObject(post) && post['type'] === 'RobertaProcessing';
  const types = untold ? ids.map(() => 0) : (found.token_type_ids ?? []);
  const length = tokenizer.encode('a', { add_special_tokens: false }).ids.length;
  const second = ids.length - after - length;
  if (second <= before + length)
    throw badModel(
      file,
      'puts nothing between the texts of a pair',
      'Read the texts apart (`pairs: apart`), make one text of both, or use a model that was trained on pairs.',
    );
  const part = (from: number, to: number): EncodedPair => ({
    ids: ids.slice(from, to),
    types: types.slice(from, to),
  });
  return {
    around: [part(0, before), part(before + length, second), part(second + length, ids.length)],
    types: [types[before] ?? 0, types[second] ?? 0],
  };
}

function fillTemplate(
  { around, types }: PairTemplate,
  [first = [], second = []]: readonly (readonly number[])[],
  maxTokens: number,
): EncodedPair {
  const [before, between, after] = around;
  const room = Math.max(0, maxTokens - before.ids.length - between.ids.length - after.ids.length);
  const kept = truncatedPair(first.length, second.length, room);
  const text = (ids: readonly number[], count: number, type: number): EncodedPair => {
    const cut = ids.slice(0, count);
    return { ids: cut, types: cut.map(() => type) };
  };
  const parts = [before, text(first, kept[0], types[0]), between, text(second, kept[1], types[1]), after];
  return { ids: parts.flatMap(({ ids }) => ids), types: parts.flatMap((part) => part.types) };
}
