// The classes of queries by a net that is trained on the support of one episode, from the weights that it has: plain fine-tuning, with which learning to
// learn is compared. Knows no files.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { Head } from '../heads/head.ts';
import { headProbabilities, mostProbable } from '../heads/probabilities.ts';
import type { Matrix } from '../matrix.ts';
import { softTargets } from '../targets.ts';
import { classification, classificationHead } from '../training/classification.ts';
import { netVectors } from '../training/net-vectors.ts';
import { tuneNet, type Net, type TuneSettings } from '../training/tune-net.ts';
import type { Episode, EpisodeShape } from './episodes.ts';

export interface FineTuning {
  readonly engine: Pick<Engine, 'capture'>;
  /** Its rows are those that episodes are drawn from. */
  readonly net: Net;
  /** Rows of a step. */
  readonly size: number;
  readonly settings: Omit<TuneSettings, 'place' | 'about' | 'seed'>;
  /** The classifier that training starts from, of the vectors of the support as they are. */
  readonly start: (vectors: Matrix, targets: Int32Array, labels: number) => Promise<Head>;
}

/** Positions of the classes, of each query. The net is as before afterwards. */
export async function fineTunedClasses(
  { support, queries }: Episode,
  { ways, shots }: EpisodeShape,
  { engine, net, size, settings, start }: FineTuning,
  seed: number,
): Promise<Int32Array> {
  const { signal } = settings;
  const labels = Int32Array.from(support, (_, i) => Math.floor(i / shots));
  const first = await start(await netVectors(net, new Map(), support, signal), labels, ways);
  const targets = softTargets(labels, ways);
  const weights = new Float64Array(support.length).fill(1);
  const objective = classification({ targets, weights, start: first }, { size, smoothing: 0, seed });
  // The rows of the training are places in the support.
  const own: Net = {
    ...net,
    batch: (members, step) =>
      net.batch(
        members.map((place) => support[place] ?? NaN),
        step,
      ),
    whole: async (changed) => changed,
  };
  try {
    const plan = objective.plan(settings.schedule.steps);
    const tuned = await tuneNet(engine, own, plan, objective, {
      ...settings,
      seed,
      place: nowhere,
      about: '',
    });
    const head = classificationHead(first, tuned.head);
    const asked = await netVectors(net, tuned.encoder, queries, signal);
    return mostProbable(headProbabilities(head, asked), ways);
  } finally {
    tf.dispose(objective.weights);
  }
}

/** An episode is done whole or not at all. */
const nowhere = { every: Infinity, load: async () => undefined, save: async () => undefined };
