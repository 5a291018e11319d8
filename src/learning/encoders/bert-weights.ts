// Name and shape of every weight of a model, and to which part it belongs, as its config implies them; and where a file keeps them.
// Knows no tensors, so that a folder can be judged from the header of its weights.
import type { BertConfig } from './bert-config.ts';
import { distanceRows } from './distance-buckets.ts';
import type { LayerParts } from './family.ts';
import { badModel } from './model-folder.ts';

export interface BertWeight {
  /** As transformers names it in the model without a head; weights of the masked language model's head as in the model with it. */
  readonly name: string;
  /** As the file has it. A program has dense weights the other way round: [in, out]. */
  readonly shape: readonly number[];
  /** A `dense` weight is [out, in] in the file; rows of a `table` are looked up. */
  readonly kind: 'dense' | 'table' | 'vector';
  /** Which layer it belongs to, counted from 0; `embeddings` come before them, the `last` norm and the words' `head` after. */
  readonly part: number | 'embeddings' | 'last' | 'head';
}

/** The name of a part of layer `i`. */
export function layerPart({ family }: BertConfig, i: number, part: keyof LayerParts): string {
  return `${family.layer.replace('*', String(i))}.${family.parts[part]}`;
}

export const tables = {
  words: 'embeddings.word_embeddings.weight',
  places: 'embeddings.position_embeddings.weight',
  types: 'embeddings.token_type_embeddings.weight',
  norm: 'embeddings.LayerNorm',
} as const;

/** Whether the words' vectors have to be brought to the width of the states. */
export function hasProjection({ family, embedding_size, hidden_size }: BertConfig): boolean {
  return family.projection !== undefined && (family.projection.always || embedding_size !== hidden_size);
}

/** Every weight of the encoder; those of layers that share them stand once, with the first. */
export function bertWeights(config: BertConfig): readonly BertWeight[] {
  const { family, hidden_size: width, embedding_size: narrow, num_attention_heads: heads } = config;
  const table = (name: string, rows: number, columns = narrow): BertWeight => ({
    name,
    shape: [rows, columns],
    kind: 'table',
    part: 'embeddings',
  });
  const layers = family.layer.includes('*') ? config.num_hidden_layers : 1;
  return [
    table(tables.words, config.vocab_size),
    table(tables.places, config.max_position_embeddings),
    ...(family.typed ? [table(tables.types, config.type_vocab_size)] : []),
    ...norm(tables.norm, narrow, 'embeddings'),
    ...(family.projection !== undefined && hasProjection(config)
      ? dense(family.projection.name, narrow, width, 'embeddings')
      : []),
    ...(family.distances === undefined ? [] : [table(family.distances, distanceRows, heads)]),
    ...Array.from({ length: layers }, (_, i) => layerWeights(config, i)).flat(),
    ...(family.lastNorm === undefined ? [] : norm(family.lastNorm, width, 'last')),
  ];
}

/** Weights of the head for masks but for the words' own vectors; nothing for families that have none. */
export function maskHeadWeights(config: BertConfig): readonly BertWeight[] {
  const { family, hidden_size: width, embedding_size: narrow } = config;
  if (family.head === undefined) return [];
  return [...dense(family.head.dense, width, narrow, 'head'), ...norm(family.head.norm, narrow, 'head')];
}

function layerWeights(config: BertConfig, i: number): readonly BertWeight[] {
  const { hidden_size: width, intermediate_size: inner } = config;
  const name = (part: keyof LayerParts): string => layerPart(config, i, part);
  return [
    ...dense(name('query'), width, width, i),
    ...dense(name('key'), width, width, i),
    ...dense(name('value'), width, width, i),
    ...dense(name('attended'), width, width, i),
    ...norm(name('attentionNorm'), width, i),
    ...dense(name('inner'), width, inner, i),
    ...dense(name('outer'), inner, width, i),
    ...norm(name('outerNorm'), width, i),
  ];
}

function norm(name: string, width: number, part: BertWeight['part']): readonly BertWeight[] {
  return [
    { name: `${name}.weight`, shape: [width], kind: 'vector', part },
    { name: `${name}.bias`, shape: [width], kind: 'vector', part },
  ];
}

function dense(name: string, from: number, to: number, part: BertWeight['part']): readonly BertWeight[] {
  return [
    { name: `${name}.weight`, shape: [to, from], kind: 'dense', part },
    { name: `${name}.bias`, shape: [to], kind: 'vector', part },
  ];
}

/** Shapes of a file's tensors by name. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** A weight with the name that the file has for it. */
export interface StoredWeight extends BertWeight {
  readonly stored: string;
}

/**
 * Where the file has the weights of the encoder. Models saved with a head on top keep the encoder under the family's prefix.
 * Throws `ModelError` where one is missing or has another shape than the config implies, and where the file has more layers: the
 * model would be another one.
 */
export function storedBertWeights(
  tensors: Shapes,
  config: BertConfig,
  file: string,
): readonly StoredWeight[] {
  const prefix = prefixOf(tensors, config);
  const layers = layersOf(tensors, config, prefix);
  if (layers > config.num_hidden_layers)
    throw badModel(
      file,
      `there are ${layers} layers, and \`config.json\` says \`${config.family.settings.num_hidden_layers ?? 'num_hidden_layers'}\` ${config.num_hidden_layers}`,
      sameModel,
    );
  return bertWeights(config).map((weight) => ({
    ...weight,
    stored: checked(tensors, `${prefix}${weight.name}`, weight.shape, file),
  }));
}

/** The same for the head for masks; nothing where the file has none, or none whose words it has. */
export function storedMaskHead(
  tensors: Shapes,
  config: BertConfig,
  file: string,
): readonly StoredWeight[] | undefined {
  if (storedWords(tensors, config, file) === undefined) return undefined;
  return maskHeadWeights(config).map((weight) => ({
    ...weight,
    stored: checked(tensors, weight.name, weight.shape, file),
  }));
}

/** The weights [vocabulary, width] and biases [vocabulary] of the words; the weights are those of the input where they are tied. */
export function storedWords(
  tensors: Shapes,
  config: BertConfig,
  file: string,
): { readonly weight: string; readonly bias: string } | undefined {
  const { head } = config.family;
  if (head === undefined || !tensors.has(`${head.dense}.weight`)) return undefined;
  if (!tensors.has(head.words) && !config.tie_word_embeddings) return undefined;
  const weight = tensors.has(head.words) ? head.words : `${prefixOf(tensors, config)}${tables.words}`;
  const bias = head.biases.find((name) => tensors.has(name)) ?? head.biases[0] ?? '';
  checked(tensors, weight, [config.vocab_size, config.embedding_size], file);
  checked(tensors, bias, [config.vocab_size], file);
  return { weight, bias };
}

function prefixOf(tensors: Shapes, { family }: BertConfig): string {
  return tensors.has(`${family.prefix}${tables.words}`) ? family.prefix : '';
}

/** The name in the file: old files call the numbers of a layer norm `gamma` and `beta`. */
function checked(tensors: Shapes, name: string, shape: readonly number[], file: string): string {
  const old = name.replace(/(LayerNorm\.)weight$/, '$1gamma').replace(/(LayerNorm\.)bias$/, '$1beta');
  const stored = !tensors.has(name) && tensors.has(old) ? old : name;
  const found = tensors.get(stored)?.shape;
  if (found === undefined)
    throw badModel(file, `there is no weight \`${name}\`, which \`config.json\` implies`, sameModel);
  if (found.join() !== shape.join())
    throw badModel(
      file,
      `the weight \`${stored}\` has the shape [${found.join(', ')}], and \`config.json\` implies [${shape.join(', ')}]`,
      sameModel,
    );
  return stored;
}

const sameModel = 'Check that both files belong to the same model.';

/** One more than the greatest number of a layer; 0 without layers, or where all layers are one. */
function layersOf(tensors: Shapes, { family }: BertConfig, prefix: string): number {
  const [before] = family.layer.split('*');
  if (before === undefined || before === family.layer) return 0;
  let layers = 0;
  for (const name of tensors.keys()) {
    if (!name.startsWith(`${prefix}${before}`)) continue;
    const number = Number(/^(\d+)\./.exec(name.slice(prefix.length + before.length))?.[1]);
    if (number >= layers) layers = number + 1;
  }
  return layers;
}
