// Folds for cross-validation: every row in one of them, rows that belong together in the same, and of every label about the
// same number in each. Which fold a row falls into depends on contents, not on the order of the rows.
import type { Random } from '../random.ts';
import { fingerprints, ranks } from './ranks.ts';
import type { Units } from './units.ts';

export interface FoldedRows {
  readonly units: Units;
  /** Index of each row's label; `undefined` where labels are not kept in proportion. */
  readonly labels: Int32Array | undefined;
  readonly labelCount: number;
}

/**
 * The fold of each row, from 0. Large units go first, each into the fold that has the fewest rows of its labels; units of
 * one row keep the folds within one row of each other, in every label and altogether.
 */
export function drawFolds(
  { units, labels, labelCount }: FoldedRows,
  folds: number,
  random: Random,
): Int32Array {
  const rank = ranks(fingerprints(units.keys), random.derive('units'));
  const turn = random.derive('folds').shuffle(Array.from({ length: folds }, (_, i) => i));
  const rowsOf: number[][] = units.keys.map(() => []);
  units.of.forEach((unit, row) => rowsOf[unit].push(row));
  const width = labels === undefined ? 1 : labelCount;
  const labelOf = (row: number): number => labels?.[row] ?? 0;
  const counts = Array.from({ length: folds }, () => new Int32Array(width));
  const sizes = new Int32Array(folds);
  const fold = new Int32Array(units.of.length);

  const order = [...rowsOf.keys()].sort(
    (a, b) =>
      rowsOf[b].length - rowsOf[a].length ||
      labelOf(rowsOf[a][0]) - labelOf(rowsOf[b][0]) ||
      rank[a] - rank[b],
  );
  for (const unit of order) {
    const rows = rowsOf[unit];
    const crowding = (at: number): number => rows.reduce((sum, row) => sum + counts[at][labelOf(row)], 0);
    const [first, ...others] = turn;
    const chosen = others.reduce(
      (best, at) => ((crowding(at) - crowding(best) || sizes[at] - sizes[best]) < 0 ? at : best),
      first,
    );
    for (const row of rows) {
      fold[row] = chosen;
      counts[chosen][labelOf(row)] += 1;
    }
    sizes[chosen] += rows.length;
  }
  return fold;
}
