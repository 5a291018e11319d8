// A Hugging Face folder as an encoder: tokenize, run BERT or a family of its in packs, pool. Runs on whichever engine is open.
import * as tf from '@tensorflow/tfjs-core';
import type { Matrix } from '../matrix.ts';
import { bert, maskVectors } from './bert.ts';
import type { Weights } from './bert.ts';
import type { BertConfig } from './bert-config.ts';
import type { EncodeOptions, Encoder } from './encoder.ts';
import type { ModelFolder } from './model-folder.ts';
import { toTensors } from './packed-texts.ts';
import { bucketsUpTo, fillPack, packTexts, tokensPerGpuRun, tokensPerRun } from './packs.ts';
import type { Bucket } from './packs.ts';
import { loadPooling, pool } from './pooling.ts';
import type { PooledTexts, Pooling } from './pooling.ts';
import { loadFolderTokenizer, readFolderConfig, readWeights } from './read-folder.ts';
import type { ReadWeights } from './read-folder.ts';
import { typesOf } from './token-types.ts';
import type { TextTokenizer, Tokens } from './tokenizer.ts';
import { loadBertWeights } from './weights.ts';

export interface SentenceEncoderOptions {
  /** Tokens read of a text, where fewer than the model says. */
  readonly maxTokens?: number | undefined;
  /** Where the engine computes; decides how many texts go together. The processor unless said. */
  readonly device?: 'cpu' | 'gpu';
}

/** Weights with what says how they are run. */
export interface Model {
  readonly config: BertConfig;
  readonly weights: Weights;
  readonly pooling: Pooling;
  readonly tokenizer: TextTokenizer;
  readonly device: 'cpu' | 'gpu';
}

/** Throws `ModelError` for a folder that is not complete, damaged, or of an architecture FSL does not run. */
export async function loadSentenceEncoder(
  folder: ModelFolder,
  options: SentenceEncoderOptions = {},
): Promise<Encoder> {
  const { model } = await loadModel(folder, options);
  return {
    width: model.config.hidden_size,
    encode: (texts, settings) => encodeTexts(model, texts, settings),
    ...(hasMaskHead(model) && {
      encodeMasks: (texts: readonly string[], settings: EncodeOptions) =>
        encode(model, texts, settings, readMasks),
    }),
    dispose: () => tf.dispose(Object.values(model.weights)),
  };
}

/** With what its weights were read from, which is large. The caller disposes the weights. */
export async function loadModel(
  folder: ModelFolder,
  { maxTokens, device = 'cpu' }: SentenceEncoderOptions,
): Promise<{ readonly model: Model; readonly stored: ReadWeights }> {
  const config = await readFolderConfig(folder);
  const pooling = await loadPooling(folder);
  const tokenizer = await loadFolderTokenizer(folder, { maxTokens });
  const stored = await readWeights(folder);
  const weights = loadBertWeights(stored.file, config, stored.name);
  return { model: { config, pooling, tokenizer, weights, device }, stored };
}

/** Texts to vectors [texts, width], as `Encoder.encode`. */
export async function encodeTexts(
  model: Model,
  texts: readonly string[],
  options: EncodeOptions,
): Promise<Matrix> {
  return encode(model, texts, options, poolTexts);
}

async function encode(
  model: Model,
  texts: readonly string[],
  options: EncodeOptions,
  readOut: ReadOut,
): Promise<Matrix> {
  const width = readOut === readMasks ? model.config.embedding_size : model.config.hidden_size;
  const keep = (values: Float32Array): Float32Array => values;
  const vectors = await readTexts(model, texts, options, { read: readOut, width, keep });
  const data = new Float32Array(texts.length * width);
  vectors.forEach((vector, i) => data.set(vector, i * width));
  return { rows: texts.length, columns: width, data };
}

export interface Reading<T> {
  readonly read: ReadOut;
  /** Of what it gives. */
  readonly width: number;
  /** What is kept of the numbers of a text, which are its own. */
  readonly keep: (values: Float32Array) => T;
}

/** Few texts go in small runs everywhere. */
function perRun({ device }: Model, lengths: readonly number[]): number {
  const all = lengths.reduce((sum, length) => sum + length, 0);
  return device === 'gpu' && all > tokensPerRun ? tokensPerGpuRun : tokensPerRun;
}

/** What is read of each text; equal texts are read once. */
export async function readTexts<T>(
  model: Model,
  texts: readonly string[],
  { signal, progress }: EncodeOptions,
  { read, width, keep }: Reading<T>,
): Promise<readonly T[]> {
  const distinct = [...new Set(texts)];
  const tokens = distinct.map((text) => model.tokenizer.tokens(text));
  const lengths = tokens.map(({ ids }) => ids.length);
  const packs = packTexts(lengths, bucketsUpTo(model.tokenizer.maxTokens, perRun(model, lengths)));
  const found = new Map<string, T>();
  progress?.(0, distinct.length);
  for (const { bucket, members } of packs) {
    signal.throwIfAborted();
    const values = await encodePack(
      model,
      bucket,
      members.map((index) => tokens[index] ?? { ids: [] }),
      read,
    );
    members.forEach((index, i) => {
      found.set(distinct[index] ?? '', keep(values.slice(i * width, (i + 1) * width)));
    });
    progress?.(found.size, distinct.length);
  }
  return texts.map((text) => found.get(text) as T); // every text is in a pack
}

/** From the states of all tokens to one vector a text. */
export type ReadOut = (model: Model, states: tf.Tensor2D, run: Run) => tf.Tensor2D;

interface Run extends PooledTexts {
  /** Token ids of the texts. */
  readonly texts: readonly (readonly number[])[];
  /** How many texts the run has room for. */
  readonly count: number;
}

const poolTexts: ReadOut = ({ pooling }, states, run) => pool(pooling, states, run);

const readMasks: ReadOut = (model, states, run) =>
  maskVectors(model.weights, model.config, statesAtMasks(model, states, run)); // [texts, width]

/** The states at the one mask of each text [texts, width of states]. */
export const statesAtMasks: ReadOut = ({ tokenizer }, states, { texts, count }) => {
  const places = new Int32Array(count);
  let start = 0;
  texts.forEach((ids, text) => {
    const masks = [...ids.keys()].filter((place) => ids[place] === tokenizer.mask?.id);
    if (masks.length !== 1) throw new Error(`a text with ${masks.length} masks, and one is asked for`);
    places[text] = start + (masks[0] ?? 0);
    start += ids.length;
  });
  return tf.gather(states, tf.tensor1d(places, 'int32'));
};

export function hasMaskHead({ weights, config: { family }, tokenizer }: Model): boolean {
  const { head } = family;
  return head !== undefined && weights[`${head.dense}.weight`] !== undefined && tokenizer.mask !== undefined;
}

async function encodePack(
  model: Model,
  bucket: Bucket,
  tokens: readonly Tokens[],
  readOut: ReadOut,
): Promise<Float32Array> {
  const { weights, config } = model;
  const heads = config.num_attention_heads;
  const count = bucket.texts;
  const texts = tokens.map(({ ids }) => ids);
  const arrays = fillPack(texts, bucket, heads, typesOf(tokens));
  const vectors = tf.tidy(() => {
    const packed = toTensors(arrays, bucket, heads);
    return readOut(model, bert(weights, config, packed), { ...packed, texts, count }); // [texts, width]
  });
  const values = await vectors.data<'float32'>();
  vectors.dispose();
  return values;
}
