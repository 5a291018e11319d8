// Steps on an engine that records: loss and gradients are one graph for each set of batch shapes, recorded once; the update is
// one pass over memory, in place. Between the steps nothing of tfjs happens.
import type { HostTensors, Program, TensorSpec } from '../../engine/program.ts';
import type { Engine } from '../../engine/engine.ts';
import { maskCalls, maskMemory } from '../layers/dropout-masks.ts';
import { clippingFactor, inPlace, summed } from '../optimizers/in-place.ts';
import { arraysOf, copied, copyOf, shapesOf, toTensors, zeros } from './host-arrays.ts';
import { lossGradients } from './loss-gradients.ts';
import { batchesOf, rateAt } from './train.ts';
import type { Batch, Steps, Training } from './train.ts';

export async function capturedSteps(
  training: Training,
  capture: NonNullable<Engine['capture']>,
): Promise<Steps> {
  const { frozen = {}, optimizer, start, signal, accumulate = 1, clip } = training;
  const parameters = start === undefined ? await copied(training.parameters) : copyOf(start.parameters);
  const state = start === undefined ? zeros(optimizer.stateFor(training.parameters)) : copyOf(start.state);
  const fixed = await hostTensors(frozen);
  const gradients = zeros(shapesOf(parameters));
  const sums = accumulate > 1 ? zeros(shapesOf(parameters)) : gradients;
  const memory = Object.fromEntries(Object.entries(gradients).map(([name, g]) => [gradientName(name), g]));
  const [weightArrays, stateArrays] = [arraysOf(parameters), arraysOf(state)];
  const [gradientArrays, sumArrays] = [arraysOf(gradients), arraysOf(sums)];
  const masks = maskMemory(training.dropoutRate ?? 0, training.dropoutSeed);
  const rule = inPlace(optimizer.rule);
  const recorded = new Map<string, Recorded>();
  const weights: HostTensors = named('weight', { ...fixed, ...parameters });

  const run = async (index: number): Promise<number> => {
    const batch = training.batch(index);
    const key = keyOf(batch);
    const known = recorded.get(key) ?? record(training, capture, parameters, fixed, batch);
    recorded.set(key, known);
    const inputs = { ...weights, ...named('batch', batch), ...masks.fill(known.masks, index) };
    const { loss } = await known.program.run(inputs, memory);
    return loss?.data[0] ?? NaN;
  };

  return {
    async step(step) {
      let total = 0;
      for (const [i, index] of batchesOf(training, step).entries()) {
        signal.throwIfAborted();
        total += await run(index);
        if (accumulate > 1) summed(sumArrays, gradientArrays, i === 0);
      }
      const loss = total / accumulate;
      if (!Number.isFinite(loss)) return loss;
      const clipping = clip === undefined ? 1 : clippingFactor(sumArrays, 1 / accumulate, clip);
      const numbers = { step, rate: rateAt(training, step) };
      rule.update(weightArrays, stateArrays, sumArrays, numbers, clipping / accumulate);
      return loss;
    },
    read: async () => ({ parameters: copyOf(parameters), state: copyOf(state) }),
    finish: () => toTensors(parameters),
    dispose: () => undefined,
  };
}

interface Recorded {
  readonly program: Program;
  readonly masks: readonly TensorSpec[];
}

function record(
  training: Training,
  capture: NonNullable<Engine['capture']>,
  parameters: HostTensors,
  frozen: HostTensors,
  batch: Batch,
): Recorded {
  let masks: readonly TensorSpec[] = [];
  const program = capture((input) => {
    const inputs = (kind: string, specs: HostTensors) =>
      Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, input(`${kind} ${name}`, spec)]));
    const calls = maskCalls(training.dropoutRate ?? 0, input);
    const { loss, gradients } = lossGradients(
      training,
      inputs('weight', parameters),
      inputs('weight', frozen),
      inputs('batch', batch),
      calls.dropout,
    );
    masks = calls.specs;
    return { ...named('gradient', gradients), loss };
  });
  return { program, masks };
}

/** With the kind before each name. */
export function named<T>(kind: string, values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${kind} ${name}`, value]));
}

function gradientName(parameter: string): string {
  return `gradient ${parameter}`;
}

/** What decides the graph. */
export function keyOf(batch: Batch): string {
  return JSON.stringify(Object.entries(batch).map(([name, { type, shape }]) => [name, type, shape]));
}

/** The numbers of tensors, as the engine holds them. */
export async function hostTensors(tensors: Training['parameters']): Promise<HostTensors> {
  const read = Object.entries(tensors).map(async ([name, tensor]) => {
    const { dtype: type, shape } = tensor;
    if (type !== 'float32' && type !== 'int32' && type !== 'bool')
      throw new Error(`\`${name}\` is of type ${type}`);
    return [name, { type, shape, data: await tensor.data() }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
