// A stream of rows whose vectors stay as they are: what foretells and learns them is a learner on vectors. Knows no files.
import type { Head } from '../heads/head.ts';
import { headProbabilities } from '../heads/probabilities.ts';
import { takeRows, type Matrix } from '../matrix.ts';
import type { Learner } from './learner.ts';
import { numbered } from './numbered.ts';
import { goThrough } from './stream.ts';
import type { Canary, LabelledVectors, StreamModel, StreamProgress, StreamSettings } from './stream.ts';

export interface VectorSettings extends Omit<StreamSettings, 'canary' | 'onBatch'> {
  readonly canary?: (LabelledVectors & Canary) | undefined;
  readonly onBatch: (progress: StreamProgress) => Promise<void>;
}

export interface Start {
  readonly learner: Learner;
  /** In the order of its numbers. */
  readonly labels: readonly string[];
}

export interface Streamed extends Pick<StreamProgress, 'foretold' | 'updates'>, Start {
  readonly head: Head;
}

interface VectorModel extends StreamModel<VectorModel>, Start {
  readonly head: () => Promise<Head>;
}

/** `earlier`: how far an attempt with the same settings and rows has come; its learner follows from that. */
export async function runStream(
  start: Start,
  rows: LabelledVectors,
  settings: VectorSettings,
  earlier?: StreamProgress,
): Promise<Streamed> {
  const first = modelOf(start, rows, settings.canary?.vectors);
  let known = first;
  for (const { kept, asked } of earlier?.updates ?? []) if (kept) known = await known.learn(asked);
  const { model, foretold, updates } = await goThrough(
    first,
    rows,
    settings,
    earlier && { progress: earlier, model: known },
  );
  const { learner, labels } = model;
  return { learner, labels, head: await model.head(), foretold, updates };
}

function modelOf({ learner, labels }: Start, rows: LabelledVectors, canary: Matrix | undefined): VectorModel {
  let fitted: Promise<Head> | undefined;
  const head = (): Promise<Head> => (fitted ??= learner.head());
  return {
    learner,
    labels,
    head,
    foretell: async (places) => headProbabilities(await head(), takeRows(rows.vectors, places)),
    foretellCanary: async () =>
      canary === undefined ? new Float64Array() : headProbabilities(await head(), canary),
    learn: async (places) => {
      const next = numbered(
        labels,
        places.map((i) => rows.labels[i]),
      );
      const learnt = { vectors: takeRows(rows.vectors, places), targets: next.targets };
      const after = learner.learn(learnt, next.labels.length);
      return modelOf({ learner: after, labels: next.labels }, rows, canary);
    },
  };
}
