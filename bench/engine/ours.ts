// One process of the comparison: forward passes, or training steps, of MiniLM's architecture; milliseconds of each as JSON.
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';
import { readBertConfig } from '../../src/learning/encoders/bert-config.ts';
import { bert } from '../../src/learning/encoders/bert.ts';
import type { Weights } from '../../src/learning/encoders/bert.ts';
import { packedTexts, toHostTexts, toTensors } from '../../src/learning/encoders/packed-texts.ts';
import { fillPack } from '../../src/learning/encoders/packs.ts';
import { poolByShares, poolingShares } from '../../src/learning/encoders/pool-by-shares.ts';
import { pool } from '../../src/learning/encoders/pooling.ts';
import type { Dropout } from '../../src/learning/layers/dropout.ts';
import { crossEntropy } from '../../src/learning/losses/cross-entropy.ts';
import { adam } from '../../src/learning/optimizers/adam.ts';
import { train } from '../../src/learning/training/train.ts';

const [kind = 'forward', threads = '2', steps = '9', rows = '30522', on = 'cpu'] = process.argv.slice(2);
const [layers, width, inner, heads, texts, places] = [6, 384, 1536, 12, 16, 64];
const vocabulary = Number(rows);
const config = readBertConfig(
  {
    model_type: 'bert',
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: inner,
    max_position_embeddings: 512,
    vocab_size: vocabulary,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
  },
  'config.json',
);

let seed = 1;
function normal(shape: number[], scale: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    values[i] = (seed / 2 ** 32 - 0.5) * 3.46 * scale;
  }
  return tf.tensor(values, shape);
}

function weights(): Weights {
  const all: Record<string, tf.Tensor> = {};
  const norm = (name: string): void => {
    all[`${name}.weight`] = tf.tensor1d(new Float32Array(width).fill(1));
    all[`${name}.bias`] = tf.tensor1d(new Float32Array(width));
  };
  const dense = (name: string, from: number, to: number): void => {
    all[`${name}.weight`] = normal([from, to], 0.02);
    all[`${name}.bias`] = tf.tensor1d(new Float32Array(to));
  };
  all['embeddings.word_embeddings.weight'] = normal([vocabulary, width], 0.02);
  all['embeddings.position_embeddings.weight'] = normal([512, width], 0.02);
  all['embeddings.token_type_embeddings.weight'] = normal([2, width], 0.02);
  norm('embeddings.LayerNorm');
  for (let i = 0; i < layers; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value']) dense(`${layer}.attention.self.${part}`, width, width);
    dense(`${layer}.attention.output.dense`, width, width);
    norm(`${layer}.attention.output.LayerNorm`);
    dense(`${layer}.intermediate.dense`, width, inner);
    dense(`${layer}.output.dense`, inner, width);
    norm(`${layer}.output.LayerNorm`);
  }
  return all;
}

function batch(step: number): number[][] {
  return Array.from({ length: texts }, (_, text) =>
    Array.from(
      { length: places },
      (_, place) => (step * 7919 + text * 613 + place * 131 + place * place) % vocabulary,
    ),
  );
}

const bucket = { places, texts, tokens: texts * places };
const packOf = (step: number) => fillPack(batch(step), bucket, heads);

/** Vectors as `fine-tune` trains them: the mean as a product with the shares of the tokens. */
function trained(parameters: Weights, batch: Record<string, tf.Tensor>, dropout: Dropout): tf.Tensor {
  const states = bert(parameters, config, packedTexts(batch), { dropout });
  return poolByShares(batch['shares'] ?? tf.scalar(NaN), states, false);
}

const provider = (['cpu', 'webgpu', 'cuda'] as const).find((one) => one === on);
if (provider === undefined) throw new Error(`computes on cpu, webgpu or cuda, not ${on}`);
const engine = await openEngine({ backend: 'onnx', provider, threads: Number(threads) });
const start = weights();
const times: number[] = [];
const losses: number[] = [];
let last = performance.now();
const lap = (): void => {
  const now = performance.now();
  times.push(now - last);
  last = now;
};
if (kind === 'forward') {
  for (let step = 0; step < Number(steps); step++) {
    const vectors = tf.tidy(() => {
      const packed = toTensors(packOf(step), bucket, heads);
      return pool({ mode: 'mean', normalize: false }, bert(start, config, packed), packed);
    });
    await vectors.data();
    vectors.dispose();
    lap();
  }
} else {
  const group = { rateFactor: 1, weightDecay: 0.01 };
  await train({
    engine,
    parameters: { ...start, head: normal([width, 2], 0.02) },
    batch: (step) => ({
      ...toHostTexts(packOf(step), bucket, heads),
      shares: poolingShares(batch(step), bucket, 'mean'),
    }),
    loss: (parameters, batch, dropout) => {
      const labels = tf.oneHot(
        Array.from({ length: texts }, (_, text) => text % 2),
        2,
      );
      const vectors = trained(parameters, batch, dropout);
      return crossEntropy(
        tf.matMul(vectors, parameters['head'] ?? tf.scalar(NaN)),
        tf.cast(labels, 'float32'),
      );
    },
    lookups: { 'embeddings.word_embeddings.weight': 'ids' },
    dropoutRate: Number(kind),
    dropoutSeed: 1,
    optimizer: adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf: () => group }),
    rate: 2e-5,
    schedule: { curve: 'constant', warmupSteps: 0, steps: Number(steps) },
    signal: new AbortController().signal,
    onStep: ({ step, loss }) => {
      if (step === 1) tf.dispose(start);
      losses.push(loss);
      lap();
    },
  });
}
const { compiled, compileMs, runs, runMs, nodes } = engine.trace();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const [memory, processor] = [maxRSS / 1024, (userCPUTime + systemCPUTime) / 1e6];
console.log(
  JSON.stringify({
    times: times.slice(2),
    losses,
    memory,
    processor,
    trace: { compiled, compileMs, runs, runMs, nodes },
  }),
);
