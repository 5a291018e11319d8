// BERT and the families that descend from it as a graph of ONNX operators for any number of texts of any length: the same program as
// bert.ts, over padded texts. Names of weights are those of transformers.
import type { Activation, LayerParts } from '../encoders/family.ts';
import type { BertConfig } from '../encoders/bert-config.ts';
import { hasProjection, layerPart, tables } from '../encoders/bert-weights.ts';
import { bucketsByDistance } from '../encoders/distance-buckets.ts';
import type { Tensor } from '../heads/head.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** A weight as the file has it: dense ones [out, in]. */
export type WeightOf = (name: string) => Tensor;

/** What transformers calls what its models read, as whole numbers [texts, places]. */
export const encoderInputs = { ids: 'input_ids', mask: 'attention_mask', types: 'token_type_ids' } as const;

/** Whether the texts of a pair are told apart by an input of their own. */
export function readsTypes({ type_vocab_size: types }: BertConfig): boolean {
  return types > 1;
}

export interface EncoderStates {
  /** [texts, places, width] */
  readonly states: string;
  /** 1 where there is a token, 0 where there is none, as real numbers. [texts, places] */
  readonly present: string;
}

export function encoderGraph(g: GraphBuilder, config: BertConfig, weightOf: WeightOf): EncoderStates {
  const read = (name: string): string => g.input(name, 'int64', ['batch_size', 'sequence_length']);
  const ids = read(encoderInputs.ids);
  const mask = read(encoderInputs.mask);
  const types = readsTypes(config) ? read(encoderInputs.types) : undefined;
  const present = g.node('Cast', [mask], { to: { int: float32 } });
  const absent = g.node('Mul', [g.node('Sub', [g.real(1), present]), g.real(-1e9)]);
  const hidden = g.node('Unsqueeze', [absent, g.wholes([1, 2])]); // [texts, 1, 1, places]
  const model = { g, config, weightOf };
  const length = g.node('Gather', [g.node('Shape', [ids]), g.whole(1)], { axis: { int: 0 } });
  const order = g.node('Range', [g.whole(0), length, g.whole(1)]); // [places]
  const begun = embed(model, { ids, mask, types, order });
  const bias = distanceBias(model, order);
  const seen = bias === undefined ? hidden : g.node('Add', [bias, hidden]);
  const { lastNorm } = config.family;
  const last = layers(model, begun, seen);
  return { states: lastNorm === undefined ? last : norm(model, lastNorm, last), present };
}

interface Model {
  readonly g: GraphBuilder;
  readonly config: BertConfig;
  readonly weightOf: WeightOf;
}

interface Read {
  readonly ids: string;
  readonly mask: string;
  readonly types: string | undefined;
  readonly order: string;
}

function embed(model: Model, { ids, mask, types, order }: Read): string {
  const { g, config, weightOf } = model;
  const { family } = config;
  const rows = (table: string, places: string): string => g.rowsOf(table, () => weightOf(table), places);
  const words = rows(tables.words, ids); // [texts, places, words' width]
  const places = rows(tables.places, placeRows(g, config, mask, order));
  const typed = family.typed ? g.node('Add', [words, rows(tables.types, types ?? g.whole(0))]) : words;
  const normed = norm(model, tables.norm, g.node('Add', [typed, places]));
  if (family.projection === undefined || !hasProjection(config)) return normed;
  return dense(model, family.projection.name, normed);
}

/** Rows of the table of places. Families whose first place is a later one count tokens, wherever the padding is; those before it are for padding. */
function placeRows(g: GraphBuilder, { first_place: first }: BertConfig, mask: string, order: string): string {
  if (first === 0) return order;
  const counted = g.node('Mul', [g.node('CumSum', [mask, g.whole(1)]), mask]); // [texts, places]
  return g.node('Add', [counted, g.whole(first - 1)]);
}

/** What the distance of two tokens adds to their score in every layer. [1, heads, places, places] */
function distanceBias({ g, config, weightOf }: Model, order: string): string | undefined {
  const { family, max_position_embeddings: most, num_attention_heads: heads } = config;
  const table = family.distances;
  if (table === undefined) return undefined;
  const byDistance = (): Tensor => {
    const { data } = weightOf(table);
    const rows = [...bucketsByDistance(most)].flatMap((row) => [
      ...data.subarray(row * heads, (row + 1) * heads),
    ]);
    return { shape: [2 * most - 1, heads], data: Float32Array.from(rows) };
  };
  const away = g.node('Sub', [
    g.node('Unsqueeze', [order, g.wholes([0])]),
    g.node('Unsqueeze', [order, g.wholes([1])]),
  ]);
  const found = g.rowsOf(`${table}.by_distance`, byDistance, g.node('Add', [away, g.whole(most - 1)])); // [places, places, heads]
  const turned = g.node('Transpose', [found], { perm: { ints: [2, 0, 1] } });
  return g.node('Unsqueeze', [turned, g.wholes([0])]);
}

/** `seen`: what is added to the scores of every layer. */
function layers(model: Model, begun: string, seen: string): string {
  const { g, config } = model;
  const before = config.family.norms === 'pre';
  let x = begun;
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const name = (part: keyof LayerParts): string => layerPart(config, i, part);
    const read = before ? norm(model, name('attentionNorm'), x) : x;
    const mixed = dense(model, name('attended'), attention(model, name, read, seen));
    const sum = g.node('Add', [mixed, x]);
    x = before ? sum : norm(model, name('attentionNorm'), sum);
    const inside = dense(model, name('inner'), before ? norm(model, name('outerNorm'), x) : x);
    const outer = dense(model, name('outer'), activated(g, config.hidden_act, inside));
    const total = g.node('Add', [outer, x]);
    x = before ? total : norm(model, name('outerNorm'), total);
  }
  return x;
}

function attention(
  model: Model,
  name: (part: 'query' | 'key' | 'value') => string,
  x: string,
  seen: string,
): string {
  const { g, config } = model;
  const { num_attention_heads: heads, hidden_size: width } = config;
  const apart = (part: 'query' | 'key' | 'value', perm: readonly number[]): string => {
    const split = g.node('Reshape', [dense(model, name(part), x), g.wholes([0, 0, heads, width / heads])]);
    return g.node('Transpose', [split], { perm: { ints: perm } });
  };
  const query = apart('query', [0, 2, 1, 3]); // [texts, heads, places, width of a head]
  const key = apart('key', [0, 2, 3, 1]);
  const scores = g.node('Mul', [g.node('MatMul', [query, key]), g.real(1 / Math.sqrt(width / heads))]);
  const shares = g.node('Softmax', [g.node('Add', [scores, seen])], { axis: { int: -1 } }); // [texts, heads, places, places]
  const mixed = g.node('MatMul', [shares, apart('value', [0, 2, 1, 3])]);
  const together = g.node('Transpose', [mixed], { perm: { ints: [0, 2, 1, 3] } });
  return g.node('Reshape', [together, g.wholes([0, 0, width])]);
}

function dense({ g, weightOf }: Model, name: string, x: string): string {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  const product = g.node('MatMul', [x, g.dense(weight, () => weightOf(weight))]);
  return g.node('Add', [product, g.numbers(bias, () => weightOf(bias))]);
}

function norm({ g, config, weightOf }: Model, name: string, x: string): string {
  const [scale, shift] = [`${name}.weight`, `${name}.bias`];
  return g.node(
    'LayerNormalization',
    [x, g.numbers(scale, () => weightOf(scale)), g.numbers(shift, () => weightOf(shift))],
    { axis: { int: -1 }, epsilon: { real: config.layer_norm_eps } },
  );
}

function activated(g: GraphBuilder, activation: Activation, x: string): string {
  switch (activation) {
    case 'gelu':
      return g.node('Gelu', [x], { approximate: { text: 'none' } });
    case 'gelu_new':
    case 'gelu_pytorch_tanh':
      return g.node('Gelu', [x], { approximate: { text: 'tanh' } });
    case 'relu':
      return g.node('Relu', [x]);
    default:
      return activation satisfies never;
  }
}

/** The number of `TensorProto.DataType`. */
const float32 = 1;
