// The masked language model of a folder, to be trained: its head as weights, a program from states to scores of words, and what the files
// say afterwards. A folder without a head gets one whose words' vectors are those of the input. Knows no losses.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../heads/head.ts';
import { ModelError } from '../model-error.ts';
import type { BertConfig } from './bert-config.ts';
import { maskHeadWeights, storedMaskHead, storedWords, tables, type BertWeight } from './bert-weights.ts';
import { bert, maskVectors, type BertRun, type Replaced, type Weights } from './bert.ts';
import type { ModelFolder } from './model-folder.ts';
import { packedTexts } from './packed-texts.ts';
import { readFolderConfig, readWeights } from './read-folder.ts';
import type { BesideWeights } from './trainable.ts';
import { transposed } from './weights.ts';

export interface MaskedLanguage {
  /** Whether the folder has a head. */
  readonly found: boolean;
  /** Of words at masks. */
  readonly width: number;
  /** Numbers of the head to start from, as a program has them, by the names of the file: dense ones are [in, out]. */
  readonly start: Readonly<Record<string, Tensor>>;
  /** The name among them of the words' biases. */
  readonly biases: string;
  /** Packed texts to the vectors at some of their tokens, which are multiplied by the words' own: [asked, width]. */
  vectors(weights: Weights, packed: Weights, asked: tf.Tensor1D, settings: ReadSettings): tf.Tensor2D;
  /** Numbers of the head after training, and the words' vectors where these have changed, as the file has them. */
  beside(head: ReadonlyMap<string, Float32Array>, words: Float32Array | undefined): BesideWeights;
}

export interface ReadSettings extends Pick<BertRun, 'dropout' | 'still'> {
  readonly replaced?: Replaced | undefined;
}

/** `biases` are those of the words where the folder has no head. Throws `ModelError` for families without heads for masks. */
export async function loadMaskedLanguage(folder: ModelFolder, biases: Float64Array): Promise<MaskedLanguage> {
  const config = await readFolderConfig(folder);
  const { head } = config.family;
  if (head === undefined || !config.tie_word_embeddings) throw withoutHead(config);
  const { file, name } = await readWeights(folder);
  const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
  const words = storedWords(shapes, config, name);
  const stored = new Map(
    (storedMaskHead(shapes, config, name) ?? []).map((weight) => [weight.name, weight.stored]),
  );
  const biasName = words?.bias ?? head.biases[0] ?? '';
  const start: Record<string, Tensor> = {};
  const kinds = new Map(maskHeadWeights(config).map((weight) => [weight.name, weight]));
  for (const weight of kinds.values()) {
    const own = stored.get(weight.name);
    start[weight.name] = own === undefined ? fresh(weight) : asProgram(weight, file.tensor(own));
  }
  start[biasName] = words === undefined ? vector(Float32Array.from(biases)) : file.tensor(words.bias);
  return {
    found: words !== undefined,
    width: config.embedding_size,
    start,
    biases: biasName,
    vectors: (weights, packed, asked, { replaced, ...how }) => {
      const states = bert(weights, config, { ...packedTexts(packed), replaced }, how);
      return maskVectors(weights, config, tf.gather(states, asked));
    },
    beside: (after, table) => {
      const changed: Record<string, Tensor> = {};
      const added: Record<string, Tensor> = {};
      for (const [weight, data] of after) {
        const kind = kinds.get(weight);
        const tensor = kind === undefined ? vector(data) : asFile(kind, data);
        if (words === undefined) added[weight] = tensor;
        else changed[stored.get(weight) ?? weight] = tensor;
      }
      // A copy of the words' vectors that the file keeps for the head.
      if (table !== undefined && shapes.has(head.words))
        changed[head.words] = { shape: [config.vocab_size, config.embedding_size], data: table };
      return { changed, added };
    },
  };
}

/** What comes first says what the state says; training says the rest. */
function fresh({ kind, shape, name }: BertWeight): Tensor {
  const [to = 1, from = 1] = shape;
  if (kind !== 'dense') return { shape, data: new Float32Array(to).fill(name.endsWith('weight') ? 1 : 0) };
  const data = new Float32Array(from * to);
  for (let i = 0; i < Math.min(from, to); i++) data[i * to + i] = 1;
  return { shape: [from, to], data };
}

function asProgram({ kind }: BertWeight, { shape, data }: Tensor): Tensor {
  const [to = 1, from = 1] = shape;
  return kind === 'dense' ? { shape: [from, to], data: transposed(data, to, from) } : { shape, data };
}

function asFile({ kind, shape }: BertWeight, data: Float32Array): Tensor {
  const [to = 1, from = 1] = shape;
  return { shape, data: kind === 'dense' ? transposed(data, from, to) : data };
}

function vector(data: Float32Array): Tensor {
  return { shape: [data.length], data };
}

function withoutHead({ family, tie_word_embeddings: tied }: BertConfig): ModelError {
  return new ModelError(
    'bad-model',
    'config.json',
    tied
      ? `models of the family ${family.title} have no head for masked words that could be trained`
      : "`tie_word_embeddings` is false: the words' vectors at masks are others than those of the input",
    'Use a model of the family of BERT, RoBERTa, DistilBERT or MPNet whose words are tied.',
  );
}

/** The name of the table whose rows words at masks are compared with. */
export const wordTable = tables.words;
