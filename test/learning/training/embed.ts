// Mean-pooled vectors of texts that are given as token ids, all in one bucket.
import type * as tf from '@tensorflow/tfjs-core';
import type { BertConfig } from '../../../src/learning/encoders/bert-config.ts';
import { bert } from '../../../src/learning/encoders/bert.ts';
import type { Weights } from '../../../src/learning/encoders/bert.ts';
import { toTensors } from '../../../src/learning/encoders/packed-texts.ts';
import { fillPack } from '../../../src/learning/encoders/packs.ts';
import { pool } from '../../../src/learning/encoders/pooling.ts';
import type { Dropout } from '../../../src/learning/layers/dropout.ts';

export function embed(
  weights: Weights,
  config: BertConfig,
  texts: readonly (readonly number[])[],
  longest: number,
  dropout?: Dropout,
): tf.Tensor2D {
  const bucket = { places: longest, texts: texts.length, tokens: texts.length * longest };
  const heads = config.num_attention_heads;
  const packed = toTensors(fillPack(texts, bucket, heads), bucket, heads);
  return pool({ mode: 'mean', normalize: false }, bert(weights, config, packed, dropout), packed);
}
