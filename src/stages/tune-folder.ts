// Trains the encoder of a model folder for an objective, and tells how it goes. Knows the engine only through the folder that it opened, and
// no methods.
import { createHash } from 'node:crypto';
import type { TrainableEncoder } from '../learning/encoders/trainable.ts';
import type { Head } from '../learning/heads/head.ts';
import type { Random } from '../learning/random.ts';
import type { Measured } from '../learning/training/best-weights.ts';
import type { Objective, TextStepReport, Tuned, TuneSettings } from '../learning/training/tune-encoder.ts';
import { openTrainable } from './huggingface-source.ts';
import type { Artifact } from './artifact.ts';
import { needsTexts } from './image-source.ts';
import {
  needsMaskedModel,
  type ModelContext,
  type OpenEncoder,
  type TrainingContext,
} from './model-source.ts';
import { stepFailure } from './step-failure.ts';
import { stepsOf, type TrainingPlan } from './trained-methods.ts';
import { diverging, lossEnds, type LossEnds } from './training-losses.ts';

export interface TuneRequest {
  /** A model folder. */
  readonly files: Artifact;
  /** Tokens read of a text, where fewer than the folder says. */
  readonly maxLength: number | undefined;
  readonly plan: TrainingPlan;
  readonly texts: readonly string[];
  /** What the encoder is trained for. `beside` opens another folder on its engine, which is closed again afterwards. */
  readonly aim: (
    encoder: TrainableEncoder,
    beside: (files: Artifact) => Promise<TrainableEncoder>,
  ) => Promise<Aim>;
  readonly watch?: EncoderWatch | undefined;
  /** Whatever decides the numbers beside the folder, the texts and the plan. */
  readonly about: readonly unknown[];
  readonly random: Random;
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

export interface Aim {
  readonly objective: Objective;
  /** Steps in which every text is learnt from once. */
  readonly stepsAPass: number;
  readonly headOf?: ((tuned: Tuned) => Head) | undefined;
}

/** Kept in the description of the model. */
export interface TrainingRecord extends LossEnds {
  readonly steps: number;
  /** Texts of all steps together. */
  readonly texts: number;
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

export async function tuneFolder(request: TuneRequest, context: TrainingContext): Promise<TrainedEncoder> {
  const { files, maxLength, plan, texts, aim } = request;
  const done = { steps: 0, resumed: 0 };
  const folder = await openTrainable(files, context, { maxLength });
  const others: TrainableEncoder[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    for (const other of others.splice(0)) other.dispose();
    return (closing ??= folder.dispose(done));
  };
  try {
    const { encoder, engine, translated } = folder;
    checkLayers(plan.layers, encoder.layers);
    const beside = async (other: Artifact): Promise<TrainableEncoder> => {
      const opened = await folder.beside(other);
      others.push(opened);
      return opened;
    };
    const { objective, stepsAPass, headOf } = await aim(encoder, beside);
    const steps = stepsOf(plan, stepsAPass);
    const losses: number[] = [];
    let read = 0;
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
        read += report.texts;
        if (!report.earlier) show(report);
      },
      watch: watchOf(request, { steps, encoder, headOf, signal: context.signal }),
      place: context.checkpoint('encoder'),
      about: aboutOf(request, context),
      resumed: (step) => context.note(`resumed at step ${step} of ${steps}`),
    };
    const { tuneEncoder } = await import('../learning/training/tune-encoder.ts');
    const tuned = await translated(() =>
      diverging(() => tuneEncoder(engine, encoder, texts, objective, settings)),
    );
    await close(); // what the engine holds is freed before there are whole files
    return {
      files: await translated(() => encoder.changedFiles(tuned.encoder)),
      head: headOf?.(tuned),
      record: { steps: losses.length, texts: read, ...lossEnds(losses) },
      ...(tuned.watched !== undefined && { watched: tuned.watched }),
    };
  } finally {
    await close();
  }
}

interface Watching {
  readonly steps: number;
  readonly encoder: TrainableEncoder;
  readonly headOf: Aim['headOf'];
  readonly signal: AbortSignal;
}

function watchOf(
  { watch }: TuneRequest,
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

/** What training comes to depends on, as a digest: a step may train more than one encoder, on one device or another. */
function aboutOf(
  { files, maxLength, plan, texts, about }: TuneRequest,
  { engine: { backend, device } }: ModelContext,
): string {
  const all = [backend, device, files.digest, maxLength ?? null, plan, texts, about];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
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

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
