// Trains the encoder of a step on its rows, by one of the methods that do so, and tells how it goes. Knows the engine only through the
// folder that it opened.
import { createHash } from 'node:crypto';
import type { Head } from '../learning/heads/head.ts';
import type { TrainableEncoder } from '../learning/encoders/trainable.ts';
import type { Random } from '../learning/random.ts';
import type { Measured } from '../learning/training/best-weights.ts';
import type { Objective, TextStepReport, Tuned, TuneSettings } from '../learning/training/tune-encoder.ts';
import { openTrainable } from './huggingface-source.ts';
import { needsTexts } from './image-source.ts';
import type { Artifact } from './artifact.ts';
import {
  needsMaskedModel,
  type ModelContext,
  type OpenEncoder,
  type TrainingContext,
} from './model-source.ts';
import { stepFailure } from './step-failure.ts';
import { stepsOf, trainingPlan, type TrainedMethod, type TrainingOptions } from './trained-methods.ts';

export interface TrainingTexts {
  readonly texts: readonly string[];
  /** Label numbers of the texts. */
  readonly labels: Int32Array;
  /** Shares of each label. [texts, labels] */
  readonly targets: Float64Array;
  /** How much each text counts. [texts] */
  readonly weights: Float64Array;
}

/** Where a text has several labels or none: label numbers of each, rising. */
export interface TextsWithSets {
  readonly texts: readonly string[];
  readonly sets: readonly (readonly number[])[];
}

export interface TrainingRequest {
  /** A model folder. */
  readonly files: Artifact;
  readonly method: TrainedMethod;
  readonly options: TrainingOptions & { readonly max_length?: number | undefined };
  /** With sets of labels only for `contrastive`, whose loss is then `cosine`. */
  readonly rows: TrainingTexts | TextsWithSets;
  /** For methods that train a classifier along: the one that they start from. */
  readonly start: Head | undefined;
  readonly random: Random;
  readonly watch?: EncoderWatch | undefined;
}

/** Early stopping. */
export interface EncoderWatch {
  readonly patience: number;
  /** Steps between two measurements, of a training of so many. */
  readonly every: (steps: number) => number;
  /** Of the encoder as it is in the middle of training, with the classifier that is trained along. */
  readonly measure: (encoder: OpenEncoder, head: Head | undefined) => Promise<Omit<Measured, 'step'>>;
  /** What the measurements depend on, beside what they measure. */
  readonly about: unknown;
}

/** Kept in the description of the model. */
export interface TrainingRecord {
  readonly steps: number;
  /** Texts of all steps together. */
  readonly texts: number;
  /** Means over the first and the last tenth of the steps. */
  readonly first_loss: number;
  readonly last_loss: number;
}

export interface TrainedEncoder {
  /** Files of the folder that are others now. */
  readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  /** The classifier that was trained along. */
  readonly head: Head | undefined;
  readonly record: TrainingRecord;
  /** With early stopping: what was measured, and the step whose weights these are. */
  readonly watched?: Tuned['watched'];
}

export async function trainEncoder(
  request: TrainingRequest,
  context: TrainingContext,
): Promise<TrainedEncoder> {
  const { files, method, options, rows } = request;
  const plan = trainingPlan(method, options);
  const done = { steps: 0, resumed: 0 };
  const folder = await openTrainable(files, context, { maxLength: options.max_length });
  try {
    const { encoder, engine, translated } = folder;
    checkLayers(plan.layers, encoder.layers);
    const { objective, stepsAPass, headOf } = await objectiveOf(request, plan);
    const steps = stepsOf(plan, stepsAPass);
    const losses: number[] = [];
    let texts = 0;
    const show = progressOf(steps, context);
    const settings: TuneSettings = {
      trained: plan,
      schedule: { curve: plan.curve, warmupSteps: Math.ceil(plan.warmup * steps), steps },
      rate: plan.rate,
      headRate: plan.headRate,
      weightDecay: plan.weightDecay,
      dropout: plan.dropout,
      clip: 1,
      seed: request.random.derive('training').below(2 ** 32),
      signal: context.signal,
      onStep: (report) => {
        done[report.earlier ? 'resumed' : 'steps'] += 1;
        losses.push(report.loss);
        texts += report.texts;
        if (!report.earlier) show(report);
      },
      watch: watchOf(request, { steps, encoder, headOf, signal: context.signal }),
      place: context.checkpoint('encoder'),
      about: aboutOf(request, context),
      resumed: (step) => context.note(`resumed at step ${step} of ${steps}`),
    };
    const { tuneEncoder } = await import('../learning/training/tune-encoder.ts');
    const tuned = await translated(() =>
      diverging(() => tuneEncoder(engine, encoder, rows.texts, objective, settings)),
    );
    return {
      files: await encoder.changedFiles(tuned.encoder),
      head: headOf?.(tuned),
      record: { steps: losses.length, texts, ...ends(losses) },
      ...(tuned.watched !== undefined && { watched: tuned.watched }),
    };
  } finally {
    await folder.dispose(done);
  }
}

interface Aim {
  readonly objective: Objective;
  readonly stepsAPass: number;
  readonly headOf?: (tuned: Tuned) => Head;
}

interface Watching {
  readonly steps: number;
  readonly encoder: TrainableEncoder;
  readonly headOf: Aim['headOf'];
  readonly signal: AbortSignal;
}

function watchOf(
  { watch }: TrainingRequest,
  { steps, encoder, headOf, signal }: Watching,
): TuneSettings['watch'] {
  if (watch === undefined) return undefined;
  return {
    patience: watch.patience,
    every: watch.every(steps),
    measure: async (tuned) => {
      const open: OpenEncoder = {
        encode: (texts) => encoder.encode(texts, tuned.encoder, { signal }),
        encodeImages: async () => {
          throw stepFailure(needsTexts, 'model');
        },
        encodeMasks: async () => {
          throw stepFailure(needsMaskedModel, 'model');
        },
        tokenizer: async () => encoder.tokenizer,
        dispose: async () => undefined,
      };
      return watch.measure(open, headOf?.(tuned));
    },
  };
}

async function objectiveOf(
  { method, rows, start, random }: TrainingRequest,
  { size, smoothing }: { readonly size: number; readonly smoothing: number },
): Promise<Aim> {
  if ('sets' in rows) {
    const { contrastiveSets } = await import('../learning/training/contrastive-sets.ts');
    const objective = contrastiveSets(rows, { size, random: random.derive('pairs') });
    return { objective, stepsAPass: objective.stepsAPass };
  }
  if (method.name === 'contrastive') {
    const { contrastive } = await import('../learning/training/contrastive.ts');
    const { loss } = method.arguments;
    const objective = contrastive(rows, { loss, size, random: random.derive('pairs') });
    return { objective, stepsAPass: objective.stepsAPass };
  }
  const { classification, classificationHead } = await import('../learning/training/classification.ts');
  if (start === undefined) throw new Error('a classifier to start from');
  const objective = classification(
    { ...rows, start },
    { size, smoothing, seed: random.derive('order').below(2 ** 32) },
  );
  return {
    objective,
    stepsAPass: objective.stepsAPass,
    headOf: ({ head }) => classificationHead(start, head),
  };
}

/** What training comes to depends on, as a digest: a step may train more than one encoder, on one device or another. */
function aboutOf({ files, method, options, rows, watch }: TrainingRequest, { engine }: ModelContext): string {
  const { backend, device } = engine;
  const labels = 'sets' in rows ? rows.sets : [[...rows.labels], [...rows.weights]];
  const about = [backend, device, files.digest, method, options, rows.texts, labels, watch?.about];
  return createHash('sha256').update(JSON.stringify(about)).digest('hex');
}

/** Loss, rate, texts a second and the time that is left, behind the bar. */
function progressOf(
  steps: number,
  { progress }: Pick<ModelContext, 'progress'>,
): (report: TextStepReport) => void {
  const start = performance.now();
  let [texts, shown] = [0, 0];
  progress({ done: 0, total: steps, unit: 'steps' });
  return ({ step, loss, rate, texts: now }) => {
    texts += now;
    shown += 1;
    const seconds = (performance.now() - start) / 1000;
    const left = Math.ceil((seconds / shown) * (steps - step));
    const detail = `loss ${figure(loss)}, rate ${rate.toExponential(1)}, ${figure(texts / seconds)} texts/s, ${left} s left`;
    progress({ done: step, total: steps, unit: 'steps', detail });
  };
}

function ends(losses: readonly number[]): Pick<TrainingRecord, 'first_loss' | 'last_loss'> {
  const tenth = Math.max(1, Math.round(losses.length / 10));
  const mean = (of: readonly number[]): number => of.reduce((sum, loss) => sum + loss, 0) / of.length;
  return { first_loss: mean(losses.slice(0, tenth)), last_loss: mean(losses.slice(-tenth)) };
}

function checkLayers(wanted: 'all' | number, layers: number): void {
  if (wanted === 'all' || wanted <= layers) return;
  throw stepFailure(
    {
      code: 'out-of-range',
      message: `the last ${wanted} layers cannot be trained: the encoder has ${layers}`,
      hint: `write \`train: layers(${layers})\` or less, or \`train: all\``,
    },
    'train',
  );
}

/** A loss that is no number becomes a failure of the step. */
async function diverging<T>(work: () => Promise<T>): Promise<T> {
  const { TrainingError } = await import('../learning/training/training-error.ts');
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    throw stepFailure({ code: 'training-diverged', message: error.message, hint: error.hint });
  }
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
