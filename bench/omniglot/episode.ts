// Training steps on one 5-way 5-shot episode with 15 queries a class, pictures of noise: the processor time of each in milliseconds, as JSON.
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';
import { initialLearner } from '../../src/learning/meta/learner.ts';
import { lossFor, type MetaRule } from '../../src/learning/meta/meta-rule.ts';
import { plainAdam } from '../../src/learning/optimizers/adam.ts';
import { createRandom } from '../../src/learning/random.ts';
import { train } from '../../src/learning/training/train.ts';

const rules: Readonly<Record<string, MetaRule>> = {
  prototypical: { name: 'vectors', rule: 'euclidean' },
  maml1: { name: 'maml', steps: 1, rate: 0.4, order: 1 },
  maml2: { name: 'maml', steps: 1, rate: 0.4, order: 2 },
};
const [kind = 'prototypical', threads = '1', count = '10'] = process.argv.slice(2);
const rule = rules[kind];
if (rule === undefined) throw new Error(`no method ${kind}`);
const shape = { ways: 5, shots: 5, queries: 15 };
const rows = shape.ways * (shape.shots + shape.queries);
const random = createRandom(1, 'episode');
const images = Float32Array.from({ length: rows * 28 * 28 }, () => random.next());
const targets = new Float32Array(shape.ways * shape.queries * shape.ways);
for (let row = 0; row < shape.ways * shape.queries; row += 1)
  targets[row * shape.ways + Math.floor(row / shape.queries)] = 1;
const engine = await openEngine({ backend: 'onnx', threads: Number(threads) });
const initial = Object.entries(initialLearner({ height: 28, width: 28, channels: 1 }, shape.ways, 1));
const times: number[] = [];
let last = process.cpuUsage();
const trained = await train({
  engine,
  parameters: Object.fromEntries(
    initial
      .filter(([name]) => rule.name !== 'vectors' || !name.startsWith('head'))
      .map(([name, { shape: size, data }]) => [name, tf.tensor(data, [...size])]),
  ),
  batch: () => ({
    images: { type: 'float32', shape: [rows, 28, 28, 1], data: images },
    targets: { type: 'float32', shape: [shape.ways * shape.queries, shape.ways], data: targets },
  }),
  loss: (weights, batch) => lossFor(rule, weights, batch, shape),
  dropoutSeed: 0,
  optimizer: plainAdam(),
  rate: 1e-3,
  schedule: { curve: 'constant', warmupSteps: 0, steps: Number(count) },
  signal: new AbortController().signal,
  onStep: () => {
    const { user, system } = process.cpuUsage(last);
    times.push((user + system) / 1000);
    last = process.cpuUsage();
  },
});
tf.dispose(Object.values(trained));
await engine.dispose();
console.log(JSON.stringify(times.slice(2)));
