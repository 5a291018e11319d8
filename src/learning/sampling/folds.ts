// Folds for cross-validation: every row in one of them, rows that belong together in the same, and of every label about the
// same number in each. Which fold a row falls into depends on contents, not on the order of the rows.
import type { Random } from '../random.ts';
import { countSets, type LabelSets } from './draw-sets.ts';
import { fingerprints, ranks } from './ranks.ts';
import type { Units } from './units.ts';

export interface FoldedRows {
  readonly units: Units;
  /** Index of each row's label, or of each of them; `undefined` where labels are not kept in proportion. */
  readonly labels: Int32Array | LabelSets | undefined;
  readonly labelCount: number;
}

/**
 * The fold of each row, from 0. Large units go first, each into the fold that has the fewest rows of its labels; units of
 * one row keep the folds within one row of each other, in every label and altogether. Rows of several labels go by their
 * rarest, the rarest of all first (Sechidis et al. 2011), and what they add up to in the others is the tie break.
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
  const sets: LabelSets =
    labels === undefined || labels instanceof Int32Array
      ? Array.from(units.of, (_, row) => [labels?.[row] ?? 0])
      : labels;
  const rarest =
    labels === undefined || labels instanceof Int32Array ? undefined : rarestOf(sets, width, rowsOf);
  const first = (unit: number): number => rarest?.place[unit] ?? sets[rowsOf[unit][0]][0] ?? 0;
  const counts = Array.from({ length: folds }, () => new Int32Array(width));
  const sizes = new Int32Array(folds);
  const fold = new Int32Array(units.of.length);

  const order = [...rowsOf.keys()].sort(
    (a, b) => rowsOf[b].length - rowsOf[a].length || first(a) - first(b) || rank[a] - rank[b],
  );
  for (const unit of order) {
    const rows = rowsOf[unit];
    const own = rows.flatMap((row) => sets[row]);
    const crowding = (at: number): number => own.reduce((sum, label) => sum + counts[at][label], 0);
    const key = rarest?.label[unit];
    const ofRarest = (at: number): number => (key === undefined ? 0 : counts[at][key]);
    const fuller = (a: number, b: number): number =>
      ofRarest(a) - ofRarest(b) || crowding(a) - crowding(b) || sizes[a] - sizes[b];
    const [start, ...others] = turn;
    const chosen = others.reduce((best, at) => (fuller(at, best) < 0 ? at : best), start);
    for (const row of rows) fold[row] = chosen;
    for (const label of own) counts[chosen][label] += 1;
    sizes[chosen] += rows.length;
  }
  return fold;
}

/** Of each unit its rarest label, if it has one, and how many labels are rarer; units without a label come last. */
function rarestOf(
  sets: LabelSets,
  labels: number,
  rowsOf: readonly (readonly number[])[],
): { readonly label: readonly (number | undefined)[]; readonly place: readonly number[] } {
  const rows = countSets(sets, labels, [...sets.keys()]);
  const order = [...rows.keys()].sort((a, b) => rows[a] - rows[b] || a - b);
  const place = new Int32Array(labels);
  order.forEach((label, i) => (place[label] = i));
  const places = rowsOf.map((own) =>
    own.reduce((least, row) => Math.min(least, ...sets[row].map((label) => place[label])), labels),
  );
  return { label: places.map((at) => order[at] as number | undefined), place: places };
}
