// What is told of a student: how well it says what its teachers say.
import type { Agreement } from './distill-agreement.ts';
import type { Likeness } from './distill-held.ts';

const percent = (value: number): string => (value * 100).toFixed(1);
const whom = (teachers: number): string => (teachers > 1 ? `its ${teachers} teachers` : 'its teacher');

export function agreementText(
  agreement: Agreement | undefined,
  rows: number,
  teachers: number,
  out: 'a fit' | 'the training',
): string {
  if (agreement === undefined)
    return `how often the student agrees with ${whom(teachers)} is not known: ${rows} rows are too few to hold any back`;
  const { value, low, high, rows: held } = agreement;
  return `the student agrees with ${whom(teachers)} on ${percent(value)} % of ${held} rows held out of ${out} (95 % interval ${percent(low)} … ${percent(high)} %)`;
}

export function likenessText(likeness: Likeness | undefined, held: number, teachers: number): string {
  if (likeness === undefined && teachers > 1)
    return `how near the student is to its ${teachers} teachers is not known: it learns the vectors of each through a product of their own`;
  if (likeness === undefined)
    return held < 2
      ? 'how near the vectors of the student are to those of its teacher is not known: the rows are too few to hold any back'
      : 'how near the vectors of the student are to those of its teacher is not known: they have no width in common';
  const { value, low, high, rows } = likeness;
  return `the cosine of the student's vectors and its teacher's is ${value.toFixed(3)} on the mean of ${rows} rows held out of the training (95 % interval ${low.toFixed(3)} … ${high.toFixed(3)})`;
}
