// Trains parameters step by step: the loop, and what it promises about signals, reports and checkpoints. How a step is computed is in
// captured-steps.ts, resident-steps.ts and eager-steps.ts. Knows no models.
import type * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { HostTensor, HostTensors } from '../../engine/program.ts';
import type { Dropout } from '../layers/dropout.ts';
import type { Optimizer, Tensors } from '../optimizers/optimizer.ts';
import { scheduleFactor } from '../optimizers/schedule.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import { capturedSteps } from './captured-steps.ts';
import { eagerSteps } from './eager-steps.ts';
import { residentSteps } from './resident-steps.ts';
import { TrainingError } from './training-error.ts';

export type { HostTensor, HostTensors };

/** The numbers of a batch by name. */
export type Batch = HostTensors;

export interface Training {
  readonly engine: Pick<Engine, 'capture' | 'resident'>;
  /** What is trained. They are only read: the caller may dispose them once training has begun. */
  readonly parameters: Tensors;
  /** Weights that the loss needs and that are not trained. They must stay until the end. */
  readonly frozen?: Tensors | undefined;
  /**
   * The batches in order; the first is 1. With `accumulate`, step s takes the batches (s - 1) * accumulate + 1 to s * accumulate.
   * Names, types and shapes decide the graph.
   */
  readonly batch: (index: number) => Batch;
  /**
   * A scalar, from all weights (trained and frozen) and a batch. It is recorded once for each set of batch shapes and then replayed with
   * other numbers, so it may depend on nothing but what it is given.
   */
  readonly loss: (weights: Tensors, batch: Tensors, dropout: Dropout) => tf.Tensor;
  /**
   * Tables among the parameters that the loss reads only as `tf.gather(table, batch[name])`, each with that name. Rows that no batch
   * reads then cost nothing; the result is the same.
   */
  readonly lookups?: Readonly<Record<string, string>> | undefined;
  /** The chance with which `dropout` drops a number: 0, where it is left out. */
  readonly dropoutRate?: number | undefined;
  /** What drops is a function of this, the batch's index and the call. */
  readonly dropoutSeed: number;
  readonly optimizer: Optimizer;
  /** The greatest learning rate. */
  readonly rate: number;
  readonly schedule: Schedule;
  /** The greatest common length of all gradients. */
  readonly clip?: number | undefined;
  /** Batches a step, 1 where it is left out. The step goes along the mean of their gradients. */
  readonly accumulate?: number | undefined;
  /** Where training goes on, instead of at the first step with `parameters`. */
  readonly start?: TrainingState | undefined;
  /** Heeded between batches; its reason is thrown. */
  readonly signal: AbortSignal;
  readonly onStep?: ((report: StepReport) => void | Promise<void>) | undefined;
  /**
   * Asked before the first step and after each one, before its checkpoint: whether training ends there. `read` copies the parameters.
   * Not together with `lookups`, whose rows that were not read are only brought up to date at the end.
   */
  readonly ends?: ((step: number, read: () => Promise<HostTensors>) => Promise<boolean>) | undefined;
  /**
   * Called after each step, and once more when the signal ends training. `read` copies the state, unless training ends with it, so it is for steps that are to be
   * kept.
   */
  readonly checkpoint?:
    ((step: number, read: () => Promise<TrainingState>) => void | Promise<void>) | undefined;
}

export interface StepReport {
  readonly step: number;
  /** The mean over the step's batches. */
  readonly loss: number;
  readonly rate: number;
}

/** All that the next steps depend on, beside what `Training` says. */
export interface TrainingState {
  /** The last step done. */
  readonly step: number;
  readonly parameters: HostTensors;
  /** Of the optimizer. For a table in `lookups` also which rows were read, as `touched table`; the others are as at the start. */
  readonly state: HostTensors;
}

/** How steps are computed. Between two calls the parameters are those after the last step. */
export interface Steps {
  /** Gives the loss. Where that is no number, parameters are as before. */
  step(step: number): Promise<number>;
  /** `ending`: no step follows, so that memory may be shared. */
  read(ending: boolean): Promise<Omit<TrainingState, 'step'>>;
  readParameters(): Promise<HostTensors>;
  /** The parameters as tensors, which the caller disposes. Nothing may be called afterwards. */
  finish(): Tensors;
  /** Gives up what `finish` has not given away. */
  dispose(): void;
}

/** Parameters after the last step; the caller disposes them. Throws `TrainingError` where the loss is no number. */
export async function train(training: Training): Promise<Tensors> {
  const { engine, schedule, signal, start, onStep, ends, checkpoint } = training;
  if (ends !== undefined && training.lookups !== undefined)
    throw new RangeError('training that may end early has no tables that are only looked up');
  const steps = await stepsOn(engine, training);
  let done = start?.step ?? 0;
  const read = async (): Promise<TrainingState> => ({
    step: done,
    ...(await steps.read(signal.aborted)),
  });
  const isOver = async (): Promise<boolean> =>
    ends !== undefined && (await ends(done, () => steps.readParameters()));
  try {
    let over = await isOver();
    while (!over && done < schedule.steps) {
      signal.throwIfAborted();
      const step = done + 1;
      const loss = await steps.step(step);
      if (!Number.isFinite(loss)) throw diverged(training, step, loss);
      done = step;
      await onStep?.({ step, loss, rate: rateAt(training, step) });
      over = await isOver();
      await checkpoint?.(step, read);
    }
    return steps.finish();
  } catch (error) {
    if (signal.aborted && done > 0) await checkpoint?.(done, read); // perhaps between two batches of the next step
    throw error;
  } finally {
    steps.dispose();
  }
}

async function stepsOn({ capture, resident }: Training['engine'], training: Training): Promise<Steps> {
  if (resident !== undefined) return residentSteps(training, resident);
  return capture === undefined ? eagerSteps(training) : capturedSteps(training, capture);
}

export function rateAt({ rate, schedule }: Pick<Training, 'rate' | 'schedule'>, step: number): number {
  return rate * scheduleFactor(schedule, step);
}

/** The indices of a step's batches. */
export function batchesOf({ accumulate = 1 }: Pick<Training, 'accumulate'>, step: number): readonly number[] {
  return Array.from({ length: accumulate }, (_, i) => (step - 1) * accumulate + i + 1);
}

function diverged({ rate, clip }: Training, step: number, loss: number): TrainingError {
  const clipping = clip === undefined ? ', or clip gradients to a length of 1' : '';
  return new TrainingError(
    `the loss is ${loss} at step ${step}`,
    `Lower the learning rate (it is ${rate}) or lengthen the warm-up${clipping}.`,
  );
}
