// The loss of each of the first steps of a `meta-learn` with a net that adapts, as JSON. It reads the weights and episodes that ours.ts wrote for the twin.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';
import { episodeBatch } from '../../src/learning/meta/episode-batch.ts';
import type { Episode } from '../../src/learning/meta/episodes.ts';
import { lossFor } from '../../src/learning/meta/meta-rule.ts';
import { plainAdam } from '../../src/learning/optimizers/adam.ts';
import { readSafetensors } from '../../src/learning/safetensors.ts';
import { train } from '../../src/learning/training/train.ts';

interface Drawn {
  readonly turns: readonly number[];
  readonly support: readonly number[];
  readonly queries: readonly number[];
}

interface Settings {
  readonly shape: { readonly ways: number; readonly shots: number; readonly queries: number };
  readonly rate: number;
  readonly tasks: number;
  readonly steps: number;
  readonly inner_rate: number;
  readonly order: 1 | 2;
  readonly losses: number;
}

const [folder = ''] = process.argv.slice(2);
const file = (name: string): Buffer => readFileSync(join(folder, name));
const json = (name: string): unknown => JSON.parse(file(name).toString());
const settings = json('settings.json') as Settings; // by losses.mjs
const { episodes } = json('training.json') as { readonly episodes: readonly Drawn[] }; // by ours.ts
const pixels = new Uint8Array(file('train.u8'));
const size = 28 * 28;
const pictures = {
  height: 28,
  width: 28,
  channels: 1,
  pixels: (row: number) => pixels.subarray(row * size, (row + 1) * size),
};
const { shape, rate, tasks, steps, inner_rate: innerRate, order } = settings;
const engine = await openEngine({ backend: 'onnx', threads: 1 });
const losses: number[] = [];
const stop = new AbortController();
await train({
  engine,
  parameters: Object.fromEntries(
    Object.entries(readSafetensors(file('initial.safetensors'), 'initial')).map(([name, tensor]) => [
      name,
      tf.tensor(Float32Array.from(tensor.data), [...tensor.shape]),
    ]),
  ),
  batch: (index) => {
    const { turns, support, queries } = episodes[index - 1] ?? { turns: [], support: [], queries: [] };
    const episode: Episode = { classes: [...turns], support: [...support], queries: [...queries] }; // only turns are read of a class
    return episodeBatch(pictures, episode, shape, 4);
  },
  accumulate: tasks,
  loss: (weights, batch) => lossFor({ name: 'maml', steps, rate: innerRate, order }, weights, batch, shape),
  dropoutSeed: 0,
  optimizer: plainAdam(),
  rate,
  schedule: { curve: 'cosine', warmupSteps: 0, steps: episodes.length / tasks },
  signal: stop.signal,
  onStep: ({ loss }) => {
    losses.push(loss);
    if (losses.length === settings.losses) stop.abort();
  },
}).catch((error: unknown) => {
  if (!stop.signal.aborted) throw error;
});
console.log(JSON.stringify(losses));
process.exit(0);
