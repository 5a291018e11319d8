// How often a student says what its teachers say, measured on rows that it is not fitted on.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Dataset } from './dataset.ts';
import { heldFolds } from './held-rows.ts';

export interface Agreement {
  /** Rows held out of the fit. */
  readonly rows: number;
  /** Share of them that get the label most probable to the teachers, with Wilson's 95 % interval. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const folds = 5;
/** Held-out rows after which no further fold is fitted. */
const enough = 400;

export interface Measured {
  readonly rows: Dataset;
  /** [rows, width] */
  readonly vectors: Matrix;
  /** Label number that is most probable to the teachers. */
  readonly wanted: Int32Array;
  /** Fits the student on some of the rows; nothing where they do not tell all labels. */
  readonly fit: (rows: readonly number[]) => Promise<Head | undefined>;
}

/** Rows of one text or one origin are held out together. Nothing where there are too few rows for it. */
export async function agreementOf({ rows, vectors, wanted, fit }: Measured): Promise<Agreement | undefined> {
  if (rows.rows < 2 * folds) return undefined;
  const [probabilities, { takeRows }, { wilsonInterval }] = await Promise.all([
    import('../learning/heads/probabilities.ts'),
    import('../learning/matrix.ts'),
    import('../learning/statistics/summary.ts'),
  ]);
  const fold = await heldFolds(rows, folds);
  let [held, hits] = [0, 0];
  for (let at = 0; at < folds && held < enough; at += 1) {
    const [out, rest] = [
      [...fold.keys()].filter((i) => fold[i] === at),
      [...fold.keys()].filter((i) => fold[i] !== at),
    ];
    const head = out.length === 0 ? undefined : await fit(rest);
    if (head === undefined) return undefined;
    const said = probabilities.mostProbable(
      probabilities.headProbabilities(head, takeRows(vectors, out)),
      head.labels,
    );
    hits += out.filter((row, i) => said[i] === wanted[row]).length;
    held += out.length;
  }
  return { rows: held, value: hits / held, ...wilsonInterval(hits, held) };
}
