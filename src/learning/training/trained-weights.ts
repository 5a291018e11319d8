// Which weights of an encoder are trained, and in what shape: as they are, only the biases, or as a product of two small matrices that is
// added to a weight (LoRA; Hu et al. 2021, arXiv:2106.09685). Knows no losses.
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../encoders/bert.ts';
import type { TrainableEncoder } from '../encoders/trainable.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { createRandom } from '../random.ts';

export interface Trained {
  /** How many of the last layers; all of them and what comes before them, or none. */
  readonly layers: 'all' | number;
  readonly how: 'weights' | 'biases' | { readonly rank: number };
}

export interface TrainedWeights {
  /** What the optimizer changes. */
  readonly parameters: Tensors;
  readonly frozen: Tensors;
  /** All weights of the encoder, from both together; part of a step's program. */
  assemble(tensors: Tensors): Weights;
  /** The weights of the encoder that training has changed, from the numbers of the parameters. */
  finish(trained: ReadonlyMap<string, Float32Array>): Promise<ReadonlyMap<string, Float32Array>>;
}

/** `weights` are those of the encoder. The caller disposes `parameters` and `frozen`. */
export function trainedWeights(
  encoder: Pick<TrainableEncoder, 'layers' | 'partOf'>,
  weights: Weights,
  { layers, how }: Trained,
  seed: number,
): TrainedWeights {
  const inReach = (name: string): boolean => {
    const part = encoder.partOf(name);
    if (layers === 'all') return true;
    return typeof part === 'number' ? part >= encoder.layers - layers : part === 'last' && layers > 0;
  };
  if (typeof how === 'object') return lowRank(weights, inReach, how.rank, seed);
  const chosen = (name: string): boolean => inReach(name) && (how === 'weights' || name.endsWith('.bias'));
  return {
    parameters: onlyWhere(weights, chosen),
    frozen: onlyWhere(weights, (name) => !chosen(name)),
    assemble: (tensors) => tensors,
    finish: async (trained) => trained,
  };
}

/** The weights that get an addend: those of queries and values, as in the paper. */
const adapted = /\.(query|value|q_lin|v_lin|attn\.q|attn\.v)\.weight$/;

function lowRank(
  weights: Weights,
  inReach: (name: string) => boolean,
  rank: number,
  seed: number,
): TrainedWeights {
  const names = Object.keys(weights).filter((name) => adapted.test(name) && inReach(name));
  const [down, up] = [(name: string) => `${name} down`, (name: string) => `${name} up`];
  const parameters = names.flatMap((name): (readonly [string, tf.Tensor])[] => {
    const [from = 1, to = 1] = weights[name]?.shape ?? [];
    return [
      [down(name), tf.tensor2d(uniform(from * rank, 1 / Math.sqrt(from), seed, name), [from, rank])],
      [up(name), tf.zeros([rank, to])], // so that the sum starts as it was
    ];
  });
  return {
    parameters: Object.fromEntries(parameters),
    frozen: weights,
    assemble: (tensors) => {
      const sums = names.map((name) => {
        const [own, a, b] = [tensors[name], tensors[down(name)], tensors[up(name)]];
        if (own === undefined || a === undefined || b === undefined) throw new Error(`no weight \`${name}\``);
        return [name, tf.add(own, tf.matMul(a, b))] as const;
      });
      return { ...tensors, ...Object.fromEntries(sums) };
    },
    finish: async (trained) => {
      const merged = new Map<string, Float32Array>();
      for (const name of names) {
        const { shape = [] } = weights[name] ?? {};
        const own = Float32Array.from((await weights[name]?.data()) ?? []);
        addProduct(own, trained.get(down(name)), trained.get(up(name)), rank, shape[1] ?? 1);
        merged.set(name, own);
      }
      return merged;
    },
  };
}

/** Adds [rows, rank] times [rank, columns] to [rows, columns]. */
function addProduct(
  sum: Float32Array,
  a: Float32Array = new Float32Array(),
  b: Float32Array = new Float32Array(),
  rank: number,
  columns: number,
): void {
  for (let i = 0; i < sum.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let product = 0;
    for (let k = 0; k < rank; k++) product += (a[row * rank + k] ?? 0) * (b[k * columns + column] ?? 0);
    sum[i] = (sum[i] ?? 0) + product;
  }
}

function uniform(count: number, bound: number, seed: number, name: string): Float32Array {
  const random = createRandom(seed, 'low rank', name);
  return Float32Array.from({ length: count }, () => (2 * random.next() - 1) * bound);
}

function onlyWhere(weights: Weights, wanted: (name: string) => boolean): Weights {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => wanted(name)));
}
