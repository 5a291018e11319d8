// A Hugging Face folder as an encoder whose weights can change: the weights by name, a program from them and a step's texts to vectors,
// and the folder's files with other weights. Knows no losses and no optimizers.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../heads/head.ts';
import type { HostTensors } from '../../engine/program.ts';
import type { Matrix } from '../matrix.ts';
import type { EncodeOptions } from './encoder.ts';
import type { BertConfig } from './bert-config.ts';
import { storedBertWeights, tables } from './bert-weights.ts';
import type { StoredWeight } from './bert-weights.ts';
import { bert } from './bert.ts';
import type { BertRun, Weights } from './bert.ts';
import { changedFolder, type ChangedFiles, type ChangedTensor } from './changed-folder.ts';
import type { ModelFolder } from './model-folder.ts';
import { packedTexts, toHostTexts } from './packed-texts.ts';
import { fillPack } from './packs.ts';
import type { Bucket } from './packs.ts';
import { poolByShares, poolingShares } from './pool-by-shares.ts';
import { loadPooling, pool } from './pooling.ts';
import type { Pooling } from './pooling.ts';
import { encodeTexts } from './sentence-encoder.ts';
import type { SentenceEncoderOptions } from './sentence-encoder.ts';
import { statesAfter, type TypedTexts } from './layer-states.ts';
import { loadFolderTokenizer, readFolderConfig, readWeights } from './read-folder.ts';
import type { TextTokenizer } from './tokenizer.ts';
import { loadBertWeights, transposed } from './weights.ts';

/** Which text of a pair each token of each text belongs to. */
export type TokenTypes = readonly (readonly number[])[] | undefined;

export interface TrainableEncoder {
  readonly width: number;
  /** Of each layer. */
  readonly heads: number;
  /** How many layers are run; some may share their weights. */
  readonly depth: number;
  /** How many layers have weights of their own. */
  readonly layers: number;
  /** Rows of the table of places before that of a text's first token. */
  readonly firstPlace: number;
  readonly tokenizer: TextTokenizer;
  /** On the open engine; dense ones are [in, out]. */
  readonly weights: Weights;
  partOf(weight: string): StoredWeight['part'];
  /** Numbers of a step for `vectors`, from the token ids of its texts, which fit into the bucket, and of pairs their types. */
  pack(texts: readonly (readonly number[])[], bucket: Bucket, types?: TokenTypes): HostTensors;
  /**
   * Vectors [bucket.texts, width]; those of texts that are not there mean nothing. Where `packed` has `states` [tokens, width], they are what
   * the layers that stay `still` have made of the texts.
   */
  vectors(weights: Weights, packed: Weights, run: Omit<BertRun, 'states'>): tf.Tensor2D;
  /** What the first `count` layers make of each text, given by its token ids: its states one after the other, [length, width]. */
  statesAfter(
    texts: readonly (readonly number[])[],
    count: number,
    signal: AbortSignal,
    types?: TokenTypes,
  ): Promise<readonly Float32Array[]>;
  /** Texts to vectors [texts, width] with these weights in the place of its own: what the folder gives with `changedFiles`. */
  encode(
    texts: readonly string[],
    changed: ReadonlyMap<string, Float32Array>,
    options: EncodeOptions,
  ): Promise<Matrix>;
  /** The files of the folder that are others with these weights, which are given as `weights` has them, and with tensors beside them. */
  changedFiles(changed: ReadonlyMap<string, Float32Array>, beside?: BesideWeights): Promise<ChangedFiles>;
  dispose(): void;
}

/** Tensors that are no weights of the encoder, by their names in the file and as it has them. */
export interface BesideWeights {
  /** Those that the folder has. */
  readonly changed: Readonly<Record<string, Tensor>>;
  readonly added: Readonly<Record<string, Tensor>>;
}

/** Throws `ModelError` for a folder that FSL does not run. */
export async function loadTrainable(
  folder: ModelFolder,
  { maxTokens, device = 'cpu' }: SentenceEncoderOptions = {},
): Promise<TrainableEncoder> {
  const config = await readFolderConfig(folder);
  const pooling = await loadPooling(folder);
  const tokenizer = await loadFolderTokenizer(folder, { maxTokens });
  const { weights, stored, fileOf } = await weightsIn(folder, config);
  const parts = [...stored.values()].map(({ part }) => (typeof part === 'number' ? part + 1 : 0));
  return {
    width: config.hidden_size,
    heads: config.num_attention_heads,
    depth: config.num_hidden_layers,
    layers: Math.max(...parts),
    firstPlace: config.first_place,
    tokenizer,
    weights,
    partOf: (weight) => stored.get(weight)?.part ?? 'head',
    pack: (texts, bucket, types) => packed({ texts, types }, bucket, config, pooling),
    vectors: (own, batch, run) => {
      const texts = packedTexts(batch);
      const states = batch['states'] as tf.Tensor2D | undefined;
      const { shares } = batch;
      const last = bert(own, config, texts, { ...run, states });
      if (shares === undefined) return pool(pooling, last, texts);
      return poolByShares(shares, last, pooling.normalize);
    },
    statesAfter: (texts, count, signal, types) =>
      statesAfter({ config, weights, tokenizer }, { texts, types }, count, signal),
    encode: async (texts, changed, options) => {
      const others = [...changed].map(
        ([weight, data]) => [weight, tf.tensor(data, weights[weight]?.shape)] as const,
      );
      const own = { ...weights, ...Object.fromEntries(others) };
      try {
        return await encodeTexts({ config, pooling, tokenizer, device, weights: own }, texts, options);
      } finally {
        tf.dispose(others.map(([, tensor]) => tensor));
      }
    },
    changedFiles: async (changed, beside) => {
      const tensors: ChangedTensor[] = [];
      for (const [weight, data] of changed) {
        const known = stored.get(weight);
        if (known === undefined) throw new Error(`no weight \`${weight}\``);
        tensors.push({ file: known.file, name: known.stored, numbers: () => asStored(known, data) });
      }
      for (const [name, { data }] of Object.entries(beside?.changed ?? {}))
        tensors.push({ file: fileOf(name), name, numbers: () => data });
      const added = beside?.added ?? {};
      const home = stored.get(tables.words)?.file ?? '';
      return changedFolder(
        folder,
        tensors,
        Object.keys(added).length > 0 ? { file: home, tensors: added } : undefined,
      );
    },
    dispose: () => tf.dispose(Object.values(weights)),
  };
}

interface Stored extends StoredWeight {
  readonly file: string;
}

/** The weights that texts are read with, and where they are stored. A function of its own, so that nothing keeps the bytes of the files. */
async function weightsIn(
  folder: ModelFolder,
  config: BertConfig,
): Promise<{
  readonly weights: Weights;
  readonly stored: ReadonlyMap<string, Stored>;
  readonly fileOf: (stored: string) => string;
}> {
  const { file, name } = await readWeights(folder);
  const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
  const stored = new Map(
    storedBertWeights(shapes, config, name).map(
      (weight) => [weight.name, { ...weight, file: file.fileOf(weight.stored) }] as const,
    ),
  );
  const files = new Map(file.names.map((tensor) => [tensor, file.fileOf(tensor)]));
  return {
    weights: onlyOf(loadBertWeights(file, config, name), stored),
    stored,
    fileOf: (tensor) => files.get(tensor) ?? '',
  };
}

function packed(
  { texts, types }: TypedTexts,
  bucket: Bucket,
  { num_attention_heads: heads }: BertConfig,
  { mode }: Pooling,
): HostTensors {
  const plain = toHostTexts(fillPack(texts, bucket, heads, types), bucket, heads);
  return mode === 'max' ? plain : { ...plain, shares: poolingShares(texts, bucket, mode) };
}

function onlyOf(all: Weights, wanted: ReadonlyMap<string, unknown>): Weights {
  const entries = Object.entries(all);
  tf.dispose(entries.flatMap(([name, tensor]) => (wanted.has(name) ? [] : [tensor])));
  return Object.fromEntries(entries.filter(([name]) => wanted.has(name)));
}

/** From [in, out] to [out, in], where it is dense. */
function asStored({ kind, shape: [to = 1, from = 1] }: StoredWeight, data: Float32Array): Float32Array {
  return kind === 'dense' ? transposed(data, from, to) : data;
}
