// The loss of a batch with its gradients as a captured program, and the names of what it is given and gives.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { HostTensors, Program, TensorSpec } from '../../engine/program.ts';
import { maskCalls } from '../layers/dropout-masks.ts';
import { tensorIn } from '../optimizers/optimizer.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { lossGradients } from './loss-gradients.ts';
import type { Batch, Training } from './train.ts';

export interface RecordedLoss {
  readonly program: Program;
  /** What dropout drops; to be given by the names that they have. */
  readonly masks: readonly TensorSpec[];
}

export interface Weights {
  readonly parameters: HostTensors;
  /** Computed already: they become part of the program. */
  readonly frozen: Tensors;
  /** Parameters of which only rows are read, each with the name of the batch's ids. Their gradient is that of the rows, in the ids' order. */
  readonly lookups: Readonly<Record<string, string>>;
}

/** Inputs are `weight w` and `batch b`, outputs `loss` and `gradient w`. */
export function recordLoss(
  training: Training,
  capture: NonNullable<Engine['capture']>,
  { parameters, frozen, lookups }: Weights,
  batch: Batch,
): RecordedLoss {
  let masks: readonly TensorSpec[] = [];
  const program = capture((input) => {
    const inputs = (kind: string, specs: HostTensors): Record<string, tf.Tensor> =>
      Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, input(`${kind} ${name}`, spec)]));
    const calls = maskCalls(training.dropoutRate ?? 0, input, 'float32');
    const looked = withRows(inputs('weight', parameters), inputs('batch', batch), lookups);
    const { loss, gradients } = lossGradients(
      training,
      looked.parameters,
      frozen,
      looked.batch,
      calls.dropout,
    );
    masks = calls.specs;
    return { ...named('gradient', gradients), loss };
  });
  return { program, masks };
}

/** The rows that are read in place of the tables, and the places of these rows in place of the ids. */
function withRows(
  parameters: Tensors,
  batch: Tensors,
  lookups: Readonly<Record<string, string>>,
): { readonly parameters: Tensors; readonly batch: Tensors } {
  const rows: Record<string, tf.Tensor> = {};
  const places: Record<string, tf.Tensor> = {};
  for (const [table, name] of Object.entries(lookups)) {
    const ids = tensorIn(batch, name);
    rows[table] = tf.gather(tensorIn(parameters, table), tf.reshape(ids, [ids.size]));
    const order = Int32Array.from({ length: ids.size }, (_, i) => i);
    places[name] = tf.tensor(order, ids.shape, 'int32');
  }
  return { parameters: { ...parameters, ...rows }, batch: { ...batch, ...places } };
}

/** What decides the graph. */
export function keyOf(batch: Batch): string {
  return JSON.stringify(Object.entries(batch).map(([name, { type, shape }]) => [name, type, shape]));
}

/** With the kind before each name. */
export function named<T>(kind: string, values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${kind} ${name}`, value]));
}
