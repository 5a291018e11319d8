// BERT (Devlin et al. 2019, arXiv:1810.04805) as a tfjs program: token ids to the last hidden states. Names of weights are
// those of Hugging Face's `BertModel`. Texts come packed, one after the other, so that no product is spent on padding;
// only attention sees them apart, spread out to a common length.
import * as tf from '@tensorflow/tfjs-core';
import { noDropout } from '../layers/dropout.ts';
import type { Dropout } from '../layers/dropout.ts';
import { gelu } from '../layers/gelu.ts';
import { layerNorm } from '../layers/layer-norm.ts';
import { rearrange } from '../layers/rearrange.ts';
import { maskHead, type BertConfig } from './bert-config.ts';

/** Weights by name. Those of dense layers are [in, out], transposed from the file. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** Several texts in one run. The shapes depend on the bucket alone. */
export interface PackedTexts {
  /** Token ids of all texts, one after the other, padded at the end. [tokens] */
  readonly ids: tf.Tensor1D;
  /** Place of each token in its text. [tokens] */
  readonly positions: tf.Tensor1D;
  /** For each head and place of the spread-out texts, which token's which head stands there. [texts, heads, places] */
  readonly spread: tf.Tensor3D;
  /** For each token and head, its place among the spread-out heads: the way back. [tokens, heads] */
  readonly pack: tf.Tensor2D;
  /** 0 where there is a token, a large negative number where there is none. [texts, 1, 1, places] */
  readonly mask: tf.Tensor4D;
  /** 1 where there is a token, 0 in the padding at the end. [tokens, 1, 1] */
  readonly filled: tf.Tensor3D;
}

/** The states of padding mean nothing, and nothing may read them. `dropout` is for training. */
export function bert(
  weights: Weights,
  config: BertConfig,
  texts: PackedTexts,
  dropout: Dropout = noDropout,
): tf.Tensor2D {
  let x = dropout(embed(weights, config, texts)) as tf.Tensor2D; // [tokens, width]
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `encoder.layer.${i}`;
    const attended = attention(weights, `${layer}.attention.self`, config, x, texts, dropout);
    const mixed = dropout(dense(weights, `${layer}.attention.output.dense`, attended)); // [tokens, width]
    x = norm(weights, `${layer}.attention.output.LayerNorm`, config, tf.add(mixed, x));
    const inner = gelu(dense(weights, `${layer}.intermediate.dense`, x)); // [tokens, intermediate]
    const outer = dropout(dense(weights, `${layer}.output.dense`, inner)); // [tokens, width]
    x = norm(weights, `${layer}.output.LayerNorm`, config, tf.add(outer, x));
  }
  return x;
}

/** What the head of `BertForMaskedLM` makes of the states of masks [texts, width], to be multiplied by the words' vectors. */
export function maskVectors(weights: Weights, config: BertConfig, states: tf.Tensor): tf.Tensor2D {
  const inner = gelu(dense(weights, `${maskHead}.dense`, states)); // [texts, width]
  return norm(weights, `${maskHead}.LayerNorm`, config, inner);
}

function embed(weights: Weights, config: BertConfig, { ids, positions }: PackedTexts): tf.Tensor2D {
  const words = tf.gather(weight(weights, 'embeddings.word_embeddings.weight'), ids); // [tokens, width]
  const places = tf.gather(weight(weights, 'embeddings.position_embeddings.weight'), positions); // [tokens, width]
  // Every token is of the first type: there is one text, no pair.
  const type = tf.slice(weight(weights, 'embeddings.token_type_embeddings.weight'), [0, 0], [1, -1]); // [1, width]
  return norm(weights, 'embeddings.LayerNorm', config, tf.add(tf.add(words, type), places));
}

function attention(
  weights: Weights,
  name: string,
  config: BertConfig,
  x: tf.Tensor2D,
  { spread, pack, mask, filled }: PackedTexts,
  dropout: Dropout,
): tf.Tensor2D {
  const width = config.hidden_size / config.num_attention_heads; // of one head
  const present = tf.cast(tf.equal(tf.reshape(mask, [-1, 1, spread.shape[2], 1]), 0), 'float32'); // [texts, 1, places, 1]
  const project = (part: string): tf.Tensor => {
    const all = dense(weights, `${name}.${part}`, x); // [tokens, heads * width]
    const rows = tf.reshape<tf.Rank.R2>(all, [-1, width]); // [tokens * heads, width]
    return rearrange(rows, { there: spread, back: pack, read: filled }); // [texts, heads, places, width]
  };
  const scores = tf.matMul(project('query'), project('key'), false, true); // [texts, heads, places, places]
  const shares = tf.softmax(tf.add(tf.mul(scores, 1 / Math.sqrt(width)), mask)); // [texts, heads, places, places]
  const seen = tf.matMul(dropout(shares), project('value')); // [texts, heads, places, width]
  const rows = tf.reshape<tf.Rank.R2>(seen, [-1, width]); // [texts * heads * places, width]
  const together = rearrange(rows, { there: pack, back: spread, read: present }); // [tokens, heads, width]
  return tf.reshape(together, [-1, config.hidden_size]); // [tokens, heads * width]
}

function dense(weights: Weights, name: string, x: tf.Tensor): tf.Tensor2D {
  const product = tf.matMul(x, weight(weights, `${name}.weight`));
  return tf.add(product, weight(weights, `${name}.bias`));
}

function norm(weights: Weights, name: string, { layer_norm_eps }: BertConfig, x: tf.Tensor): tf.Tensor2D {
  const [gamma, beta] = [weight(weights, `${name}.weight`), weight(weights, `${name}.bias`)];
  return layerNorm(x, gamma, beta, layer_norm_eps) as tf.Tensor2D; // the shape of x
}

function weight(weights: Weights, name: string): tf.Tensor {
  const tensor = weights[name];
  if (tensor === undefined) throw new Error(`no weight \`${name}\``);
  return tensor;
}
