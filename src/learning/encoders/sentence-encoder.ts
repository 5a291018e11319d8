// A Hugging Face folder as an encoder: tokenize, run BERT in packs, pool. Runs on whichever engine is open.
import * as tf from '@tensorflow/tfjs-core';
import type { Matrix } from '../matrix.ts';
import { openSafetensors } from '../safetensors.ts';
import { bert } from './bert.ts';
import type { Weights } from './bert.ts';
import { readBertConfig } from './bert-config.ts';
import type { BertConfig } from './bert-config.ts';
import type { EncodeOptions, Encoder } from './encoder.ts';
import { objectIn, parseJson, readRequired } from './model-folder.ts';
import type { ModelFolder } from './model-folder.ts';
import { bucketsUpTo, fillPack, packTexts } from './packs.ts';
import type { Bucket } from './packs.ts';
import { loadPooling, pool } from './pooling.ts';
import type { Pooling } from './pooling.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { TextTokenizer } from './tokenizer.ts';
import { loadBertWeights } from './weights.ts';

export interface SentenceEncoderOptions {
  /** Tokens read of a text, where fewer than the model says. */
  readonly maxTokens?: number | undefined;
}

interface Model {
  readonly config: BertConfig;
  readonly weights: Weights;
  readonly pooling: Pooling;
  readonly tokenizer: TextTokenizer;
}

/** Throws `ModelError` for a folder that is not complete, damaged, or of an architecture FSL does not run. */
export async function loadSentenceEncoder(
  folder: ModelFolder,
  options: SentenceEncoderOptions = {},
): Promise<Encoder> {
  const model = await loadModel(folder, options);
  const buckets = bucketsUpTo(model.tokenizer.maxTokens);
  return {
    width: model.config.hidden_size,
    encode: (texts, settings) => encode(model, buckets, texts, settings),
    dispose: () => tf.dispose(Object.values(model.weights)),
  };
}

async function loadModel(folder: ModelFolder, { maxTokens }: SentenceEncoderOptions): Promise<Model> {
  const save = 'Save the model with `model.save_pretrained("folder")` in Python.';
  const configFile = 'config.json';
  const configBytes = await readRequired(folder, configFile, save);
  const config = readBertConfig(objectIn(parseJson(configBytes, configFile), configFile), configFile);
  const pooling = await loadPooling(folder);
  const tokenizer = await loadTokenizer(folder, { positions: config.max_position_embeddings, maxTokens });
  const weightsFile = 'model.safetensors';
  const file = openSafetensors(await readRequired(folder, weightsFile, save), weightsFile);
  return { config, pooling, tokenizer, weights: loadBertWeights(file, config, weightsFile) };
}

async function encode(
  model: Model,
  buckets: readonly Bucket[],
  texts: readonly string[],
  { signal, progress }: EncodeOptions,
): Promise<Matrix> {
  const width = model.config.hidden_size;
  const distinct = [...new Set(texts)];
  const tokens = distinct.map((text) => model.tokenizer.encode(text));
  const packs = packTexts(
    tokens.map((ids) => ids.length),
    buckets,
  );
  const vectors = new Map<string, Float32Array>();
  progress?.(0, distinct.length);
  for (const { bucket, members } of packs) {
    signal.throwIfAborted();
    const values = await encodePack(
      model,
      bucket,
      members.map((index) => tokens[index] ?? []),
    );
    members.forEach((index, i) => {
      vectors.set(distinct[index] ?? '', values.slice(i * width, (i + 1) * width));
    });
    progress?.(vectors.size, distinct.length);
  }
  const data = new Float32Array(texts.length * width);
  texts.forEach((text, i) => data.set(vectors.get(text) ?? [], i * width));
  return { rows: texts.length, columns: width, data };
}

async function encodePack(
  { weights, config, pooling }: Model,
  bucket: Bucket,
  texts: readonly (readonly number[])[],
): Promise<Float32Array> {
  const heads = config.num_attention_heads;
  const { places, texts: count, tokens } = bucket;
  const arrays = fillPack(texts, bucket, heads);
  const vectors = tf.tidy(() => {
    const packed = {
      ids: tf.tensor1d(arrays.ids, 'int32'),
      positions: tf.tensor1d(arrays.positions, 'int32'),
      spread: tf.tensor3d(arrays.spread, [count, heads, places], 'int32'),
      pack: tf.tensor2d(arrays.pack, [tokens, heads], 'int32'),
      mask: tf.tensor4d(arrays.mask, [count, 1, 1, places]),
      tokens: tf.tensor2d(arrays.tokens, [count, places], 'int32'),
      present: tf.tensor3d(arrays.present, [count, places, 1]),
    };
    return pool(pooling, bert(weights, config, packed), packed); // [texts, width]
  });
  const values = await vectors.data<'float32'>();
  vectors.dispose();
  return values;
}
