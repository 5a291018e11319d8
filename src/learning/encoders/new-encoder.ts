// A smaller encoder made of a larger one: its layers are some of the larger one's, evenly spaced, and its words are that one's. What has
// another shape starts at random. Knows no training and no file system.
import type { Random } from '../random.ts';
import { writeSafetensors } from '../safetensors.ts';
import type { Tensor } from '../heads/head.ts';
import { bertWeights, layerPart, storedBertWeights, tables } from './bert-weights.ts';
import type { BertWeight } from './bert-weights.ts';
import { readBertConfig, type BertConfig } from './bert-config.ts';
import { cutTokenizer } from './cut-tokenizer.ts';
import type { LayerParts, SettingName } from './family.ts';
import { badModel, objectIn, parseJson, readRequired } from './model-folder.ts';
import type { JsonObject, ModelFolder } from './model-folder.ts';
import { loadFolderTokenizer, readWeights } from './read-folder.ts';
import { wholeFile } from './shards.ts';

export interface EncoderSizes {
  readonly layers: number;
  /** Those that are absent are the larger one's. */
  readonly width?: number | undefined;
  readonly heads?: number | undefined;
  /** Of the two products after attention. */
  readonly inner?: number | undefined;
  /** Pieces of the tokenizer at most: those that occur most in the texts. */
  readonly vocabulary?: number | undefined;
}

export interface NewEncoder {
  /** Files that are others than the larger one's. Its weights are in one file. */
  readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  /** Which of the larger one's layers its own started as, counted from 1; where none of their numbers fit, none. */
  readonly layers: readonly number[];
  /** Numbers that were taken, and those that are random. */
  readonly taken: number;
  readonly random: number;
  /** Pieces of its tokenizer, of how many. */
  readonly vocabulary: { readonly kept: number; readonly of: number };
}

const configFile = 'config.json';
const tokenizerFile = 'tokenizer.json';

/** Throws `ModelError` where the larger one is damaged, is smaller, or cannot have such sizes. */
export async function newEncoder(
  folder: ModelFolder,
  sizes: EncoderSizes,
  texts: readonly string[],
  random: Random,
): Promise<NewEncoder> {
  const given = objectIn(parseJson(await readRequired(folder, configFile, ''), configFile), configFile);
  const large = readBertConfig(given, configFile);
  checkSizes(large, sizes);
  const cut = await cutWords(folder, large, sizes, texts);
  const config = smallerConfig(given, large, sizes, cut?.kept.length ?? large.vocab_size);
  const small = readBertConfig(config, configFile);
  const { file, name } = await readWeights(folder);
  const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
  const known = new Map(storedBertWeights(shapes, large, name).map((weight) => [weight.name, weight]));
  const layers = spaced(small.num_hidden_layers, large.num_hidden_layers);
  const tensors: Record<string, Tensor> = {};
  let [taken, fresh] = [0, 0];
  for (const weight of bertWeights(small)) {
    const source = known.get(sourceOf(weight, small, layers));
    const data = source && fitting(file.tensor(source.stored), weight, cut?.kept);
    const size = weight.shape.reduce((product, length) => product * length, 1);
    if (data === undefined) fresh += size;
    else taken += size;
    tensors[weight.name] = { shape: weight.shape, data: data ?? startOf(weight, random.derive(weight.name)) };
  }
  const same = large.hidden_size === small.hidden_size;
  return {
    files: {
      [configFile]: json(config),
      [wholeFile]: new Uint8Array(writeSafetensors(tensors, { format: 'pt' })),
      ...(cut !== undefined && { [tokenizerFile]: json(cut.json) }),
      ...(cut !== undefined && (await settingsOf(folder, cut.json))),
      ...(same ? {} : await pooledWidth(folder, small.hidden_size)),
    },
    layers: same ? layers.map((layer) => layer + 1) : [],
    taken,
    random: fresh,
    vocabulary: { kept: small.vocab_size, of: large.vocab_size },
  };
}

/** Of so many layers as many as wanted, evenly, with the first and the last. */
export function spaced(wanted: number, layers: number): readonly number[] {
  return Array.from({ length: wanted }, (_, i) =>
    wanted === 1 ? 0 : Math.round((i * (layers - 1)) / (wanted - 1)),
  );
}

function checkSizes(
  { hidden_size, num_hidden_layers, num_attention_heads }: BertConfig,
  sizes: EncoderSizes,
): void {
  const { layers, width = hidden_size, heads = num_attention_heads } = sizes;
  const problem =
    layers > num_hidden_layers
      ? `it has ${num_hidden_layers} layers, and a student of ${layers} is asked for`
      : width % heads !== 0
        ? `a width of ${width} cannot be shared out to ${heads} heads`
        : undefined;
  if (problem === undefined) return;
  throw badModel(configFile, problem, 'Change the sizes of `encoder` for the student.');
}

function smallerConfig(
  given: JsonObject,
  { family }: BertConfig,
  { layers, width, heads, inner }: EncoderSizes,
  words: number,
): JsonObject {
  const named = (name: SettingName): string => family.settings[name] ?? name;
  const types = ['dtype', 'torch_dtype'].filter((key) => key in given);
  return {
    ...given,
    ...Object.fromEntries(types.map((key) => [key, 'float32'])),
    [named('num_hidden_layers')]: layers,
    ...(width !== undefined && { [named('hidden_size')]: width }),
    ...(heads !== undefined && { [named('num_attention_heads')]: heads }),
    ...(inner !== undefined && { [named('intermediate_size')]: inner }),
    vocab_size: words,
  };
}

async function cutWords(
  folder: ModelFolder,
  { vocab_size: words }: BertConfig,
  { vocabulary }: EncoderSizes,
  texts: readonly string[],
): Promise<ReturnType<typeof cutTokenizer> | undefined> {
  if (vocabulary === undefined || vocabulary >= words) return undefined;
  const bytes = await readRequired(
    folder,
    tokenizerFile,
    'Only the vocabulary of a `tokenizer.json` can be cut.',
  );
  const tokenizer = await loadFolderTokenizer(folder, {});
  const counts = new Map<number, number>();
  for (const text of texts)
    for (const id of tokenizer.encode(text)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return cutTokenizer(
    objectIn(parseJson(bytes, tokenizerFile), tokenizerFile),
    counts,
    vocabulary,
    tokenizerFile,
  );
}

/** The name of the weight in the larger encoder that this one starts as. */
function sourceOf({ name, part }: BertWeight, config: BertConfig, layers: readonly number[]): string {
  if (typeof part !== 'number') return name;
  const parts = Object.keys(config.family.parts) as readonly (keyof LayerParts)[]; // keys of a literal
  for (const each of parts) {
    const [own, its] = [layerPart(config, part, each), layerPart(config, layers[part] ?? 0, each)];
    if (name.startsWith(`${own}.`)) return `${its}${name.slice(own.length)}`;
  }
  return name;
}

/** The numbers where they have the shape that is wanted; of words' vectors those of the pieces that are kept. */
function fitting(
  { shape, data }: Tensor,
  { name, shape: wanted }: BertWeight,
  kept: readonly number[] | undefined,
): Float32Array | undefined {
  if (name === tables.words && kept !== undefined && shape[1] === wanted[1]) {
    const width = shape[1] ?? 1;
    const rows = new Float32Array(kept.length * width);
    kept.forEach((id, row) => rows.set(data.subarray(id * width, (id + 1) * width), row * width));
    return rows;
  }
  return shape.join() === wanted.join() ? data : undefined;
}

/** As transformers starts them. */
function startOf({ name, shape, kind }: BertWeight, random: Random): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  if (kind === 'vector') return new Float32Array(size).fill(name.endsWith('.weight') ? 1 : 0);
  return Float32Array.from({ length: size }, () => 0.02 * random.normal());
}

/** `added_tokens_decoder` names tokens by their ids. */
async function settingsOf(
  folder: ModelFolder,
  { added_tokens: added }: JsonObject,
): Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>> {
  const file = 'tokenizer_config.json';
  if (!(await folder.has(file))) return {};
  const settings = objectIn(parseJson(await folder.read(file), file), file);
  if (!('added_tokens_decoder' in settings)) return {};
  const tokens: readonly unknown[] = Array.isArray(added) ? added : [];
  const decoder = tokens.map((token) => {
    const { id, ...rest } = objectIn(token, tokenizerFile);
    return [String(id), rest] as const;
  });
  return { [file]: json({ ...settings, added_tokens_decoder: Object.fromEntries(decoder) }) };
}

/** The width that the folder of a sentence encoder says its vectors have. */
async function pooledWidth(
  folder: ModelFolder,
  width: number,
): Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>> {
  const file = '1_Pooling/config.json';
  if (!(await folder.has(file))) return {};
  const pooling = objectIn(parseJson(await folder.read(file), file), file);
  const key = 'embedding_dimension' in pooling ? 'embedding_dimension' : 'word_embedding_dimension';
  return { [file]: json({ ...pooling, [key]: width }) };
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value, null, 2) + '\n');
}
