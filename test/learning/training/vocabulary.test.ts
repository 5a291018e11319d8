// Training with a table that is cut to the words that occur gives the weights of training with the whole table.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readFolderConfig, readWeights } from '../../../src/learning/encoders/read-folder.ts';
import { loadBertWeights } from '../../../src/learning/encoders/weights.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { train } from '../../../src/learning/training/train.ts';
import { cutTable, decayOver, vocabularyOf, wholeTable } from '../../../src/learning/training/vocabulary.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { oddBert, onDisk } from '../encoders/folders.ts';
import { embedBatch, textBatch } from './embed.ts';
import { batchOf } from './fixture.ts';

const table = 'embeddings.word_embeddings.weight';
const group = { rateFactor: 0.5, weightDecay: 0.1 };
const schedule = { curve: 'cosine', warmupSteps: 2, steps: 8 } as const;
const rate = 1e-3;
const longest = 12;

/** All weights after training, flat, and how many rows of the table were trained. */
async function trained(
  compact: boolean,
): Promise<{ weights: ReadonlyMap<string, Float32Array>; rows: number }> {
  const config = await readFolderConfig(onDisk(oddBert));
  const { file, name } = await readWeights(onDisk(oddBert));
  const { hidden_size: width, vocab_size: size } = config;
  const batches = Array.from({ length: 3 }, (_, i) => batchOf(i, size, 4, longest));
  const vocabulary = vocabularyOf(compact ? batches.flat() : [Array.from({ length: size }, (_, id) => id)]);
  return withEngine('onnx', async (engine) => {
    const start = loadBertWeights(file, config, name);
    const whole = Float32Array.from((await start[table]?.data()) ?? []);
    const rows = vocabulary.ids.length;
    const result = await train({
      engine,
      parameters: { ...start, [table]: tf.tensor2d(cutTable(whole, width, vocabulary), [rows, width]) },
      batch: (step) => textBatch(config, vocabulary.rowsOf(batches[step % 3] ?? []), longest),
      loss: (weights, texts, dropout) =>
        tf.mean(tf.square(tf.sub(embedBatch(weights, config, texts, dropout), 0.5))),
      dropoutRate: 0.1,
      dropoutSeed: 3,
      optimizer: adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf: () => group }),
      rate,
      schedule,
      clip: 1,
      signal: new AbortController().signal,
    });
    const weights = new Map<string, Float32Array>();
    for (const [name, tensor] of Object.entries(result))
      weights.set(name, Float32Array.from(await tensor.data()));
    const factor = decayOver(schedule, rate, group);
    weights.set(
      table,
      wholeTable(whole, weights.get(table) ?? new Float32Array(), width, vocabulary, factor),
    );
    return { weights, rows };
  });
}

describe('a table cut to the words that occur', () => {
  it('ends in the same weights, rows that do not occur included', async () => {
    const [cut, whole] = [await trained(true), await trained(false)];
    expect(whole.rows).toBe(1003);
    expect(cut.rows).toBeLessThan(100);
    expect([...cut.weights.keys()].sort()).toEqual([...whole.weights.keys()].sort());
    for (const [name, expected] of whole.weights) {
      const actual = cut.weights.get(name);
      expect(actual).toHaveLength(expected.length);
      // What never gets a gradient but rounding (the bias of a key) goes where Adam's division by it leads.
      if (name.endsWith('key.bias')) continue;
      const far = Math.max(...expected.map((value, i) => Math.abs(value - (actual?.[i] ?? NaN))));
      expect(far, name).toBeLessThan(2e-6);
    }
  });

  it('refuses texts with other words', () => {
    const vocabulary = vocabularyOf([[5, 3], [9]]);
    expect(vocabulary.ids).toEqual([3, 5, 9]);
    expect(vocabulary.rowsOf([[9, 3]])).toEqual([[2, 0]]);
    expect(() => vocabulary.rowsOf([[4]])).toThrow('the token 4');
  });
});
