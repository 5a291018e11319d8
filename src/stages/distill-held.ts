// How well a student whose encoder is trained says, on rows that it does not learn from, what its teachers say.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Agreement } from './distill-agreement.ts';
import type { Lessons } from './distill-teachers.ts';

export function lessonsOn(lessons: Lessons, rows: readonly number[]): Lessons {
  const { labels, taught, plain } = lessons;
  const width = labels.length;
  const some = (values: Float64Array): Float64Array => {
    const chosen = new Float64Array(rows.length * width);
    rows.forEach((row, i) => chosen.set(values.subarray(row * width, (row + 1) * width), i * width));
    return chosen;
  };
  return { ...lessons, taught: some(taught), plain: some(plain) };
}

/** How often the head says of vectors what is most probable to the teachers. */
export async function agreementOn(
  head: Head,
  vectors: Matrix,
  { labels, plain }: Lessons,
): Promise<Agreement | undefined> {
  if (vectors.rows === 0) return undefined;
  const [{ headProbabilities, mostProbable }, { wilsonInterval }] = await Promise.all([
    import('../learning/heads/probabilities.ts'),
    import('../learning/statistics/summary.ts'),
  ]);
  const said = mostProbable(headProbabilities(head, vectors), head.labels);
  const wanted = mostProbable(plain, labels.length);
  const hits = said.filter((label, row) => label === wanted[row]).length;
  return { rows: vectors.rows, value: hits / vectors.rows, ...wilsonInterval(hits, vectors.rows) };
}

export interface Likeness {
  /** Rows held out of the training. */
  readonly rows: number;
  /** The mean cosine of a text's vectors, with its 95 % interval over texts. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Nothing where the vectors have no space in common, or there are too few. */
export async function likenessOf(own: Matrix, teacher: Matrix): Promise<Likeness | undefined> {
  if (own.columns !== teacher.columns || own.rows < 2) return undefined;
  const { mean, tInterval } = await import('../learning/statistics/summary.ts');
  const cosines = Array.from({ length: own.rows }, (_, row) => cosine(own, teacher, row));
  return { rows: own.rows, value: mean(cosines), ...tInterval(cosines) };
}

function cosine(a: Matrix, b: Matrix, row: number): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = row * a.columns; i < (row + 1) * a.columns; i++) {
    const [x, y] = [a.data[i] ?? 0, b.data[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.max(1e-12, Math.sqrt(aa * bb));
}
