// Trains the encoder of a model folder for an objective, and tells how it goes. Knows no methods, and no more of the encoder than a trainee says.
import { createHash } from 'node:crypto';
import type { Head } from '../learning/heads/head.ts';
import type { Random } from '../learning/random.ts';
import type { Measured } from '../learning/training/best-weights.ts';
import type { Objective, RowStepReport, Tuned, TuneSettings } from '../learning/training/tune-net.ts';
import type { ModelContext, OpenEncoder, TrainingContext } from './model-source.ts';
import { stepFailure } from './step-failure.ts';
import { layersProblem } from './trained-layers.ts';
import { openTrainee, type TextTrainee, type Trainee, type TraineeRequest } from './trainee.ts';
import { seenIn, settingsOf, stepsOf, type Seen, type TrainingPlan } from './trained-methods.ts';
import { diverging, lossEnds, type LossEnds } from './training-losses.ts';

export interface TuneRequest extends TraineeRequest {
  readonly plan: TrainingPlan;
  /** What the encoder is trained for. */
  readonly aim: (text: TextTrainee | undefined) => Promise<Aim>;
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
  /** In the place of what the trainee does for objectives on the vectors of texts. */
  readonly tune?: ((settings: TuneSettings) => Promise<Tuned>) | undefined;
  readonly files?: ((tuned: Tuned) => Promise<TrainedEncoder['files']>) | undefined;
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
  const { plan, aim } = request;
  const done = { steps: 0, resumed: 0 };
  const trainee = await openTrainee(request, context);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= trainee.dispose(done));
  try {
    const problem = layersProblem(plan.layers, trainee.layers);
    if (problem !== undefined) throw stepFailure(problem, 'train');
    const { objective, stepsAPass, headOf, ...own } = await trainee.translated(() => aim(trainee.text));
    const tune = own.tune ?? ((all: TuneSettings) => trainee.tune(objective, all));
    const files = own.files ?? ((tuned: Tuned) => trainee.changedFiles(tuned));
    const steps = stepsOf(plan, stepsAPass);
    const losses: number[] = [];
    let read = 0;
    const show = progressOf(steps, seenIn(request), context);
    const settings: TuneSettings = {
      ...settingsOf(plan, steps),
      seed: request.random.derive('training').below(2 ** 32),
      signal: context.signal,
      onStep: (report) => {
        done[report.earlier ? 'resumed' : 'steps'] += 1;
        losses.push(report.loss);
        read += report.rows;
        if (!report.earlier) show(report);
      },
      watch: watchOf(request, { steps, trainee, headOf }),
      place: context.checkpoint('encoder'),
      about: aboutOf(request, context),
      resumed: (step) => context.note(`resumed at step ${step} of ${steps}`),
    };
    const tuned = await trainee.translated(() => diverging(() => tune(settings)));
    await close(); // what the engine holds is freed before there are whole files
    return {
      files: await trainee.translated(() => files(tuned)),
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
  readonly trainee: Trainee;
  readonly headOf: Aim['headOf'];
}

function watchOf({ watch }: TuneRequest, { steps, trainee, headOf }: Watching): TuneSettings['watch'] {
  if (watch === undefined) return undefined;
  return {
    patience: watch.patience,
    every: watch.every(steps),
    measure: (tuned) => watch.measure(trainee.opened(tuned), headOf?.(tuned)),
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

/** Loss, rate, rows a second and the time that is left, behind the bar. */
function progressOf(
  steps: number,
  what: Seen,
  { progress }: Pick<ModelContext, 'progress'>,
): (report: RowStepReport) => void {
  const start = performance.now();
  let [read, shown] = [0, 0];
  progress({ done: 0, total: steps, unit: 'steps' });
  return ({ step, loss, rate, rows }) => {
    read += rows;
    shown += 1;
    const seconds = (performance.now() - start) / 1000;
    const left = Math.ceil((seconds / shown) * (steps - step));
    const detail = `loss ${figure(loss)}, rate ${rate.toExponential(1)}, ${figure(read / seconds)} ${what}/s, ${left} s left`;
    progress({ done: step, total: steps, unit: 'steps', detail });
  };
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
