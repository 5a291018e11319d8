// Steps on an engine that records: loss and gradients are one graph for each set of batch shapes, recorded once; the update is
// one pass over memory, in place. Between the steps nothing of tfjs happens.
import type { Engine } from '../../engine/engine.ts';
import { maskMemory } from '../layers/dropout-masks.ts';
import { clippingFactor, inPlace, summed } from '../optimizers/in-place.ts';
import { arraysOf, computed, copied, copyOf, shapesOf, toTensors, zeros } from './host-arrays.ts';
import { lookedUpTables } from './looked-up.ts';
import { keyOf, named, recordLoss } from './recorded-loss.ts';
import type { RecordedLoss } from './recorded-loss.ts';
import { batchesOf, rateAt } from './train.ts';
import type { Batch, Steps, Training } from './train.ts';
import { trainedMemory } from './trained-memory.ts';

export async function capturedSteps(
  training: Training,
  capture: NonNullable<Engine['capture']>,
): Promise<Steps> {
  const { optimizer, start, signal, accumulate = 1, clip, dropoutRate = 0, dropoutSeed } = training;
  const given = start === undefined ? await copied(training.parameters) : copyOf(start.parameters);
  const before = start === undefined ? undefined : copyOf(start.state);
  const frozen = training.frozen ?? {};
  await computed(frozen);
  const rule = inPlace(optimizer.rule);
  const tables = lookedUpTables(training, given, before, rule);
  const isWhole = ([name]: readonly [string, unknown]): boolean => tables.names[name] === undefined;
  const whole = Object.fromEntries(Object.entries(given).filter(isWhole));
  const trained = trainedMemory(whole, before, optimizer.rule, rule);
  const parameters = { ...whole, ...tables.parameters }; // without what tables were copied from
  const state = { ...trained.state, ...tables.state };

  const weights = named('weight', parameters);
  const gradients = accumulate > 1 ? zeros(shapesOf(whole)) : trained.gradients;
  const loss = zeros({ loss: [] });
  const [gradientArrays, sumArrays] = [arraysOf(gradients), arraysOf(trained.gradients)];
  const masks = maskMemory(dropoutRate, dropoutSeed);
  const recorded = new Map<string, RecordedLoss>();
  const recordedFor = (batch: Batch): RecordedLoss => {
    const key = keyOf(batch);
    const known = recorded.get(key);
    if (known !== undefined) return known;
    const fresh = recordLoss(training, capture, { parameters, frozen, lookups: tables.names }, batch);
    recorded.set(key, fresh);
    return fresh;
  };

  /** Adds the gradients of a batch, and gives its loss. */
  const run = async (index: number, first: boolean): Promise<number> => {
    const batch = training.batch(index);
    const { program, masks: specs } = recordedFor(batch);
    tables.prepare(batch);
    const inputs = { ...weights, ...named('batch', batch), ...masks.fill(specs, index) };
    const memory = { ...named('gradient', { ...gradients, ...tables.memory(batch) }), ...loss };
    const outputs = await program.run(inputs, memory);
    tables.add(batch);
    if (accumulate > 1) summed(sumArrays, gradientArrays, first);
    return outputs['loss']?.data[0] ?? NaN;
  };

  return {
    async step(step) {
      let total = 0;
      for (const [i, index] of batchesOf(training, step).entries()) {
        signal.throwIfAborted();
        total += await run(index, i === 0);
      }
      const loss = total / accumulate;
      if (!Number.isFinite(loss)) return loss;
      const numbers = { step, rate: rateAt(training, step) };
      const all = [...Object.values(sumArrays), ...tables.gradients()];
      const factor = (clip === undefined ? 1 : clippingFactor(all, 1 / accumulate, clip)) / accumulate;
      trained.update(numbers, factor);
      tables.update(numbers, factor);
      return loss;
    },
    readParameters: async () => copyOf(parameters),
    read: async (ending) => {
      const all = { parameters, state: { ...state, ...tables.touched } };
      return ending ? all : { parameters: copyOf(all.parameters), state: copyOf(all.state) };
    },
    finish: () => {
      tables.finish();
      return toTensors({ ...parameters, ...copyOf(tables.parameters) }); // not to keep their state's memory
    },
    dispose: () => undefined,
  };
}
