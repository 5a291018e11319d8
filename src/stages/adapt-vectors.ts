// A stream for updates that leave the encoder as it is: rows are vectors from the beginning to the end.
import type { Head } from '../learning/heads/head.ts';
import type { LabelledVectors, StreamProgress, StreamSettings } from '../learning/adapt/stream.ts';
import { learnerOf, type LearnerRequest } from './adapt-options.ts';
import type { KeptProgress } from './adapt-progress.ts';
import type { TrainedEncoder } from './tune-folder.ts';

/** What a stream has made of the model, whatever the update. */
export interface Adapted extends Pick<StreamProgress, 'foretold' | 'updates'> {
  readonly labels: readonly string[];
  readonly head: Head;
  readonly trained?: TrainedEncoder | undefined;
}

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
  const targets = Int32Array.from(start.labels, (label) => labels.indexOf(label));
  return runStream(
    { learner: learner.learn({ vectors: start.vectors, targets }, labels.length), labels },
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
}
