// Trains an encoder, or a part of it, for an objective on its vectors. Words and places that no text has are left out of the tables, which
// changes nothing in the result. Knows no objectives and no files.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { HostTensors } from '../../engine/program.ts';
import { tables as names } from '../encoders/bert-weights.ts';
import type { LayerWatch, Weights } from '../encoders/bert.ts';
import type { TrainableEncoder } from '../encoders/trainable.ts';
import { noDropout } from '../layers/dropout.ts';
import { adam } from '../optimizers/adam.ts';
import type { Group, Tensors } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import { chooseShapes } from './shapes.ts';
import type { TextShape } from './shapes.ts';
import { bestWeights, lowest } from './best-weights.ts';
import type { BestWeights, Measured } from './best-weights.ts';
import { rateAt } from './train.ts';
import type { Batch, StepReport } from './train.ts';
import { trainResumably } from './train-resumably.ts';
import type { CheckpointPlace, Resumable } from './train-resumably.ts';
import { trainedWeights } from './trained-weights.ts';
import type { Trained } from './trained-weights.ts';
import { cutTable, decayOver, vocabularyOf, wholeTable } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the vectors of a step's texts are to be good for. */
export interface Objective {
  /** Weights of its own, such as a classifier's on top. The caller disposes them. */
  readonly weights: Tensors;
  /** Which texts each of so many steps has, by number. */
  plan(steps: number): readonly (readonly number[])[];
  /** What else the loss needs of a step with these texts, in which there is room for so many. */
  inputs(texts: readonly number[], room: number): Batch;
  /** A second encoder with the same tokens, which reads the same texts and stays as it is. */
  readonly beside?: TrainableEncoder | undefined;
  /** Of vectors [room, width], a scalar. Those beyond the texts of the step mean nothing. `layers` where there is a second encoder. */
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
  readonly onStep?: ((report: TextStepReport) => void) | undefined;
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

export interface TextStepReport extends StepReport {
  /** How many the step had. */
  readonly texts: number;
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

/** Throws `TrainingError` where the loss is no number. */
export async function tuneEncoder(
  engine: Pick<Engine, 'capture'>,
  encoder: TrainableEncoder,
  texts: readonly string[],
  objective: Objective,
  settings: TuneSettings,
): Promise<Tuned> {
  const { schedule, rate, headRate, weightDecay, seed, signal, place, about, onStep } = settings;
  const ids = texts.map((text) => encoder.tokenizer.encode(text));
  const tables = await cutTables(encoder, ids);
  const beside = objective.beside && (await readBeside(objective.beside, ids));
  const own = trainedWeights(encoder, { ...encoder.weights, ...tables.cut }, settings.trained, seed);
  const parameters = { ...own.parameters, ...objective.weights };
  const groupOf = groups(parameters, objective.weights, weightDecay, headRate / rate);
  const plan = objective.plan(schedule.steps);
  const shapes = shapesOf(plan, ids, encoder.tokenizer.maxTokens);
  const tell = (report: StepReport, earlier: boolean): void =>
    onStep?.({ ...report, texts: plan[report.step - 1]?.length ?? 0, earlier });
  const isHead = (name: string): boolean => name in objective.weights;
  const after = async (numbers: ReadonlyMap<string, Float32Array>, step: number): Promise<Tuned> => {
    const changed = await own.finish(new Map([...numbers].filter(([name]) => !isHead(name))));
    const decay = (name: string): number => decayOver(schedule, rate, groupOf(name), step);
    return {
      encoder: await tables.whole(changed, decay),
      head: new Map([...numbers].filter(([name]) => isHead(name))),
    };
  };
  try {
    const training: Resumable['training'] = {
      engine,
      parameters,
      frozen: { ...own.frozen, ...beside?.weights },
      batch: (index) => {
        const [members = [], shape] = [plan[index - 1], shapes[index - 1]];
        if (shape === undefined) throw new RangeError(`no step ${index}`);
        const rows = tables.rowsOf(members.map((text) => ids[text] ?? []));
        const inputs = objective.inputs(members, shape.texts);
        return { ...encoder.pack(rows, shape), ...beside?.pack(rows, shape), ...inputs };
      },
      loss: (tensors, batch, dropout) => {
        const weights = own.assemble(tensors);
        const all = { ...tensors, ...batch };
        if (beside === undefined) return objective.loss(encoder.vectors(weights, batch, dropout), all);
        const { watch, outputs } = watching();
        const vectors = encoder.vectors(weights, batch, dropout, watch);
        return objective.loss(vectors, all, { own: outputs, beside: beside.outputs(all) });
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
    tf.dispose(Object.values(tables.cut));
    tf.dispose(Object.values(beside?.cut ?? {}));
    for (const [name, tensor] of Object.entries(own.parameters))
      if (!(name in encoder.weights)) tensor.dispose();
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

interface Beside {
  /** Under names of their own. */
  readonly weights: Weights;
  readonly cut: Weights;
  pack(rows: readonly (readonly number[])[], shape: TextShape): Batch;
  outputs(tensors: Tensors): LayerOutputs;
}

/** Its tables are cut as those of the encoder are, so that rows of one are rows of the other. */
async function readBeside(encoder: TrainableEncoder, ids: readonly (readonly number[])[]): Promise<Beside> {
  const mark = 'beside ';
  const marked = <T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [mark + name, value]));
  const { cut } = await cutTables(encoder, ids);
  return {
    cut,
    weights: marked({ ...encoder.weights, ...cut }),
    pack: (rows, shape) => marked(encoder.pack(rows, shape)),
    outputs: (tensors) => {
      const own = Object.entries(tensors).filter(([name]) => name.startsWith(mark));
      const mine = Object.fromEntries(own.map(([name, tensor]) => [name.slice(mark.length), tensor]));
      const { watch, outputs } = watching();
      encoder.vectors(mine, mine, noDropout, watch);
      return outputs;
    },
  };
}

function watching(): { readonly watch: LayerWatch; readonly outputs: LayerOutputs } {
  const [states, scores]: [tf.Tensor2D[], tf.Tensor[]] = [[], []];
  const watch: LayerWatch = { states: (each) => states.push(each), scores: (each) => scores.push(each) };
  return { watch, outputs: { states, scores } };
}

/** The sizes each step is padded to; where all steps need the same, exactly that. */
function shapesOf(
  plan: readonly (readonly number[])[],
  ids: readonly (readonly number[])[],
  maxTokens: number,
): readonly TextShape[] {
  const needs = plan.map((members): TextShape => {
    const lengths = members.map((text) => ids[text]?.length ?? 0);
    return {
      texts: members.length,
      places: Math.max(...lengths),
      tokens: lengths.reduce((sum, length) => sum + length, 0),
    };
  });
  const different = new Set(needs.map(({ texts, places, tokens }) => `${texts} ${places} ${tokens}`));
  return different.size === 1 ? needs : chooseShapes(needs, { shapes: mostShapes, maxTokens });
}

/** Each is a graph to compile. */
const mostShapes = 6;

interface CutTables {
  readonly cut: Weights;
  /** Token ids to rows of the cut table. */
  rowsOf(texts: readonly (readonly number[])[]): readonly (readonly number[])[];
  /** Tables that were trained, with all their rows again. */
  whole(
    changed: ReadonlyMap<string, Float32Array>,
    decay: (name: string) => number,
  ): Promise<ReadonlyMap<string, Float32Array>>;
}

async function cutTables(
  { weights, firstPlace }: TrainableEncoder,
  texts: readonly (readonly number[])[],
): Promise<CutTables> {
  const words = vocabularyOf(texts);
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  const places = { ids: Array.from({ length: firstPlace + longest }, (_, place) => place) };
  const kept = new Map<string, Pick<Vocabulary, 'ids'>>([
    [names.words, words],
    [names.places, places],
  ]);
  const cut: Record<string, tf.Tensor> = {};
  for (const [name, rows] of kept) {
    const table = weights[name];
    if (table === undefined) throw new Error(`no weight \`${name}\``);
    const width = table.shape[1] ?? 1;
    cut[name] = tf.tensor2d(cutTable(await numbersIn(table), width, rows), [rows.ids.length, width]);
  }
  return {
    cut,
    rowsOf: (others) => words.rowsOf(others),
    whole: async (changed, decay) => {
      const result = new Map(changed);
      for (const [name, rows] of kept) {
        const [trained, table] = [changed.get(name), weights[name]];
        if (trained === undefined || table === undefined) continue;
        const width = table.shape[1] ?? 1;
        result.set(name, wholeTable(await numbersIn(table), trained, width, rows, decay(name)));
      }
      return result;
    },
  };
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

async function numbersIn(tensor: tf.Tensor): Promise<Float32Array> {
  return tensor.data<'float32'>();
}
