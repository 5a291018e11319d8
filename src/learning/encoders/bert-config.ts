// What a BERT folder's config.json says, and the weights that it implies. Knows no tensors, so that a folder can be
// judged without loading an engine.
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
function bertWeights(
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

/** Shapes of a file's tensors by name. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * Names in the file of the weights that the program uses, by the name the program gives them; models saved with a head on
 * top keep the encoder under `bert.`. Throws `ModelError` where one is missing or has another shape than the config
 * implies, and where the file has more layers: the model would be another one.
 */
export function storedBertWeights(
  tensors: Shapes,
  config: BertConfig,
  file: string,
): ReadonlyMap<string, string> {
  const prefix = prefixOf(tensors);
  const layers = layersOf(tensors, prefix);
  if (layers > config.num_hidden_layers)
    throw badModel(
      file,
      `there are ${layers} layers, and \`config.json\` says \`num_hidden_layers\` ${config.num_hidden_layers}`,
      sameModel,
    );
  const stored = new Map<string, string>();
  for (const { name, shape } of bertWeights(config)) {
    checkShape(tensors, `${prefix}${name}`, shape, file);
    stored.set(name, `${prefix}${name}`);
  }
  return stored;
}

/** The head of `BertForMaskedLM` but for its words: what it makes of the state of a mask. */
export const maskHead = 'cls.predictions.transform';

/** The same for that head; nothing where the file does not have it. */
export function storedMaskHead(
  tensors: Shapes,
  { hidden_size: width }: BertConfig,
  file: string,
): ReadonlyMap<string, string> | undefined {
  if (!tensors.has(`${maskHead}.dense.weight`)) return undefined;
  const shapes = {
    [`${maskHead}.dense.weight`]: [width, width],
    [`${maskHead}.dense.bias`]: [width],
    [`${maskHead}.LayerNorm.weight`]: [width],
    [`${maskHead}.LayerNorm.bias`]: [width],
  };
  for (const [name, shape] of Object.entries(shapes)) checkShape(tensors, name, shape, file);
  return new Map(Object.keys(shapes).map((name) => [name, name]));
}

/** The weights [vocabulary, width] and biases [vocabulary] of the words; the weights are those of the input where they are tied. */
export function storedWords(
  tensors: Shapes,
  config: BertConfig,
  file: string,
): { readonly weight: string; readonly bias: string } | undefined {
  if (!tensors.has(`${maskHead}.dense.weight`)) return undefined;
  const own = 'cls.predictions.decoder.weight';
  const prefix = prefixOf(tensors);
  const weight = tensors.has(own) ? own : `${prefix}embeddings.word_embeddings.weight`;
  const bias = tensors.has('cls.predictions.bias') ? 'cls.predictions.bias' : 'cls.predictions.decoder.bias';
  checkShape(tensors, weight, [config.vocab_size, config.hidden_size], file);
  checkShape(tensors, bias, [config.vocab_size], file);
  return { weight, bias };
}

function prefixOf(tensors: Shapes): string {
  return tensors.has('bert.embeddings.word_embeddings.weight') ? 'bert.' : '';
}

function checkShape(tensors: Shapes, name: string, shape: readonly number[], file: string): void {
  const found = tensors.get(name)?.shape;
  if (found === undefined)
    throw badModel(file, `there is no weight \`${name}\`, which \`config.json\` implies`, sameModel);
  if (found.join() !== shape.join())
    throw badModel(
      file,
      `the weight \`${name}\` has the shape [${found.join(', ')}], and \`config.json\` implies [${shape.join(', ')}]`,
      sameModel,
    );
}

const sameModel = 'Check that both files belong to the same model.';

/** One more than the greatest number of a layer; 0 without layers. */
function layersOf(tensors: Shapes, prefix: string): number {
  let layers = 0;
  for (const name of tensors.keys()) {
    if (!name.startsWith(`${prefix}encoder.layer.`)) continue;
    const number = Number(/^(\d+)\./.exec(name.slice(`${prefix}encoder.layer.`.length))?.[1]);
    if (number >= layers) layers = number + 1;
  }
  return layers;
}
