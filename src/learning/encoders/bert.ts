// BERT (Devlin et al. 2019, arXiv:1810.04805) as a tfjs program: token ids to the last hidden states. Names of weights are
// those of Hugging Face's `BertModel`. Texts come packed, one after the other, so that no product is spent on padding;
// only attention sees them apart, spread out to a common length.
import * as tf from '@tensorflow/tfjs-core';
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
}

export function bert(weights: Weights, config: BertConfig, texts: PackedTexts): tf.Tensor2D {
  let x = embed(weights, config, texts); // [tokens, width]
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `encoder.layer.${i}`;
    const attended = attention(weights, `${layer}.attention.self`, config, x, texts);
    const mixed = dense(weights, `${layer}.attention.output.dense`, attended); // [tokens, width]
    x = layerNorm(weights, `${layer}.attention.output.LayerNorm`, config, tf.add(mixed, x));
    const inner = gelu(dense(weights, `${layer}.intermediate.dense`, x)); // [tokens, intermediate]
    const outer = dense(weights, `${layer}.output.dense`, inner); // [tokens, width]
    x = layerNorm(weights, `${layer}.output.LayerNorm`, config, tf.add(outer, x));
  }
  return x;
}

/** What the head of `BertForMaskedLM` makes of the states of masks [texts, width], to be multiplied by the words' vectors. */
export function maskVectors(weights: Weights, config: BertConfig, states: tf.Tensor): tf.Tensor2D {
  const inner = gelu(dense(weights, `${maskHead}.dense`, states)); // [texts, width]
  return layerNorm(weights, `${maskHead}.LayerNorm`, config, inner);
}

function embed(weights: Weights, config: BertConfig, { ids, positions }: PackedTexts): tf.Tensor2D {
  const words = tf.gather(weight(weights, 'embeddings.word_embeddings.weight'), ids); // [tokens, width]
  const places = tf.gather(weight(weights, 'embeddings.position_embeddings.weight'), positions); // [tokens, width]
  // Every token is of the first type: there is one text, no pair.
  const type = tf.slice(weight(weights, 'embeddings.token_type_embeddings.weight'), [0, 0], [1, -1]); // [1, width]
  return layerNorm(weights, 'embeddings.LayerNorm', config, tf.add(tf.add(words, type), places));
}

function attention(
  weights: Weights,
  name: string,
  config: BertConfig,
  x: tf.Tensor2D,
  { spread, pack, mask }: PackedTexts,
): tf.Tensor2D {
  const width = config.hidden_size / config.num_attention_heads; // of one head
  const project = (part: string): tf.Tensor => {
    const all = dense(weights, `${name}.${part}`, x); // [tokens, heads * width]
    return tf.gather(tf.reshape(all, [-1, width]), spread); // [texts, heads, places, width]
  };
  const scores = tf.matMul(project('query'), project('key'), false, true); // [texts, heads, places, places]
  const shares = tf.softmax(tf.add(tf.mul(scores, 1 / Math.sqrt(width)), mask)); // [texts, heads, places, places]
  const seen = tf.matMul(shares, project('value')); // [texts, heads, places, width]
  const together = tf.gather(tf.reshape(seen, [-1, width]), pack); // [tokens, heads, width]
  return tf.reshape(together, [-1, config.hidden_size]); // [tokens, heads * width]
}

function dense(weights: Weights, name: string, x: tf.Tensor): tf.Tensor2D {
  const product = tf.matMul(x, weight(weights, `${name}.weight`));
  return tf.add(product, weight(weights, `${name}.bias`));
}

/** Over the last axis; Ba et al. 2016, arXiv:1607.06450. */
function layerNorm(weights: Weights, name: string, config: BertConfig, x: tf.Tensor): tf.Tensor2D {
  const centred = tf.sub(x, tf.mean(x, -1, true)); // [tokens, width]
  const variance = tf.mean(tf.square(centred), -1, true); // [tokens, 1]
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, config.layer_norm_eps))); // [tokens, width]
  return tf.add(tf.mul(normal, weight(weights, `${name}.weight`)), weight(weights, `${name}.bias`));
}

/** Exact, with the error function; Hendrycks and Gimpel 2016, arXiv:1606.08415. */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));
}

function weight(weights: Weights, name: string): tf.Tensor {
  const tensor = weights[name];
  if (tensor === undefined) throw new Error(`no weight \`${name}\``);
  return tensor;
}
