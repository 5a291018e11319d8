// Trains the weights of a net, or a part of them, for an objective on its vectors: what texts and pictures have in common. Knows neither, and no
// objectives.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { HostTensors } from '../../engine/program.ts';
import type { TrainableEncoder } from '../encoders/trainable.ts';
import type { Dropout } from '../layers/dropout.ts';
import { adam } from '../optimizers/adam.ts';
import type { Group, Tensors } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import { bestWeights, lowest } from './best-weights.ts';
import type { BestWeights, Measured } from './best-weights.ts';
import { numbersIn } from './numbers-in.ts';
import { rateAt } from './train.ts';
import type { Batch, StepReport } from './train.ts';
import { trainResumably } from './train-resumably.ts';
import type { CheckpointPlace, Resumable } from './train-resumably.ts';
import { trainedWeights } from './trained-weights.ts';
import type { Trained } from './trained-weights.ts';
import { decayOver } from './vocabulary.ts';

/** What the vectors of a step's rows are to be good for. */
export interface Objective {
  /** Weights of its own, such as a classifier's on top. The caller disposes them. */
  readonly weights: Tensors;
  /** Which rows each of so many steps has, by number. */
  plan(steps: number): readonly (readonly number[])[];
  /** What else the loss needs of a step with these rows, in which there is room for so many. */
  inputs(rows: readonly number[], room: number): Batch;
  /** A second encoder with the same tokens, which reads the same texts and stays as it is. */
  readonly beside?: TrainableEncoder | undefined;
  /** Of vectors [room, width], a scalar. Those beyond the rows of the step mean nothing. `layers` where there is a second encoder. */
  loss(vectors: tf.Tensor2D, tensors: Tensors, layers?: Layers): tf.Tensor;
}

/** What the layers of the encoder and of the one beside it made of a step's texts. */
export interface Layers {
  readonly own: LayerOutputs;
  readonly beside: LayerOutputs;
}

export interface LayerOutputs {
  /** Of the words, and after each layer. [tokens, width] */
  readonly states: readonly tf.Tensor2D[];
  /** Of each layer. [texts, heads, places, places] */
  readonly scores: readonly tf.Tensor[];
}

export interface TuneSettings {
  readonly trained: Trained;
  readonly schedule: Schedule;
  /** The greatest learning rates, of the encoder and of the objective's own weights. */
  readonly rate: number;
  readonly headRate: number;
  readonly weightDecay: number;
  readonly dropout: number;
  readonly clip: number;
  /** Of dropout, and of weights that start at random. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onStep?: ((report: RowStepReport) => void) | undefined;
  /** Where training may end early. What else decides a measurement is part of `about`. */
  readonly watch?: Watch | undefined;
  /** Where training keeps how far it has come, and what else decides its numbers beside these settings and the shapes of the weights. */
  readonly place: CheckpointPlace;
  readonly about: string;
  /** Told where an earlier attempt had come to, after `onStep` has been told its steps. */
  readonly resumed?: ((step: number) => void) | undefined;
}

export interface Watch {
  /** Steps between two measurements. */
  readonly every: number;
  /** How many measurements in a row may fail to fall below the lowest loss. */
  readonly patience: number;
  /** Of the weights as they are after a step, without `watched`. */
  readonly measure: (tuned: Tuned) => Promise<Omit<Measured, 'step'>>;
}

export interface RowStepReport extends StepReport {
  /** How many the step had. */
  readonly rows: number;
  /** Whether an earlier attempt has done it. */
  readonly earlier: boolean;
}

/** Numbers after training, by name: of the encoder those that have changed, and all of the objective's own. */
export interface Tuned {
  readonly encoder: ReadonlyMap<string, Float32Array>;
  readonly head: ReadonlyMap<string, Float32Array>;
  /** Where training was watched: all that was measured, and the step whose weights these are. */
  readonly watched?: { readonly measured: readonly Measured[]; readonly kept: number };
}

/** What is trained, for rows whose order is known. */
export interface Net {
  /** All that it has, by name. */
  readonly weights: Tensors;
  readonly layers: number;
  /** As `TrainableEncoder` has it. */
  readonly partOf: TrainableEncoder['partOf'];
  /** What else the loss needs and never is trained. */
  readonly frozen?: Tensors | undefined;
  /** Of a step with these rows: what it reads, and how many rows there is room for. */
  batch(rows: readonly number[], step: number): { readonly inputs: Batch; readonly room: number };
  /** Part of a step's program. `tensors` are all weights, frozen ones too, and the batch. */
  vectors(weights: Tensors, batch: Tensors, dropout: Dropout, tensors: Tensors): NetVectors;
  /** Weights after training as the net is to have them. */
  whole(
    changed: ReadonlyMap<string, Float32Array>,
    decay: (name: string) => number,
  ): Promise<ReadonlyMap<string, Float32Array>>;
}

export interface NetVectors {
  /** [room, width] */
  readonly vectors: tf.Tensor2D;
  readonly layers?: Layers | undefined;
}

/** `plan`: the rows of each step. Throws `TrainingError` where the loss is no number. */
export async function tuneNet(
  engine: Pick<Engine, 'capture'>,
  net: Net,
  plan: readonly (readonly number[])[],
  objective: Objective,
  settings: TuneSettings,
): Promise<Tuned> {
  const { schedule, rate, headRate, weightDecay, seed, signal, place, about, onStep } = settings;
  const own = trainedWeights(net, net.weights, settings.trained, seed);
  const parameters = { ...own.parameters, ...objective.weights };
  const groupOf = groups(parameters, objective.weights, weightDecay, headRate / rate);
  const tell = (report: StepReport, earlier: boolean): void =>
    onStep?.({ ...report, rows: plan[report.step - 1]?.length ?? 0, earlier });
  const isHead = (name: string): boolean => name in objective.weights;
  const after = async (numbers: ReadonlyMap<string, Float32Array>, step: number): Promise<Tuned> => {
    const changed = await own.finish(new Map([...numbers].filter(([name]) => !isHead(name))));
    const decay = (name: string): number => decayOver(schedule, rate, groupOf(name), step);
    return {
      encoder: await net.whole(changed, decay),
      head: new Map([...numbers].filter(([name]) => isHead(name))),
    };
  };
  try {
    const training: Resumable['training'] = {
      engine,
      parameters,
      frozen: { ...own.frozen, ...net.frozen },
      batch: (index) => {
        const members = plan[index - 1];
        if (members === undefined) throw new RangeError(`no step ${index}`);
        const { inputs, room } = net.batch(members, index);
        return { ...inputs, ...objective.inputs(members, room) };
      },
      loss: (tensors, batch, dropout) => {
        const all = { ...tensors, ...batch };
        const { vectors, layers } = net.vectors(own.assemble(tensors), batch, dropout, all);
        return objective.loss(vectors, all, layers);
      },
      dropoutRate: settings.dropout,
      dropoutSeed: seed,
      optimizer: adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: true, groupOf }),
      rate,
      schedule,
      clip: settings.clip,
      signal,
      onStep: (report) => tell(report, false),
    };
    const resumed = (losses: readonly number[]): void => {
      for (const [i, loss] of losses.entries())
        tell({ step: i + 1, loss, rate: rateAt(training, i + 1) }, true);
      settings.resumed?.(losses.length);
    };
    const watch = watchOf(settings, after);
    const numbers = await numbersOf(await trainResumably({ training, watch, place, about, resumed }));
    const { measured } = watch?.state() ?? { measured: [] };
    const kept = lowest(measured)?.step;
    if (kept === undefined) return await after(numbers, schedule.steps);
    return { ...(await after(numbers, kept)), watched: { measured, kept } };
  } finally {
    for (const [name, tensor] of Object.entries(own.parameters)) if (!(name in net.weights)) tensor.dispose();
  }
}

function watchOf(
  { watch, schedule }: TuneSettings,
  after: (numbers: ReadonlyMap<string, Float32Array>, step: number) => Promise<Tuned>,
): BestWeights | undefined {
  if (watch === undefined) return undefined;
  const { every, patience } = watch;
  const measure = async (parameters: HostTensors, step: number) => {
    const numbers = Object.entries(parameters).map(
      ([name, { data }]) => [name, Float32Array.from(data)] as const,
    );
    return watch.measure(await after(new Map(numbers), step));
  };
  return bestWeights({ every, patience, steps: schedule.steps, measure });
}

/** Vectors, such as biases and the weights of norms, do not decay. */
function groups(
  parameters: Tensors,
  head: Tensors,
  weightDecay: number,
  headFactor: number,
): (name: string) => Group {
  const encoder = [0, weightDecay].map((decay): Group => ({ rateFactor: 1, weightDecay: decay }));
  const own = [0, weightDecay].map((decay): Group => ({ rateFactor: headFactor, weightDecay: decay }));
  return (name) => {
    const [flat, other] = name in head ? own : encoder;
    const group = parameters[name]?.rank === 1 ? flat : other;
    if (group === undefined) throw new Error('a kind of weights without a group');
    return group;
  };
}

async function numbersOf(tensors: Tensors): Promise<ReadonlyMap<string, Float32Array>> {
  const numbers = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries(tensors)) numbers.set(name, await numbersIn(tensor));
  tf.dispose(Object.values(tensors));
  return numbers;
}
