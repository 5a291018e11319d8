// A stream for updates that leave the encoder as it is: rows are vectors from the beginning to the end.
import type { Head } from '../learning/heads/head.ts';
import type { LabelledVectors, StreamProgress, StreamSettings } from '../learning/adapt/stream.ts';
import { stacked, takeRows } from '../learning/matrix.ts';
import { learnerOf, type LearnerRequest } from './adapt-options.ts';
import type { KeptProgress } from './adapt-progress.ts';
import type { TrainedEncoder } from './tune-folder.ts';

/** What a stream has made of the model, whatever the update. */
export interface Adapted extends Pick<StreamProgress, 'foretold' | 'updates'> {
  readonly labels: readonly string[];
  readonly head: Head;
  readonly trained?: TrainedEncoder | undefined;
}

/** Rows by which the probabilities are made as sure as they are right. */
const mostLeftOut = 500;

export interface StreamRows {
  /** What the model was fitted on, the stream, and the canary rows. */
  readonly start: LabelledVectors;
  readonly rows: LabelledVectors;
  readonly canary: LabelledVectors | undefined;
}

export interface Going {
  readonly settings: Omit<StreamSettings, 'onBatch'>;
  /** To be called after each batch; an interruption is heard meanwhile. */
  readonly told: (progress: StreamProgress) => Promise<void>;
  readonly kept: KeptProgress;
}

export async function adaptVectors(
  { start, rows, canary }: StreamRows,
  request: Omit<LearnerRequest, 'width' | 'labels'> & { readonly labels: readonly string[] },
  { settings, told, kept: { earlier, keep } }: Going,
): Promise<Adapted> {
  const { labels } = request;
  const { runStream } = await import('../learning/adapt/vector-stream.ts');
  const learner = await learnerOf({ ...request, width: rows.vectors.columns, labels: labels.length });
  const first = Int32Array.from(start.labels, (label) => labels.indexOf(label));
  const streamed = await runStream(
    { learner: learner.learn({ vectors: start.vectors, targets: first }, labels.length), labels },
    rows,
    {
      ...settings,
      canary: canary && settings.canary && { ...settings.canary, vectors: canary.vectors },
      onBatch: async (progress) => {
        await told(progress); // before it is kept: where an interruption is heard, this batch is kept at once
        await keep(progress);
      },
    },
    earlier?.progress,
  );
  const { sharpened } = await import('../learning/adapt/sharpened.ts');
  const known = lastLearnt(start, rows, streamed.updates);
  const targets = Int32Array.from(known.labels, (label) => streamed.labels.indexOf(label));
  const head = await sharpened(streamed.learner, { vectors: known.vectors, targets });
  return { ...streamed, head };
}

/** The rows that were learnt last, those that the model was fitted on before them. */
function lastLearnt(
  start: LabelledVectors,
  rows: LabelledVectors,
  updates: StreamProgress['updates'],
): LabelledVectors {
  const places = updates.flatMap(({ kept, asked }) => (kept ? asked : [])).slice(-mostLeftOut);
  const before = Array.from({ length: start.labels.length }, (_, i) => i);
  const earlier = before.slice(Math.max(0, before.length + places.length - mostLeftOut));
  return {
    vectors: stacked(takeRows(start.vectors, earlier), takeRows(rows.vectors, places)),
    labels: [...earlier.map((i) => start.labels[i] ?? ''), ...places.map((i) => rows.labels[i] ?? '')],
  };
}
