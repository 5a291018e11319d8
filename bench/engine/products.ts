// One process: twenty products of 1,024 rows one after the other in one graph, with one precision; milliseconds of each run, by columns.
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';

const [on = 'cpu', precision = 'fp32', threads = '2'] = process.argv.slice(2);
const provider = (['cpu', 'webgpu', 'cuda'] as const).find((one) => one === on);
if (provider === undefined) throw new Error(`computes on cpu, webgpu or cuda, not ${on}`);
const engine = await openEngine({
  backend: 'onnx',
  provider,
  precision: precision === 'mixed' ? 'mixed' : 'fp32',
  threads: Number(threads),
});
const [rows, repeats] = [1024, 20];
const numbers = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7));
const found: Record<string, readonly number[]> = {};
for (const columns of [384, 1024, 2048]) {
  const weights = tf.tensor2d(numbers(columns * columns), [columns, columns]);
  const times: number[] = [];
  for (let i = 0; i < 2 * repeats; i++) {
    const x = tf.tensor2d(numbers(rows * columns), [rows, columns]);
    const start = performance.now();
    const sum = tf.tidy(() => {
      let y: tf.Tensor = x;
      for (let k = 0; k < repeats; k++) y = tf.tanh(tf.matMul(y, weights));
      return tf.sum(y);
    });
    await sum.data();
    if (i >= repeats) times.push(performance.now() - start);
    tf.dispose([sum, x]);
  }
  found[columns] = times;
  weights.dispose();
}
await engine.dispose();
console.log(JSON.stringify(found));
