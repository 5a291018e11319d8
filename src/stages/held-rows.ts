// Which rows a training leaves out to be measured on: rows of one text or one origin are on one side.
import type { Dataset } from './dataset.ts';
import { rowKeys } from './row-keys.ts';

export interface HeldRows {
  readonly learnt: readonly number[];
  readonly held: readonly number[];
}

/** Fewer rows are all needed for the training. */
const fewest = 40;
const share = 10;
/** About so many are enough to tell how near vectors are. */
const enough = 200;

/** About a tenth is held; none of few. */
export async function holdOut(rows: Dataset, most = enough): Promise<HeldRows> {
  const all = Array.from({ length: rows.rows }, (_, row) => row);
  if (rows.rows < fewest) return { learnt: all, held: [] };
  const folds = Math.max(share, Math.ceil(rows.rows / most));
  const fold = await heldFolds(rows, folds);
  return { learnt: all.filter((row) => fold[row] !== 0), held: all.filter((row) => fold[row] === 0) };
}

/** Which fold each row is in; the same for every seed of the training, so that all are measured on the same rows. */
export async function heldFolds(rows: Dataset, folds: number): Promise<Int32Array> {
  const [{ createRandom }, { drawFolds }, { unitsOf }] = await Promise.all([
    import('../learning/random.ts'),
    import('../learning/sampling/folds.ts'),
    import('../learning/sampling/units.ts'),
  ]);
  const units = unitsOf(await rowKeys(rows, rows.roles.group), true);
  return drawFolds({ units, labels: undefined, labelCount: 0 }, folds, createRandom('agreement'));
}
