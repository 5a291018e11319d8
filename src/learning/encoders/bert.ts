// BERT (Devlin et al. 2019, arXiv:1810.04805) and the families that descend from it as a tfjs program: token ids to the last hidden states.
// Names of weights are those of transformers. Texts come packed, one after the other, so that no product is spent on padding;
// only attention sees them apart, spread out to a common length.
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../layers/activation.ts';
import { noDropout } from '../layers/dropout.ts';
import type { Dropout } from '../layers/dropout.ts';
import { layerNorm } from '../layers/layer-norm.ts';
import { lookUpFew } from '../layers/look-up-few.ts';
import { rearrange } from '../layers/rearrange.ts';
import type { BertConfig } from './bert-config.ts';
import { hasProjection, layerPart, tables } from './bert-weights.ts';
import { distanceBuckets } from './distance-buckets.ts';
import type { LayerParts } from './family.ts';

/** Weights by name. Those of dense layers are [in, out], transposed from the file. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** Several texts in one run. The shapes depend on the bucket alone. */
export interface PackedTexts {
  /** Token ids of all texts, one after the other, padded at the end. [tokens] */
  readonly ids: tf.Tensor1D;
  /** Place of each token in its text. [tokens] */
  readonly positions: tf.Tensor1D;
  /** Which text of a pair each token belongs to, 0 or 1; absent where there are no pairs. [tokens] */
  readonly types?: tf.Tensor1D;
  /** For each head and place of the spread-out texts, which token's which head stands there. [texts, heads, places] */
  readonly spread: tf.Tensor3D;
  /** For each token and head, its place among the spread-out heads: the way back. [tokens, heads] */
  readonly pack: tf.Tensor2D;
  /** 0 where there is a token, a large negative number where there is none. [texts, 1, 1, places] */
  readonly mask: tf.Tensor4D;
  /** 1 where there is a token, 0 in the padding at the end. [tokens, 1, 1] */
  readonly filled: tf.Tensor3D;
  /** Of tokens that have another vector than the table says. */
  readonly replaced?: Replaced | undefined;
}

export interface Replaced {
  /** 1 where the vector is put in, 0 elsewhere. [tokens, 1] */
  readonly where: tf.Tensor2D;
  /** [words' width] */
  readonly vector: tf.Tensor1D;
}

/** Told what the layers make, in their order. */
export interface LayerWatch {
  /** Of the words (0), and after each layer. [tokens, width] */
  readonly states: (states: tf.Tensor2D) => void;
  /** How much each place of a text looks at each other one in a layer, before the softmax. [texts, heads, places, places] */
  readonly scores: (scores: tf.Tensor) => void;
}

export interface BertRun {
  /** For training. */
  readonly dropout?: Dropout | undefined;
  readonly watch?: LayerWatch | undefined;
  /** So many of the first layers, and the tables before them, drop nothing: nothing of them is trained. */
  readonly still?: number | undefined;
  /** What those have made of the texts, where it is known: it is not made again. [tokens, width] */
  readonly states?: tf.Tensor2D | undefined;
}

/** The states of padding mean nothing, and nothing may read them. */
export function bert(
  weights: Weights,
  config: BertConfig,
  texts: PackedTexts,
  { dropout = noDropout, watch, still = 0, states }: BertRun = {},
): tf.Tensor2D {
  const begun = states ?? embed(weights, config, texts, still > 0 ? noDropout : dropout); // [tokens, width]
  watch?.states(begun);
  const from = states === undefined ? 0 : still;
  const x = layers(weights, config, begun, texts, {
    from,
    to: config.num_hidden_layers,
    still,
    dropout,
    watch,
  });
  const { lastNorm } = config.family;
  return lastNorm === undefined ? x : norm(weights, lastNorm, config, x);
}

/** What the first `count` layers make of the texts. [tokens, width] */
export function firstLayers(
  weights: Weights,
  config: BertConfig,
  texts: PackedTexts,
  count: number,
): tf.Tensor2D {
  const still = { from: 0, to: count, still: count, dropout: noDropout, watch: undefined };
  return layers(weights, config, embed(weights, config, texts, noDropout), texts, still);
}

interface LayerRun {
  readonly from: number;
  readonly to: number;
  readonly still: number;
  readonly dropout: Dropout;
  readonly watch: LayerWatch | undefined;
}

function layers(
  weights: Weights,
  config: BertConfig,
  begun: tf.Tensor2D,
  texts: PackedTexts,
  { from, to, still, dropout: dropping, watch }: LayerRun,
): tf.Tensor2D {
  const before = config.family.norms === 'pre';
  let x = begun;
  const bias = distanceBias(weights, config, texts);
  for (let i = from; i < to; i++) {
    const dropout = i < still ? noDropout : dropping;
    const name = (part: keyof LayerParts): string => layerPart(config, i, part);
    const normed = (part: 'attentionNorm' | 'outerNorm', x: tf.Tensor2D): tf.Tensor2D =>
      norm(weights, name(part), config, x);
    const heads = { query: name('query'), key: name('key'), value: name('value') };
    const seen = attention(weights, heads, config, before ? normed('attentionNorm', x) : x, texts, {
      dropout,
      bias,
      watch,
    });
    const mixed = dropout(dense(weights, name('attended'), seen)); // [tokens, width]
    const sum = tf.add<tf.Tensor2D>(mixed, x);
    x = before ? sum : normed('attentionNorm', sum);
    const read = before ? normed('outerNorm', x) : x;
    const inner = activate(config.hidden_act, dense(weights, name('inner'), read)); // [tokens, intermediate]
    const outer = dropout(dense(weights, name('outer'), inner)); // [tokens, width]
    const total = tf.add<tf.Tensor2D>(outer, x);
    x = before ? total : normed('outerNorm', total);
    watch?.states(x);
  }
  return x;
}

/** What the masked language model's head makes of the states of masks [texts, width], to be multiplied by the words' vectors. */
export function maskVectors(weights: Weights, config: BertConfig, states: tf.Tensor): tf.Tensor2D {
  const { head } = config.family;
  if (head === undefined) throw new Error(`\`${config.model_type}\` has no head for masks`);
  const inner = activate(head.activation ?? config.hidden_act, dense(weights, head.dense, states)); // [texts, words' width]
  return norm(weights, head.norm, config, inner);
}

function embed(
  weights: Weights,
  config: BertConfig,
  { ids, positions, types, replaced, spread }: PackedTexts,
  dropout: Dropout,
): tf.Tensor2D {
  const { family, first_place: first, type_vocab_size: kinds } = config;
  const words = put(tf.gather(weight(weights, tables.words), ids), replaced); // [tokens, words' width]
  const rows = first === 0 ? positions : tf.add<tf.Tensor1D>(positions, tf.scalar(first, 'int32'));
  const places = lookUpFew(weight(weights, tables.places), rows, first + spread.shape[2]); // [tokens, words' width]
  const told = kinds > 1 ? types : undefined; // with one type, the texts of a pair are not told apart
  const sum = family.typed ? tf.add(tf.add(words, typeRows(weights, told)), places) : tf.add(words, places);
  const normed = dropout(norm(weights, tables.norm, config, sum)) as tf.Tensor2D; // the shape of x
  if (family.projection === undefined || !hasProjection(config)) return normed;
  return dense(weights, family.projection.name, normed); // [tokens, width]
}

function put(words: tf.Tensor, replaced: Replaced | undefined): tf.Tensor {
  if (replaced === undefined) return words;
  const { where, vector } = replaced;
  return tf.add(tf.mul(words, tf.sub(1, where)), tf.mul(where, tf.reshape(vector, [1, -1])));
}

/** [tokens, words' width], or one row for all tokens where there are no pairs. */
function typeRows(weights: Weights, types: tf.Tensor1D | undefined): tf.Tensor {
  const table = weight(weights, tables.types);
  return types === undefined ? tf.slice(table, [0, 0], [1, -1]) : lookUpFew(table, types, 2);
}

/** What the distance of two tokens adds to their score in every layer. [1, heads, places, places] */
function distanceBias(
  weights: Weights,
  { family, num_attention_heads: heads }: BertConfig,
  { spread }: PackedTexts,
): tf.Tensor | undefined {
  if (family.distances === undefined) return undefined;
  const places = spread.shape[2];
  const rows = tf.tensor1d(distanceBuckets(places), 'int32'); // [places * places]
  const table = weight(weights, family.distances);
  const scores = lookUpFew(table, rows, table.shape[0] ?? 0); // [places * places, heads]
  return tf.reshape(tf.transpose(scores), [1, heads, places, places]);
}

interface Attending {
  readonly dropout: Dropout;
  readonly bias: tf.Tensor | undefined;
  readonly watch: LayerWatch | undefined;
}

function attention(
  weights: Weights,
  names: Readonly<Record<'query' | 'key' | 'value', string>>,
  config: BertConfig,
  x: tf.Tensor2D,
  { spread, pack, mask, filled }: PackedTexts,
  { dropout, bias, watch }: Attending,
): tf.Tensor2D {
  const width = config.hidden_size / config.num_attention_heads; // of one head
  const present = tf.cast(tf.equal(tf.reshape(mask, [-1, 1, spread.shape[2], 1]), 0), 'float32'); // [texts, 1, places, 1]
  const project = (name: string): tf.Tensor => {
    const all = dense(weights, name, x); // [tokens, heads * width]
    const rows = tf.reshape<tf.Rank.R2>(all, [-1, width]); // [tokens * heads, width]
    return rearrange(rows, { there: spread, back: pack, read: filled }); // [texts, heads, places, width]
  };
  const scores = tf.matMul(project(names.query), project(names.key), false, true); // [texts, heads, places, places]
  const scaled = tf.mul(scores, 1 / Math.sqrt(width));
  const told = bias === undefined ? scaled : tf.add(scaled, bias);
  watch?.scores(told);
  const shares = tf.softmax(tf.add(told, mask)); // [texts, heads, places, places]
  const seen = tf.matMul(dropout(shares), project(names.value)); // [texts, heads, places, width]
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
