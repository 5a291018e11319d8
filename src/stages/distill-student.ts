// The student of `distill`: a head on vectors, fitted to what the teachers say of rows. Knows no files.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import { lessonsOn } from './distill-held.ts';
import type { Lessons } from './distill-teachers.ts';

export interface Lesson {
  readonly vectors: Matrix;
  readonly lessons: Lessons;
  readonly truth: Int32Array | undefined;
}

/** Fits the student on some of the rows, or on all; nothing where the teachers give a label no share of any. */
export async function fitterOf(
  { vectors, lessons, truth }: Lesson,
  { temperature, alpha, c }: { readonly temperature: number; readonly alpha: number; readonly c: number },
  signal: AbortSignal,
): Promise<(rows?: readonly number[]) => Promise<Head | undefined>> {
  const [{ fitDistilled }, { takeRows }, { missingLabels }] = await Promise.all([
    import('../learning/heads/distilled.ts'),
    import('../learning/matrix.ts'),
    import('../learning/targets.ts'),
  ]);
  const width = lessons.labels.length;
  return async (rows = Array.from({ length: vectors.rows }, (_, i) => i)) => {
    const { taught, plain } = lessonsOn(lessons, rows);
    if (missingLabels(plain, width).length > 0) return undefined;
    const lesson = { taught, labels: truth && Int32Array.from(rows, (row) => truth[row] ?? 0) };
    const settings = { temperature, alpha, c, tolerance: 1e-4, maxIterations: 1000, signal };
    return fitDistilled(takeRows(vectors, rows), lesson, width, settings);
  };
}

export function silentTeacher({ labels, plain }: Lessons) {
  const silent = labels.filter(
    (_, label) => !plain.some((value, i) => value > 0 && i % labels.length === label),
  );
  const names = silent.map((label) => `\`${label}\``).join(', ');
  return {
    code: 'labels-without-rows',
    message: `the teacher gives no row any share of the label${silent.length > 1 ? 's' : ''} ${names}, so nothing can be learnt about ${silent.length > 1 ? 'them' : 'it'}`,
    hint: 'bring more rows, or a teacher with a softer head than `knn`',
  } as const;
}
