// What a folder's tokenizer is, as the JSON of the tokenizers library: its tokenizer.json, or built from the files that older models come
// with instead: vocab.txt (WordPiece), vocab.json and merges.txt (byte-level BPE). Reads no files.
import { badModel, isObject, objectIn, parseJson, type JsonObject } from './model-folder.ts';
import { ModelError } from '../model-error.ts';

/** Of those that are there, what it takes to build a tokenizer: nothing where none is complete. */
export function tokenizerFiles(names: readonly string[]): readonly string[] {
  const sets = [['tokenizer.json'], ['vocab.txt'], ['vocab.json', 'merges.txt']];
  return sets.find((set) => set.every((name) => names.includes(name))) ?? [];
}

/** All that it may take. */
export const anyTokenizerFiles = ['tokenizer.json', 'vocab.txt', 'vocab.json', 'merges.txt'] as const;

export const howToSaveTokenizer =
  'Save it with `AutoTokenizer.from_pretrained("…").save_pretrained("folder")` in Python, which writes `tokenizer.json`.';

export interface TokenizerJson {
  readonly json: JsonObject;
  /** For messages. */
  readonly file: string;
  /** Special tokens by their kind (`mask_token`), where the files do not name them. */
  readonly usual: Readonly<Record<string, string>>;
}

/** `settings` are those of tokenizer_config.json, `type` is the model's. Throws `ModelError` where there is none, or it is damaged. */
export function tokenizerJson(
  files: ReadonlyMap<string, Uint8Array>,
  settings: JsonObject,
  type: string,
): TokenizerJson {
  const [file, second] = tokenizerFiles([...files.keys()]);
  const bytes = files.get(file ?? '');
  if (file === undefined || bytes === undefined)
    throw new ModelError(
      'missing-model-file',
      'tokenizer.json',
      'the model folder does not have this file',
      howToSaveTokenizer,
    );
  if (file === 'tokenizer.json') return { json: objectIn(parseJson(bytes, file), file), file, usual: {} };
  if (file === 'vocab.txt') {
    const special = specialIn(settings, type === 'mpnet' ? mpnetTokens : bertTokens);
    const json = wordPiece(linesOf(bytes, file), settings, { special, mpnet: type === 'mpnet' });
    return { json, file, usual: usualOf(special) };
  }
  const vocabulary = objectIn(parseJson(bytes, file), file);
  const special = specialIn(settings, robertaTokens);
  const merges = linesOf(files.get(second ?? '') ?? new Uint8Array(), 'merges.txt');
  return { json: byteLevel(vocabulary, merges, settings, special), file, usual: usualOf(special) };
}

function linesOf(bytes: Uint8Array, file: string): readonly string[] {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).split(/\r?\n/);
  } catch {
    throw badModel(file, 'is not UTF-8 text', 'The file is damaged. Get it again.');
  }
}

interface Special {
  readonly cls: string;
  readonly sep: string;
  readonly pad: string;
  readonly unk: string;
  readonly mask: string;
}

function usualOf({ mask, unk }: Special): Readonly<Record<string, string>> {
  return { mask_token: mask, unk_token: unk };
}

/** As tokenizer_config.json names them: texts, or objects with their `content`. */
function specialIn(settings: JsonObject, usual: Special): Special {
  const named = (name: keyof Special): string => {
    const stated = settings[`${name}_token`];
    const token = isObject(stated) ? stated['content'] : stated;
    return typeof token === 'string' ? token : usual[name];
  };
  return { cls: named('cls'), sep: named('sep'), pad: named('pad'), unk: named('unk'), mask: named('mask') };
}

const bertTokens: Special = { cls: '[CLS]', sep: '[SEP]', pad: '[PAD]', unk: '[UNK]', mask: '[MASK]' };
const robertaTokens: Special = { cls: '<s>', sep: '</s>', pad: '<pad>', unk: '<unk>', mask: '<mask>' };
const mpnetTokens: Special = { ...robertaTokens, unk: '[UNK]' };

/** As `BertTokenizer` and `MPNetTokenizer` read vocab.txt: a token a line, its id the number of the line. */
function wordPiece(
  lines: readonly string[],
  settings: JsonObject,
  { special, mpnet }: { readonly special: Special; readonly mpnet: boolean },
): JsonObject {
  const tokens = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  const vocabulary = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const idOf = (token: string): number => idIn(vocabulary, token, 'vocab.txt');
  const { cls, sep } = special;
  const lower = settings['do_lower_case'] !== false;
  const strip = settings['strip_accents'];
  return {
    version: '1.0',
    added_tokens: added(special, idOf, mpnet),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: settings['tokenize_chinese_chars'] !== false,
      strip_accents: typeof strip === 'boolean' ? strip : null,
      lowercase: lower,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: mpnet
      ? {
          type: 'RobertaProcessing',
          sep: [sep, idOf(sep)],
          cls: [cls, idOf(cls)],
          trim_offsets: true,
          add_prefix_space: false,
        }
      : {
          type: 'TemplateProcessing',
          single: [token(cls, 0), { Sequence: { id: 'A', type_id: 0 } }, token(sep, 0)],
          pair: [
            token(cls, 0),
            { Sequence: { id: 'A', type_id: 0 } },
            token(sep, 0),
            { Sequence: { id: 'B', type_id: 1 } },
            token(sep, 1),
          ],
          special_tokens: Object.fromEntries(
            [cls, sep].map((name) => [name, { id: name, ids: [idOf(name)], tokens: [name] }]),
          ),
        },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: special.unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: vocabulary,
    },
  };
}

function token(name: string, type: number): object {
  return { SpecialToken: { id: name, type_id: type } };
}

/** As `RobertaTokenizer` reads vocab.json and merges.txt. */
function byteLevel(
  vocabulary: JsonObject,
  lines: readonly string[],
  settings: JsonObject,
  special: Special,
): JsonObject {
  const idOf = (name: string): number => idIn(vocabulary, name, 'vocab.json');
  const { cls, sep } = special;
  const prefix = settings['add_prefix_space'] === true;
  return {
    version: '1.0',
    added_tokens: added(special, idOf, true),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: true, use_regex: true },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [sep, idOf(sep)],
      cls: [cls, idOf(cls)],
      trim_offsets: true,
      add_prefix_space: prefix,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      vocab: vocabulary,
      merges: lines.filter((line) => line !== '' && !line.startsWith('#version')),
    },
  };
}

/** `strip`: whether a mask takes the space before it, which stands for a word with its space. */
function added(special: Special, idOf: (token: string) => number, strip: boolean): readonly object[] {
  const { cls, pad, sep, unk, mask } = special;
  return [...new Set([cls, pad, sep, unk, mask])].map((content) => ({
    id: idOf(content),
    content,
    single_word: false,
    lstrip: strip && content === mask,
    rstrip: false,
    normalized: false,
    special: true,
  }));
}

function idIn(vocabulary: JsonObject, name: string, file: string): number {
  const id = vocabulary[name];
  if (typeof id === 'number') return id;
  throw badModel(file, `has no token \`${name}\``, howToSaveTokenizer);
}
