// Training that an earlier attempt may have begun: goes on from its checkpoint, and keeps checkpoints of its own, every so often and when
// it is stopped. Where the files lie is not known here.
import type { Tensors } from '../optimizers/optimizer.ts';
import * as tf from '@tensorflow/tfjs-core';
import { lowest, type BestWeights } from './best-weights.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { StateShapes } from './checkpoint.ts';
import { toTensors } from './host-arrays.ts';
import { stateShapes } from './looked-up.ts';
import { train } from './train.ts';
import type { Training } from './train.ts';

/** A place for one file that outlasts this process. */
export interface CheckpointPlace {
  /** Seconds between two savings. */
  readonly every: number;
  load(): Promise<Uint8Array | undefined>;
  save(pieces: readonly Uint8Array[]): Promise<void>;
}

export interface Resumable {
  readonly training: Omit<Training, 'start' | 'checkpoint' | 'ends'>;
  /** Where training may end early. Its settings are part of what `about` says. */
  readonly watch?: BestWeights | undefined;
  readonly place: CheckpointPlace;
  /** Whatever else decides the numbers, as for `TrainingIdentity`. */
  readonly about: string;
  /** Told once, before the first step of this attempt, where earlier ones had done some: the losses of those. */
  readonly resumed?: (losses: readonly number[]) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Saving takes no more than this share of the time. */
const mostOverhead = 0.05;

/**
 * The same parameters, bit for bit on one backend and processor, as `train` gives in one go; with `watch` the best of those that were
 * measured. The caller disposes them.
 */
export async function trainResumably(resumable: Resumable): Promise<Tensors> {
  const { training, watch, place, about, resumed, now = () => performance.now() } = resumable;
  const { rate, schedule, clip, accumulate = 1, dropoutRate = 0, dropoutSeed, signal } = training;
  const identity = { about, rate, schedule, clip, accumulate, dropoutRate, dropoutSeed };
  const bytes = await place.load();
  const read = bytes && readCheckpoint(bytes, identity, shapesOf(training));
  const start = read?.state === 'whole' ? read.training : undefined;
  const losses = read?.state === 'whole' ? [...read.losses] : [];
  if (read?.state === 'whole') watch?.restore(read.watched);
  if (start !== undefined) resumed?.(losses);
  const began = now();
  let kept = start?.step ?? 0;
  let due = began + place.every * 1000;
  const last = await train({
    ...training,
    ...(start && { start }),
    ends: watch?.ends,
    onStep: async (report) => {
      losses.push(report.loss);
      await training.onStep?.(report);
    },
    checkpoint: async (step, state) => {
      const time = now();
      // The last step is kept only where doing it all again would take long: the work after training may be stopped too.
      const worth = step < schedule.steps ? time >= due : time - began >= place.every * 1000;
      if (step === kept || !(worth || signal.aborted)) return;
      await place.save(writeCheckpoint(await state(), losses, identity, watch?.state()));
      kept = step;
      const saved = now();
      due = saved + Math.max(place.every * 1000, (saved - time) / mostOverhead);
    },
  });
  const { best, measured } = watch?.state() ?? { measured: [] };
  if (best === undefined || lowest(measured)?.step === losses.length) return last;
  tf.dispose(Object.values(last));
  return toTensors(best);
}

function shapesOf(training: Resumable['training']): StateShapes {
  const { parameters } = training;
  return {
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape])),
    state: stateShapes(training),
  };
}
