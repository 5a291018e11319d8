// Which changed texts still mean about the same, by the vectors an encoder gave them.
import { cosineSimilarity } from '../distance.ts';
import { row, type Matrix } from '../matrix.ts';

/**
 * For each row whether the cosine between original and copy is at least `min`.
 * @throws RangeError where the matrices differ in size
 */
export function similarEnough(originals: Matrix, copies: Matrix, min: number): boolean[] {
  if (originals.rows !== copies.rows || originals.columns !== copies.columns)
    throw new RangeError('every copy is compared with its original, by vectors of the same width');
  return Array.from(
    { length: copies.rows },
    (_, i) => cosineSimilarity(row(originals, i), row(copies, i)) >= min,
  );
}
