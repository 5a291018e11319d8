// BERT (Devlin et al. 2019, arXiv:1810.04805) as a tfjs program: token ids to the last hidden states. Names of weights are
// those of Hugging Face's `BertModel`. Texts come packed, one after the other, so that no product is spent on padding;
// only attention sees them apart, spread out to a common length.
import * as tf from '@tensorflow/tfjs-core';
import { badModel, countIn, numberIn } from './model-folder.ts';
import type { JsonObject } from './model-folder.ts';

export interface BertConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  readonly vocab_size: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
}

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

const supported =
  'FSL runs `model_type` `bert`: BERT, MiniLM, BGE, E5, GTE and others that are saved as `BertModel`.';

/** Throws `ModelError` for architectures that this program is not. */
export function readBertConfig(config: JsonObject, file: string): BertConfig {
  const must = (name: string, wanted: unknown, fallback: unknown): void => {
    const value = config[name] ?? fallback;
    if (value === wanted) return;
    throw badModel(
      file,
      `\`${name}\` is ${JSON.stringify(value)}, and only ${JSON.stringify(wanted)} is supported`,
      supported,
    );
  };
  must('model_type', 'bert', undefined);
  must('hidden_act', 'gelu', 'gelu');
  must('position_embedding_type', 'absolute', 'absolute');
  must('is_decoder', false, false);
  const read: BertConfig = {
    hidden_size: countIn(config, 'hidden_size', file),
    num_hidden_layers: countIn(config, 'num_hidden_layers', file),
    num_attention_heads: countIn(config, 'num_attention_heads', file),
    intermediate_size: countIn(config, 'intermediate_size', file),
    max_position_embeddings: countIn(config, 'max_position_embeddings', file),
    vocab_size: countIn(config, 'vocab_size', file),
    type_vocab_size: countIn(config, 'type_vocab_size', file, 2),
    layer_norm_eps: numberIn(config, 'layer_norm_eps', file, 1e-12),
  };
  if (read.hidden_size % read.num_attention_heads === 0) return read;
  throw badModel(
    file,
    `\`hidden_size\` ${read.hidden_size} is not a multiple of \`num_attention_heads\` ${read.num_attention_heads}`,
    'Get the file again.',
  );
}

/** Name and shape, as the file has them, of every weight the program uses. */
export function bertWeights(
  config: BertConfig,
): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  const width = config.hidden_size;
  const norm = (name: string) => [
    { name: `${name}.weight`, shape: [width] },
    { name: `${name}.bias`, shape: [width] },
  ];
  const layer = (name: string, from: number, to: number) => [
    { name: `${name}.weight`, shape: [to, from] },
    { name: `${name}.bias`, shape: [to] },
  ];
  const table = (name: string, rows: number) => ({
    name: `embeddings.${name}_embeddings.weight`,
    shape: [rows, width],
  });
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => `encoder.layer.${i}`);
  return [
    table('word', config.vocab_size),
    table('position', config.max_position_embeddings),
    table('token_type', config.type_vocab_size),
    ...norm('embeddings.LayerNorm'),
    ...layers.flatMap((name) => [
      ...['query', 'key', 'value'].flatMap((part) => layer(`${name}.attention.self.${part}`, width, width)),
      ...layer(`${name}.attention.output.dense`, width, width),
      ...norm(`${name}.attention.output.LayerNorm`),
      ...layer(`${name}.intermediate.dense`, width, config.intermediate_size),
      ...layer(`${name}.output.dense`, config.intermediate_size, width),
      ...norm(`${name}.output.LayerNorm`),
    ]),
  ];
}
