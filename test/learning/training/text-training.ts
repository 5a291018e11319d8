// A small encoder of random weights with a classifier over one text, or over two, to be trained on texts of mixed lengths.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../../src/engine/engine.ts';
import { readBertConfig } from '../../../src/learning/encoders/bert-config.ts';
import type { BertConfig } from '../../../src/learning/encoders/bert-config.ts';
import { bert } from '../../../src/learning/encoders/bert.ts';
import { packedTexts } from '../../../src/learning/encoders/packed-texts.ts';
import { pool } from '../../../src/learning/encoders/pooling.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import type { Tensors } from '../../../src/learning/optimizers/optimizer.ts';
import { createRandom } from '../../../src/learning/random.ts';
import type { Training } from '../../../src/learning/training/train.ts';
import { hostBatch, paddedBatches, planBatches } from './text-batches.ts';
import type { BatchSettings, PaddedBatch } from './text-batches.ts';

export interface Sizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
}

export const small: Sizes = { layers: 2, width: 32, heads: 2, vocabulary: 300 };
const maxTokens = 128;

/** Mostly short, some long, as texts are. */
export function mixedTexts(count: number, vocabulary: number): readonly (readonly number[])[] {
  const random = createRandom('mixed texts', count);
  return Array.from({ length: count }, () =>
    Array.from({ length: 3 + Math.floor((maxTokens - 3) * random.next() ** 3) }, () =>
      random.below(vocabulary),
    ),
  );
}

export interface TextTraining extends Omit<BatchSettings, 'epochs'> {
  readonly sizes: Sizes;
  readonly tokens: readonly (readonly number[])[];
  /** Texts of each row. */
  readonly rows: readonly (readonly number[])[];
  readonly steps: number;
  readonly shapes?: number;
  readonly dropoutRate?: number;
}

/** With warm-up, cosine, clipping and AdamW; the label of a row is its number modulo 3. */
export function textTraining(
  engine: Engine,
  { sizes, tokens, rows, steps, shapes = 8, dropoutRate = 0, ...settings }: TextTraining,
  rest: Partial<Training> = {},
): Training & { readonly batches: readonly PaddedBatch[] } {
  const { accumulate = 1 } = settings;
  const lengths = tokens.map(({ length }) => length);
  const plan = (epochs: number) => planBatches({ texts: rows, lengths }, { ...settings, epochs });
  // Batches by tokens are not as many in every epoch.
  const enough = plan(2 + Math.ceil((1.1 * steps * accumulate) / plan(1).length)).slice(
    0,
    steps * accumulate,
  );
  const batches = paddedBatches(enough, lengths, { shapes, maxTokens });
  const config = configOf(sizes);
  const group = { rateFactor: 1, weightDecay: 0.01 };
  return {
    engine,
    parameters: randomWeights(sizes, rows[0]?.length ?? 1),
    batch: (index) => {
      const batch = batches[index - 1];
      if (batch === undefined) throw new RangeError(`no batch ${index}`);
      const labels = new Float32Array(3 * batch.capacity);
      batch.rows.forEach((row, i) => (labels[3 * i + (row % 3)] = 1));
      const shape = [batch.capacity, 3];
      return { ...hostBatch(batch, tokens, sizes.heads), labels: { data: labels, type: 'float32', shape } };
    },
    loss: (weights, batch, dropout) => {
      const { sides, labels, weights: counts } = batch as Record<'sides' | 'labels' | 'weights', tf.Tensor>;
      const texts = packedTexts(batch);
      const vectors = pool(
        { mode: 'mean', normalize: false },
        bert(weights, config, texts, { dropout }),
        texts,
      );
      const [room = 1, count = 1] = sides.shape;
      const each = tf.reshape(tf.gather(vectors, tf.reshape(sides, [room * count])), [
        room,
        count * sizes.width,
      ]);
      const logits = tf.matMul(each, weights['head']);
      const losses = tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1)); // [rows]
      return tf.sum(tf.mul(counts, losses));
    },
    dropoutRate,
    dropoutSeed: 7,
    optimizer: adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf: () => group }),
    rate: 1e-3,
    schedule: { curve: 'cosine', warmupSteps: Math.ceil(steps / 10), steps },
    clip: 1,
    accumulate,
    signal: new AbortController().signal,
    batches,
    ...rest,
  };
}

function configOf({ layers, width, heads, vocabulary }: Sizes): BertConfig {
  return readBertConfig(
    {
      model_type: 'bert',
      hidden_size: width,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      intermediate_size: 4 * width,
      max_position_embeddings: maxTokens,
      vocab_size: vocabulary,
      type_vocab_size: 2,
      layer_norm_eps: 1e-12,
    },
    'config.json',
  );
}

function randomWeights({ layers, width, vocabulary }: Sizes, sides: number): Tensors {
  const random = createRandom('weights');
  const all: Record<string, tf.Tensor> = {};
  const normal = (...shape: readonly number[]): tf.Tensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => 0.1 * random.normal()),
      [...shape],
    );
  };
  const norm = (name: string): void => {
    all[`${name}.weight`] = tf.ones([width]);
    all[`${name}.bias`] = tf.zeros([width]);
  };
  const dense = (name: string, from: number, to: number): void => {
    all[`${name}.weight`] = normal(from, to);
    all[`${name}.bias`] = tf.zeros([to]);
  };
  all['embeddings.word_embeddings.weight'] = normal(vocabulary, width);
  all['embeddings.position_embeddings.weight'] = normal(maxTokens, width);
  all['embeddings.token_type_embeddings.weight'] = normal(2, width);
  norm('embeddings.LayerNorm');
  for (let i = 0; i < layers; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value']) dense(`${layer}.attention.self.${part}`, width, width);
    dense(`${layer}.attention.output.dense`, width, width);
    norm(`${layer}.attention.output.LayerNorm`);
    dense(`${layer}.intermediate.dense`, width, 4 * width);
    dense(`${layer}.output.dense`, 4 * width, width);
    norm(`${layer}.output.LayerNorm`);
  }
  all['head'] = normal(sides * width, 3);
  return all;
}
