// The likeliest tokens at the mask of a text, as a masked language model of a Hugging Face folder has them. Runs on whichever engine is open.
import * as tf from '@tensorflow/tfjs-core';
import { maskVectors } from './bert.ts';
import { storedWords } from './bert-weights.ts';
import type { EncodeOptions } from './encoder.ts';
import type { ModelFolder } from './model-folder.ts';
import { hasMaskHead, loadModel, readTexts, statesAtMasks, type ReadOut } from './sentence-encoder.ts';
import type { TextTokenizer } from './tokenizer.ts';
import { transposed } from './weights.ts';

/** Tokens at a mask, the likeliest first; of equally likely ones the smaller id. */
export interface Likely {
  readonly ids: Int32Array;
  /** Logarithms of their probabilities among all tokens. */
  readonly logs: Float64Array;
}

export interface MaskFiller {
  readonly tokenizer: TextTokenizer;
  /** Of each text, which has one mask, the `top` likeliest tokens there. What a text gets depends on that text alone. */
  likely(texts: readonly string[], top: number, options: EncodeOptions): Promise<readonly Likely[]>;
  dispose(): void;
}

/** Nothing where the folder has no head for masks. Throws `ModelError` for a folder that cannot be used. */
export async function loadMaskFiller(folder: ModelFolder): Promise<MaskFiller | undefined> {
  const { model, stored } = await loadModel(folder, {});
  const { config, weights, tokenizer } = model;
  const { file, name } = stored;
  const shapes = new Map(file.names.map((weight) => [weight, { shape: file.shape(weight) }] as const));
  const head = storedWords(shapes, config, name);
  if (head === undefined || !hasMaskHead(model)) {
    tf.dispose(Object.values(weights));
    return undefined;
  }
  const [rows, columns] = [config.vocab_size, config.embedding_size];
  const words = tf.tensor2d(transposed(file.tensor(head.weight).data, rows, columns), [columns, rows]);
  const biases = tf.tensor1d(file.tensor(head.bias).data.slice());
  const scores: ReadOut = (from, states, run) => {
    const vectors = maskVectors(weights, config, statesAtMasks(from, states, run)); // [texts, width]
    return tf.add(tf.matMul(vectors, words), biases); // [texts, tokens]
  };
  return {
    tokenizer,
    likely: (texts, top, options) =>
      readTexts(model, texts, options, {
        read: scores,
        width: rows,
        keep: (values) => likeliest(values, top),
      }),
    dispose: () => tf.dispose([...Object.values(weights), words, biases]),
  };
}

/** The greatest of the scores, as logarithms of a softmax over all of them. */
export function likeliest(scores: Float32Array, top: number): Likely {
  const order: number[] = [];
  let greatest = -Infinity;
  for (let id = 0; id < scores.length; id += 1) {
    const score = scores[id] ?? -Infinity;
    greatest = Math.max(greatest, score);
    if (order.length === top && score <= (scores[order[top - 1] ?? 0] ?? -Infinity)) continue;
    let place = order.length;
    while (place > 0 && score > (scores[order[place - 1] ?? 0] ?? -Infinity)) place -= 1;
    order.splice(place, 0, id);
    if (order.length > top) order.pop();
  }
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - greatest);
  const all = greatest + Math.log(sum);
  return {
    ids: Int32Array.from(order),
    logs: Float64Array.from(order, (id) => (scores[id] ?? -Infinity) - all),
  };
}
