// Steps on an engine that keeps results on its device: parameters, state and gradients stay there. Loss, gradients and update are one graph
// for each set of batch shapes, recorded once; with several batches a step, the update is one of its own.
import * as tf from '@tensorflow/tfjs-core';
import type {
  Definition,
  DeviceTensor,
  DeviceTensors,
  HostTensor,
  HostTensors,
  Residence,
  ResidentProgram,
  TensorSpec,
} from '../../engine/program.ts';
import { maskCalls, maskMemory } from '../layers/dropout-masks.ts';
import { clipByGlobalNorm } from '../optimizers/clip.ts';
import type { Group, StepNumbers, Tensors } from '../optimizers/optimizer.ts';
import { copied, hostTensors, zeros } from './host-arrays.ts';
import { lossGradients } from './loss-gradients.ts';
import { keyOf, named } from './recorded-loss.ts';
import { batchesOf, rateAt } from './train.ts';
import type { Batch, Steps, Training } from './train.ts';

type Ask = Parameters<Definition>[0];
type Specs = Readonly<Record<string, TensorSpec>>;

export async function residentSteps(training: Training, device: Residence): Promise<Steps> {
  const { frozen = {}, optimizer, start, signal, accumulate = 1 } = training;
  let parameters = await placed(device, start?.parameters ?? (await copied(training.parameters)));
  let state = await placed(device, start?.state ?? zeros(optimizer.stateFor(training.parameters)));
  const fixed = await placed(device, await hostTensors(frozen));
  const masks = maskMemory(training.dropoutRate ?? 0, training.dropoutSeed);
  const groups = groupsOf(training, Object.keys(parameters));
  const recorded = new Map<string, Recorded>();
  let updating: ResidentProgram | undefined;
  let sums: DeviceTensors = {};

  const replace = (outputs: DeviceTensors): void => {
    device.free([...Object.values(parameters), ...Object.values(state)]);
    [parameters, state] = [taken(outputs, 'weight'), taken(outputs, 'state')];
  };
  const scalars = (step: number): HostTensors => {
    const numbers: StepNumbers = { step, rate: rateAt(training, step) };
    return scalarsOf(training, groups, numbers);
  };

  /** Gives the loss. The step's only batch brings its update as well. */
  const run = async (index: number, step: number): Promise<[loss: number, outputs: DeviceTensors]> => {
    const batch = training.batch(index);
    const first = accumulate > 1 && Object.keys(sums).length === 0;
    const key = `${first} ${keyOf(batch)}`;
    const known = recorded.get(key) ?? record({ parameters, state, fixed, sums, batch });
    recorded.set(key, known);
    const { loss, ...outputs } = await known.program.run({
      ...named('weight', { ...fixed, ...parameters }),
      ...named('batch', batch),
      ...masks.fill(known.masks, index),
      ...(accumulate > 1 ? named('sum', sums) : { ...named('state', state), ...scalars(step) }),
    });
    if (loss === undefined) throw new Error('a step without a loss');
    const { data } = await device.read(loss);
    device.free([loss]);
    return [data[0] ?? NaN, outputs];
  };

  function record(given: Given): Recorded {
    let specs: readonly TensorSpec[] = [];
    const program = device.capture((input) => {
      const calls = maskCalls(training.dropoutRate ?? 0, input, 'bool');
      const weights = asked(input, 'weight', given.parameters);
      const { loss, gradients } = lossGradients(
        training,
        weights,
        asked(input, 'weight', given.fixed),
        asked(input, 'batch', given.batch),
        calls.dropout,
      );
      specs = calls.specs;
      if (accumulate === 1)
        return {
          loss,
          ...updated(training, groups, weights, asked(input, 'state', given.state), gradients, input),
        };
      const before = asked(input, 'sum', given.sums);
      const sum = (name: string, g: tf.Tensor): tf.Tensor =>
        before[name] === undefined ? g : tf.add(before[name], g);
      return {
        loss,
        ...Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`sum ${name}`, sum(name, g)])),
      };
    });
    return { program, masks: specs };
  }

  async function update(step: number): Promise<void> {
    updating ??= device.capture((input) => {
      const summed = Object.entries(asked(input, 'sum', sums));
      const gradients = Object.fromEntries(summed.map(([name, sum]) => [name, tf.div(sum, accumulate)]));
      return updated(
        training,
        groups,
        asked(input, 'weight', parameters),
        asked(input, 'state', state),
        gradients,
        input,
      );
    });
    replace(
      await updating.run({
        ...named('weight', parameters),
        ...named('state', state),
        ...named('sum', sums),
        ...scalars(step),
      }),
    );
  }

  return {
    async step(step) {
      let total = 0;
      for (const index of batchesOf(training, step)) {
        signal.throwIfAborted();
        const [loss, outputs] = await run(index, step);
        total += loss;
        if (!Number.isFinite(loss)) device.free(Object.values(outputs));
        else if (accumulate === 1) replace(outputs);
        else {
          device.free(Object.values(sums));
          sums = taken(outputs, 'sum');
        }
        if (!Number.isFinite(total)) return total;
      }
      if (accumulate > 1) {
        await update(step);
        device.free(Object.values(sums));
        sums = {};
      }
      return total / accumulate;
    },
    readParameters: () => readAll(device, parameters),
    read: async () => ({
      parameters: await readAll(device, parameters),
      state: await readAll(device, state),
    }),
    finish: () => {
      const trained = Object.entries(parameters).map(
        ([name, tensor]) => [name, device.handOver(tensor)] as const,
      );
      parameters = {};
      return Object.fromEntries(trained);
    },
    dispose: () => device.free([parameters, state, fixed, sums].flatMap((tensors) => Object.values(tensors))),
  };
}

interface Recorded {
  readonly program: ResidentProgram;
  readonly masks: readonly TensorSpec[];
}

/** What decides a graph. */
interface Given {
  readonly parameters: Specs;
  readonly state: Specs;
  readonly fixed: Specs;
  readonly sums: Specs;
  readonly batch: Batch;
}

function updated(
  { clip, optimizer }: Training,
  groups: Groups,
  parameters: Tensors,
  state: Tensors,
  gradients: Tensors,
  input: Ask,
): Tensors {
  const clipped = clip === undefined ? gradients : clipByGlobalNorm(gradients, clip);
  const next = optimizer.updateWith(parameters, state, clipped, (group, name) =>
    input(scalarName(groups, group, name), scalarSpec),
  );
  return { ...named('weight', next.parameters), ...named('state', next.state) };
}

type Groups = ReadonlyMap<Group, number>;

const scalarSpec: TensorSpec = { type: 'float32', shape: [] };

function groupsOf({ optimizer }: Training, parameters: readonly string[]): Groups {
  const groups = new Set(parameters.map((name) => optimizer.rule.groupOf(name)));
  return new Map([...groups].map((group, i) => [group, i]));
}

function scalarName(groups: Groups, group: Group, name: string): string {
  return `scalar ${groups.get(group) ?? -1} ${name}`;
}

function scalarsOf({ optimizer: { rule } }: Training, groups: Groups, numbers: StepNumbers): HostTensors {
  const all = [...groups.keys()].flatMap((group) =>
    Object.entries(rule.scalars(numbers, group)).map(([name, value]): [string, HostTensor] => [
      scalarName(groups, group, name),
      { ...scalarSpec, data: Float32Array.of(value) },
    ]),
  );
  return Object.fromEntries(all);
}

function asked(input: Ask, kind: string, specs: Specs): Tensors {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { type, shape }]) => [name, input(`${kind} ${name}`, { type, shape })]),
  );
}

function taken(outputs: DeviceTensors, kind: string): DeviceTensors {
  const [start, mine] = [`${kind} `, Object.entries(outputs)];
  return Object.fromEntries(
    mine.flatMap(([name, tensor]) =>
      name.startsWith(start) ? [[name.slice(start.length), tensor] as const] : [],
    ),
  );
}

async function placed(device: Residence, tensors: HostTensors): Promise<DeviceTensors> {
  const there: Record<string, DeviceTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) there[name] = await device.place(tensor);
  return there;
}

async function readAll(device: Residence, tensors: DeviceTensors): Promise<HostTensors> {
  const here: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) here[name] = await device.read(tensor);
  return here;
}
