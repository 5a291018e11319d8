// Meta-trains MAML on sine regression as in Finn et al. 2017, section 5.1, and prints the error on new tasks after 0 to 10 gradient steps.
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engine/engine.ts';
import { adapt, forTasks } from '../../src/learning/meta/adapt.ts';
import { mamlLoss } from '../../src/learning/meta/maml.ts';
import { perceptronShapes, squaredError } from '../../src/learning/meta/perceptron.ts';
import { plainAdam } from '../../src/learning/optimizers/adam.ts';
import { tensorIn } from '../../src/learning/optimizers/optimizer.ts';
import type { Tensors } from '../../src/learning/optimizers/optimizer.ts';
import { createRandom } from '../../src/learning/random.ts';
import { train } from '../../src/learning/training/train.ts';
import type { Batch, HostTensor } from '../../src/learning/training/train.ts';

export interface Check {
  readonly steps: number;
  readonly shots: number;
  readonly order: 1 | 2;
  readonly seed: number;
}

const tasksAStep = 25;
const rate = 0.01;
const tested = { tasks: 600, queries: 100 };

export async function check(
  { steps, shots, order, seed }: Check,
  say: (line: string) => void,
): Promise<void> {
  const engine = await openEngine({ backend: 'onnx', threads: 1 });
  const start = process.cpuUsage();
  const began = performance.now();
  let recent: number[] = [];
  const trained = await train({
    engine,
    parameters: weights(seed),
    batch: (index) => sines(tasksAStep, shots, shots, [seed, 'train', index]),
    loss: (weights, batch) => {
      const data = { count: tasksAStep, support: part(batch, 'support'), query: part(batch, 'query') };
      return mamlLoss(weights, data, (now, given) => squaredError(now, given), { steps: 1, rate, order });
    },
    dropoutSeed: seed,
    optimizer: plainAdam(),
    rate: 1e-3,
    schedule: { curve: 'constant', warmupSteps: 0, steps },
    signal: new AbortController().signal,
    onStep: ({ step, loss }) => {
      recent.push(loss);
      if (step % Math.ceil(steps / 10) !== 0) return;
      say(`meta-step ${step}: ${mean(recent).toFixed(3)} after adapting (mean of the last ${recent.length})`);
      recent = [];
    },
  });
  const { user, system } = process.cpuUsage(start);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(`${steps} meta-steps of ${tasksAStep} tasks, order ${order}: ${seconds} s, ${((user + system) / 1000 / steps).toFixed(2)} ms of processor time each`); // prettier-ignore
  const curve: string[] = [];
  const batch = sines(tested.tasks, shots, tested.queries, [seed, 'test']);
  for (let k = 0; k <= 10; k++) {
    const errors = tf.tidy(() => {
      const data = Object.fromEntries(Object.entries(batch).map(([name, host]) => [name, tensorOf(host)]));
      const now = adapt(forTasks(trained, tested.tasks), (own) => squaredError(own, part(data, 'support')), {
        steps: k,
        rate,
        order: 1,
      });
      return squaredError(now, part(data, 'query'));
    });
    const each = Array.from(await errors.data());
    errors.dispose();
    const spread = 1.96 * Math.sqrt(mean(each.map((x) => (x - mean(each)) ** 2)) / each.length);
    curve.push(`| ${k} | ${mean(each).toFixed(3)} | ${spread.toFixed(3)} |`);
  }
  say(['', `| gradient steps (${shots} points) | mean squared error | ± 95 % |`, '| --- | --- | --- |', ...curve].join('\n')); // prettier-ignore
  tf.dispose(Object.values(trained));
  await engine.dispose();
}

/** Truncated normals with a deviation of 0.01, and biases of 0, as in the authors' code. */
function weights(seed: number): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(perceptronShapes([1, 40, 40, 1])).map(([name, shape]) => {
      const random = createRandom(seed, 'start', name);
      const within = (): number => {
        for (;;) {
          const x = random.normal();
          if (Math.abs(x) < 2) return 0.01 * x;
        }
      };
      const count = shape.reduce((product, size) => product * size, 1);
      const numbers = Array.from({ length: count }, () => (name.startsWith('w') ? within() : 0));
      return [name, tf.tensor(numbers, [...shape])];
    }),
  );
}

/** Amplitude in [0.1, 5], phase in [0, pi], places in [-5, 5]. */
function sines(tasks: number, shots: number, queries: number, stream: readonly (string | number)[]): Batch {
  const random = createRandom(...stream);
  const [x, y]: [number[], number[]] = [[], []];
  for (let task = 0; task < tasks; task++) {
    const [amplitude, phase] = [0.1 + 4.9 * random.next(), Math.PI * random.next()];
    for (let i = 0; i < shots + queries; i++) {
      const place = 10 * random.next() - 5;
      x.push(place);
      y.push(amplitude * Math.sin(place - phase));
    }
  }
  const taken = (all: readonly number[], query: boolean): HostTensor => ({
    type: 'float32',
    shape: [tasks, query ? queries : shots, 1],
    data: Float32Array.from(all.filter((_, i) => i % (shots + queries) >= shots === query)),
  });
  return {
    supportX: taken(x, false),
    supportY: taken(y, false),
    queryX: taken(x, true),
    queryY: taken(y, true),
  };
}

function part(batch: Tensors, name: 'support' | 'query'): Tensors {
  return { x: tensorIn(batch, `${name}X`), y: tensorIn(batch, `${name}Y`) };
}

function tensorOf({ data, shape }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}
