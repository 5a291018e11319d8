// Trains parameters step by step. Each step (forward, backward, update) is one run of the engine, and one graph for all batches of the same
// shapes. Parameters and state are kept twice: a run reads one set and writes the other. Knows no models.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import { clipByGlobalNorm } from '../optimizers/clip.ts';
import { tensorIn } from '../optimizers/optimizer.ts';
import type { Optimizer, Tensors } from '../optimizers/optimizer.ts';
import { scheduleFactor } from '../optimizers/schedule.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import { TrainingError } from './training-error.ts';

export interface Training {
  readonly engine: Pick<Engine, 'compute'>;
  /** What is trained. They are only read: the caller may dispose them once training has begun. */
  readonly parameters: Tensors;
  /** The loss of a step's batch, a scalar; a tfjs program that makes its own tensors from the batch. The first step is 1. */
  readonly loss: (parameters: Tensors, step: number) => tf.Tensor;
  readonly optimizer: Optimizer;
  /** The greatest learning rate. */
  readonly rate: number;
  readonly schedule: Schedule;
  /** The greatest common length of all gradients. */
  readonly clip?: number | undefined;
  /** Heeded between steps; its reason is thrown. */
  readonly signal: AbortSignal;
  readonly onStep?: ((step: number, loss: number) => void) | undefined;
}

/** Parameters after the last step; the caller disposes them. Throws `TrainingError` where the loss is no number. */
export async function train(training: Training): Promise<Tensors> {
  const { engine, parameters, optimizer, schedule, signal, onStep } = training;
  const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
  const stateShapes = optimizer.stateFor(parameters);
  let current: Sets = { parameters: await copied(parameters), state: zeros(stateShapes) };
  let spare: Sets = { parameters: zeros(shapes), state: zeros(stateShapes) };
  try {
    for (let step = 1; step <= schedule.steps; step++) {
      signal.throwIfAborted();
      const { next, loss } = record(training, current, step);
      try {
        await engine.compute(...matched(next, spare));
      } catch (error) {
        tf.dispose([next, loss]);
        throw error;
      }
      [spare, current] = [current, next];
      const [value = NaN] = await loss.data();
      loss.dispose();
      if (!Number.isFinite(value)) throw diverged(training, step, value);
      onStep?.(step, value);
    }
  } catch (error) {
    tf.dispose([current.parameters, current.state]);
    throw error;
  } finally {
    tf.dispose([spare.parameters, spare.state]);
  }
  tf.dispose(current.state);
  return current.parameters;
}

/** What one run reads or writes. */
type Sets = Readonly<Record<'parameters' | 'state', Record<string, tf.Tensor>>>;

/** One step, not computed yet. */
function record(
  { loss, optimizer, rate, schedule, clip }: Training,
  { parameters, state }: Sets,
  step: number,
): { next: Sets; loss: tf.Tensor } {
  return tf.tidy(() => {
    const names = Object.keys(parameters);
    const { value, grads } = tf.valueAndGrads((...tensors) => {
      const named = Object.fromEntries(names.map((name, i) => [name, tensors[i] ?? tf.scalar(NaN)]));
      return loss(named, step) as tf.Scalar; // tfjs checks that it is one
    })(Object.values(parameters));
    const plain = Object.fromEntries(names.map((name, i) => [name, grads[i] ?? tf.scalar(NaN)]));
    const gradients = clip === undefined ? plain : clipByGlobalNorm(plain, clip);
    const numbers = { step, rate: rate * scheduleFactor(schedule, step) };
    const next = optimizer.update(parameters, state, gradients, numbers);
    return { next: { parameters: { ...next.parameters }, state: { ...next.state } }, loss: value };
  });
}

/** What is to be computed, and the memory of the same name for it. */
function matched(next: Sets, spare: Sets): [outputs: tf.Tensor[], memory: tf.Tensor[]] {
  const pairs = (['parameters', 'state'] as const).flatMap((set) =>
    Object.keys(spare[set]).map((name) => [tensorIn(next[set], name), tensorIn(spare[set], name)] as const),
  );
  return [pairs.map(([output]) => output), pairs.map(([, memory]) => memory)];
}

/** With memory of their own. */
async function copied(tensors: Tensors): Promise<Record<string, tf.Tensor>> {
  const copies: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    copies[name] = tf.tensor(Float32Array.from(await tensor.data()), tensor.shape, 'float32');
  }
  return copies;
}

function zeros(shapes: Readonly<Record<string, readonly number[]>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.zeros([...shape])]));
}

function diverged({ rate, clip }: Training, step: number, loss: number): TrainingError {
  const clipping = clip === undefined ? ', or clip gradients to a length of 1' : '';
  return new TrainingError(
    `the loss is ${loss} at step ${step}`,
    `Lower the learning rate (it is ${rate}) or lengthen the warm-up${clipping}.`,
  );
}
