// Applies heads to rows, some thousand at a time: the vectors of a large test set need not be in memory together.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import { select, type Dataset } from './dataset.ts';
import type { EncodeProgress } from './model-source.ts';
import type { EncodeRows } from './row-encoder.ts';

const partRows = 4096;

/** Probabilities [rows, labels] of each head over the vectors of the rows. */
export async function classify(
  { encodeRows }: { readonly encodeRows: EncodeRows },
  heads: readonly Head[],
  rows: Dataset,
  progress: EncodeProgress,
): Promise<readonly Float64Array[]> {
  const { headProbabilities } = await import('../learning/heads/probabilities.ts');
  const results = heads.map((head) => new Float64Array(rows.rows * head.labels));
  await inParts(rows, progress, encodeRows, (vectors, start) => {
    heads.forEach((head, i) => results[i]?.set(headProbabilities(head, vectors), start * head.labels));
  });
  return results;
}

/** Hands the vectors of the rows to `visit`, part by part, with the number of the first. */
export async function inParts(
  rows: Dataset,
  progress: EncodeProgress,
  encode: EncodeRows,
  visit: (vectors: Matrix, start: number) => void,
): Promise<void> {
  for (let start = 0; start < rows.rows; start += partRows) {
    const length = Math.min(partRows, rows.rows - start);
    const part = select(
      rows,
      Array.from({ length }, (_, i) => start + i),
    );
    visit(await encode(part, (done) => progress(start + done, rows.rows)), start);
  }
}
