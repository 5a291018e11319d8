// Mean-pooled vectors of texts that are given as token ids, all in one bucket.
import type * as tf from '@tensorflow/tfjs-core';
import type { BertConfig } from '../../../src/learning/encoders/bert-config.ts';
import { bert } from '../../../src/learning/encoders/bert.ts';
import type { Weights } from '../../../src/learning/encoders/bert.ts';
import { packedTexts, toHostTexts, toTensors } from '../../../src/learning/encoders/packed-texts.ts';
import { fillPack } from '../../../src/learning/encoders/packs.ts';
import { pool } from '../../../src/learning/encoders/pooling.ts';
import type { Dropout } from '../../../src/learning/layers/dropout.ts';
import type { Batch } from '../../../src/learning/training/train.ts';

type Texts = readonly (readonly number[])[];

export function embed(weights: Weights, config: BertConfig, texts: Texts, longest: number): tf.Tensor2D {
  const { bucket, heads } = sizes(config, texts, longest);
  return embedPacked(weights, config, toTensors(fillPack(texts, bucket, heads), bucket, heads));
}

/** What `embedBatch` takes. */
export function textBatch(config: BertConfig, texts: Texts, longest: number): Batch {
  const { bucket, heads } = sizes(config, texts, longest);
  return { ...toHostTexts(fillPack(texts, bucket, heads), bucket, heads) };
}

export function embedBatch(
  weights: Weights,
  config: BertConfig,
  batch: Readonly<Record<string, tf.Tensor>>,
  dropout?: Dropout,
): tf.Tensor2D {
  return embedPacked(weights, config, packedTexts(batch), dropout);
}

function embedPacked(
  weights: Weights,
  config: BertConfig,
  packed: ReturnType<typeof packedTexts>,
  dropout?: Dropout,
): tf.Tensor2D {
  return pool({ mode: 'mean', normalize: false }, bert(weights, config, packed, { dropout }), packed);
}

function sizes({ num_attention_heads: heads }: BertConfig, texts: Texts, longest: number) {
  return { bucket: { places: longest, texts: texts.length, tokens: texts.length * longest }, heads };
}
