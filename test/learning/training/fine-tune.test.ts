// Fifty steps of AdamW through BERT against PyTorch and transformers: the loss at every step, and the vectors afterwards.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readFolderConfig, readWeights } from '../../../src/learning/encoders/read-folder.ts';
import { loadBertWeights } from '../../../src/learning/encoders/weights.ts';
import { crossEntropy } from '../../../src/learning/losses/cross-entropy.ts';
import { adam } from '../../../src/learning/optimizers/adam.ts';
import { train } from '../../../src/learning/training/train.ts';
import { testedInstead, withEngine } from '../../engine/on-backend.ts';
import { oddBert, onDisk } from '../encoders/folders.ts';
import { embed, embedBatch, textBatch } from './embed.ts';
import { batchOf, expected, miniLm, readMiniLm, wave } from './fixture.ts';
import type { FineTune } from './fixture.ts';

const matrices = { rateFactor: 1, weightDecay: 0.01 };
const vectors = { rateFactor: 1, weightDecay: 0 };
const labels = 3;

interface Outcome {
  readonly losses: readonly number[];
  readonly vectors: readonly number[];
  readonly compiled: number;
}

/** What make.py does. */
async function fineTune(folder: string, test: FineTune, threads: number): Promise<Outcome> {
  const config = await readFolderConfig(onDisk(folder));
  const { file, name } = await readWeights(onDisk(folder));
  return withEngine(
    'onnx',
    async (engine) => {
      const { hidden_size: width, vocab_size: vocabulary } = config;
      const start = {
        ...loadBertWeights(file, config, name),
        head: tf.mul(tf.tensor2d(wave(width * labels, 0.5), [width, labels]), 0.1),
      };
      const flat = new Set(Object.entries(start).flatMap(([name, { rank }]) => (rank === 1 ? [name] : [])));
      const batch = (step: number) => batchOf(step, vocabulary, test.texts, test.longest);
      const losses: number[] = [];
      const trained = await train({
        engine,
        parameters: start,
        batch: (step) => textBatch(config, batch((step - 1) % 5), test.longest),
        loss: (weights, texts) => {
          const { head = tf.scalar(NaN) } = weights;
          const targets = tf.oneHot(
            Array.from({ length: test.texts }, (_, text) => text % labels),
            labels,
          );
          const logits = tf.matMul(embedBatch(weights, config, texts), head);
          return crossEntropy(logits, tf.cast(targets, 'float32'));
        },
        dropoutSeed: 1,
        optimizer: adam({
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
          decoupled: true,
          groupOf: (parameter) => (flat.has(parameter) ? vectors : matrices),
        }),
        rate: test.rate,
        schedule: { curve: 'linear', warmupSteps: 5, steps: 50 },
        clip: 1,
        signal: new AbortController().signal,
        onStep: ({ loss }) => {
          losses.push(loss);
        },
      });
      const { compiled } = engine.trace();
      const after = tf.tidy(() => embed(trained, config, batch(50), test.longest));
      return { losses, vectors: Array.from(await after.data()), compiled };
    },
    threads,
  );
}

function check(actual: Outcome, wanted: FineTune): void {
  expect(actual.losses).toHaveLength(50);
  expect(largest(actual.losses, wanted.losses)).toBeLessThan(1e-3);
  expect(largest(actual.vectors, wanted.vectors.flat())).toBeLessThan(2e-3);
}

function largest(actual: readonly number[], wanted: readonly number[]): number {
  expect(actual).toHaveLength(wanted.length);
  return Math.max(...actual.map((value, i) => Math.abs(value - (wanted[i] ?? NaN))));
}

describe('a fine-tune gives the losses and vectors of PyTorch', () => {
  it('for a small model of odd sizes, with one graph for its steps', async () => {
    const outcome = await fineTune(oddBert, expected['odd-bert'], 1);
    check(outcome, expected['odd-bert']);
    // The head is made in a run of its own.
    expect(outcome.compiled).toBe(testedInstead === 'tensorflow' ? 0 : 2);
  });

  const absent = miniLm === undefined;
  it.skipIf(absent)(
    `for MiniLM${absent ? ' (skipped: its folder is not in ../shared/models)' : ''}`,
    async () => {
      if (miniLm === undefined) return;
      const wanted = readMiniLm();
      check(await fineTune(miniLm, wanted, 2), wanted);
    },
    400_000,
  );
});
