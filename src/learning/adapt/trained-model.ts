// A model whose encoder learns from a stream, too: each update takes a few steps on the rows that came, mixed with earlier ones. Every state is
// plain numbers and stays as it was when rows are learnt on top of it. Knows no files, and of the encoder only that it is a net.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { Head } from '../heads/head.ts';
import { headProbabilities } from '../heads/probabilities.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { adam } from '../optimizers/adam.ts';
import { tensorIn, type Group } from '../optimizers/optimizer.ts';
import type { Random } from '../random.ts';
import { classificationHead, classifierScores, classifierWeights } from '../training/classification.ts';
import { copied } from '../training/host-arrays.ts';
import { netVectors, weightTensors } from '../training/net-vectors.ts';
import { train, type Batch, type HostTensors, type TrainingState } from '../training/train.ts';
import type { Net } from '../training/tune-net.ts';
import { headWith, padded } from './grown-head.ts';
import { freshMemory, remembered, type Memory } from './memory.ts';
import { numbered } from './numbered.ts';
import { stepsOfUpdate } from './replayed-steps.ts';
import type { StreamModel, Update } from './stream.ts';

export interface TrainedSettings {
  readonly engine: Pick<Engine, 'capture'>;
  /** Its rows: those that the model was fitted on, those of the stream, and the canary rows. */
  readonly net: Net;
  readonly fitted: Int32Array;
  /** Of each row of the stream. */
  readonly labels: readonly string[];
  readonly canaryRows: number;
  /** Of the distances from the mean of a label that is new. */
  readonly temperature: number;
  readonly passes: number;
  readonly rate: number;
  readonly headRate: number;
  readonly replay: 'all' | number;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** All that the model is, with what was done to make it: plain data. */
export interface TrainedState {
  readonly labels: readonly string[];
  /** Weights of the net that are others than its own. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Of the kind `logistic`. */
  readonly head: Head;
  readonly memory: Memory<number>;
  /** Of the optimizer, for the weights and the head as it is padded; nothing before the first step. */
  readonly moments: ReadonlyMap<string, Float32Array> | undefined;
  /** Of each step. */
  readonly losses: readonly number[];
}

export interface TrainedModel extends StreamModel<TrainedModel> {
  readonly state: TrainedState;
}

/** `head`: a linear classifier on the vectors of the net as it is. */
export function freshState(
  labels: readonly string[],
  head: Head,
  { fitted, replay, random }: TrainedSettings,
): TrainedState {
  const rows = Array.from(fitted, (_, i) => i);
  const memory = remembered(freshMemory<number>(labels.length), rows, fitted, labels.length, {
    replay,
    random: random.derive('replay'),
  });
  return { labels, weights: new Map(), head, memory, moments: undefined, losses: [] };
}

/** What was remembered, and which labels were known, after these updates: that follows from them. */
export function stateAfter(
  fresh: TrainedState,
  updates: readonly Update[],
  rest: Omit<TrainedState, 'labels' | 'memory'>,
  settings: TrainedSettings,
): TrainedState {
  let { labels, memory } = fresh;
  for (const { asked, kept } of updates)
    if (kept) ({ labels, memory } = rememberedToo({ labels, memory }, asked, settings));
  return { ...rest, labels, memory };
}

export function trainedModel(state: TrainedState, settings: TrainedSettings): TrainedModel {
  const { net, fitted, labels: all, canaryRows, signal } = settings;
  const { head } = state;
  const first = fitted.length;
  const foretell = async (rows: readonly number[]): Promise<Float64Array> =>
    headProbabilities(head, await netVectors(net, state.weights, rows, signal));
  return {
    state,
    labels: state.labels,
    foretell: (places) => foretell(places.map((place) => first + place)),
    foretellCanary: () => foretell(Array.from({ length: canaryRows }, (_, i) => first + all.length + i)),
    learn: async (places) => trainedModel(await learnt(state, places, settings), settings),
  };
}

async function learnt(
  state: TrainedState,
  places: readonly number[],
  settings: TrainedSettings,
): Promise<TrainedState> {
  const { net, fitted, labels: all, temperature, passes, random, signal } = settings;
  const { labels, memory } = rememberedToo(state, places, settings);
  const { targets } = numbered(
    labels,
    places.map((place) => all[place]),
  );
  const rows = places.map((place) => fitted.length + place);
  const unknown = rows.filter((_, i) => targets[i] >= state.labels.length);
  const start = headWith(state.head, labels.length, {
    vectors: await netVectors(net, state.weights, unknown, signal),
    targets: targets.filter((label) => label >= state.labels.length),
    temperature,
  });
  const draw = random.derive('update', places[0] ?? 0);
  const plan = stepsOfUpdate(rows, state.memory, { passes, random: draw });
  const targetOf = new Map(rows.map((row, i) => [row, targets[i]]));
  state.memory.byLabel.forEach((own, label) => own.rows.forEach((row) => targetOf.set(row, label)));
  const capacity = new Set([...state.labels, ...all]).size;
  const trained = await trainedOn(plan, padded(start, capacity), { state, targetOf }, settings);
  return {
    labels,
    memory,
    weights: trained.weights,
    moments: trained.moments,
    head: headWith(trained.head, labels.length),
    losses: [...state.losses, ...trained.losses],
  };
}

interface Step {
  readonly state: TrainedState;
  /** Of each row of the plan. */
  readonly targetOf: ReadonlyMap<number, number>;
}

/** The state of the optimizer goes on from update to update, as if all their steps were one training. */
async function trainedOn(
  plan: readonly (readonly number[])[],
  start: Head,
  { state, targetOf }: Step,
  { engine, net, rate, headRate, signal }: TrainedSettings,
): Promise<Pick<TrainedState, 'weights' | 'head' | 'moments' | 'losses'>> {
  const done = state.losses.length;
  const losses: number[] = [];
  const others = weightTensors(net, state.weights);
  const own = classifierWeights(start);
  const parameters = { ...net.weights, ...others, ...own };
  const groups = [1, headRate / rate].map((rateFactor): Group => ({ rateFactor, weightDecay: 0 }));
  const optimizer = adam({
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    decoupled: true,
    groupOf: (name) => groups[name in own ? 1 : 0],
  });
  const { moments } = state;
  let last: TrainingState | undefined;
  try {
    const trained = await train({
      engine,
      parameters,
      start: moments && {
        step: done,
        parameters: await copied(parameters),
        state: momentsFor(moments, optimizer.stateFor(parameters)),
      },
      batch: (step) => {
        const rows = plan[step - done - 1] ?? [];
        const { inputs, room } = net.batch(rows, step);
        return {
          ...inputs,
          ...answers(
            rows.map((row) => targetOf.get(row) ?? NaN),
            room,
            start.labels,
          ),
        };
      },
      loss: (weights, batch, dropout) => {
        const { vectors } = net.vectors(weights, batch, dropout, { ...weights, ...batch });
        const [targets, counts] = [tensorIn(batch, 'targets'), tensorIn(batch, 'counts')];
        return crossEntropy(classifierScores(vectors, weights), targets, counts);
      },
      dropoutSeed: 0,
      optimizer,
      rate,
      schedule: { curve: 'constant', warmupSteps, steps: done + plan.length },
      clip: 1,
      signal,
      onStep: ({ loss }) => void losses.push(loss),
      checkpoint: async (step, read) => {
        if (step === done + plan.length) last = await read();
      },
    });
    tf.dispose(trained);
  } finally {
    tf.dispose([others, own]);
  }
  if (last === undefined) throw new Error('an update without a step');
  const numbers = numbersOf(last.parameters);
  return {
    weights: new Map([...numbers].filter(([name]) => !(name in own))),
    head: classificationHead(start, numbers),
    moments: numbersOf(last.state),
    losses,
  };
}

/** Steps in which the rate rises to what it is. */
const warmupSteps = 20;

/** Of rows with these labels, in a step that has room for more. */
function answers(labels: readonly number[], room: number, known: number): Batch {
  const shares = new Float32Array(room * known);
  const counts = new Float32Array(room);
  labels.forEach((label, i) => {
    shares[i * known + label] = 1;
    counts[i] = 1;
  });
  return {
    targets: { data: shares, shape: [room, known], type: 'float32' },
    counts: { data: counts, shape: [room], type: 'float32' },
  };
}

function momentsFor(
  moments: ReadonlyMap<string, Float32Array>,
  shapes: Readonly<Record<string, readonly number[]>>,
): HostTensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const data = moments.get(name);
      if (data === undefined) throw new Error(`no state \`${name}\``);
      return [name, { data, shape, type: 'float32' }];
    }),
  );
}

function numbersOf(tensors: HostTensors): ReadonlyMap<string, Float32Array> {
  return new Map(Object.entries(tensors).map(([name, { data }]) => [name, Float32Array.from(data)]));
}

function rememberedToo(
  state: Pick<TrainedState, 'labels' | 'memory'>,
  places: readonly number[],
  { fitted, labels: all, replay, random }: TrainedSettings,
): Pick<TrainedState, 'labels' | 'memory'> {
  const { labels, targets } = numbered(
    state.labels,
    places.map((place) => all[place]),
  );
  const rows = places.map((place) => fitted.length + place);
  const how = { replay, random: random.derive('replay') };
  return { labels, memory: remembered(state.memory, rows, targets, labels.length, how) };
}
