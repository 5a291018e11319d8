// The datasets that trials are fitted and measured on: folds of one dataset, or two datasets as they are.
import type { Random } from '../learning/random.ts';
import type { Artifact } from './artifact.ts';
import { labelIndices, labelSets, select, type Dataset } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { rowKeys } from './row-keys.ts';
import type { BlockRun } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { mixedColumns, originalColumn } from './training-rows.ts';

/** The parts of `fold` in one measurement. */
export interface Fold {
  readonly train: Artifact;
  readonly validation: Artifact;
}

/**
 * Of every label about the same number of rows in each fold; equal texts, copies of one row and rows of one group together.
 * @throws Failure where a label would be missing from what is learnt
 */
export async function drawFoldsOf(
  from: Artifact,
  count: number,
  block: BlockRun,
  random: Random,
): Promise<readonly Fold[]> {
  const dataset = await readDataset(from);
  refuseAugmented(dataset);
  const [{ drawFolds }, { unitsOf }] = await Promise.all([
    import('../learning/sampling/folds.ts'),
    import('../learning/sampling/units.ts'),
  ]);
  const units = unitsOf(await rowKeys(dataset, dataset.roles.group), true);
  const labels =
    dataset.roles.label === undefined
      ? undefined
      : dataset.multiLabel
        ? labelSets(dataset)
        : labelIndices(dataset);
  const fold = drawFolds({ units, labels, labelCount: dataset.labels.length }, count, random);
  checkFolds(dataset, fold, count, labels instanceof Int32Array ? labels : undefined);
  const rows = (keep: (at: number) => boolean): readonly number[] =>
    [...fold.keys()].filter((row) => keep(fold[row] ?? 0));
  const make = (chosen: readonly number[], partition: 'train' | 'validation'): Promise<Artifact> =>
    block.make('dataset', (output) => writeDataset(output, { ...select(dataset, chosen), partition }));
  const folds: Fold[] = [];
  for (let held = 0; held < count; held += 1)
    folds.push({
      train: await make(
        rows((at) => at !== held),
        'train',
      ),
      validation: await make(
        rows((at) => at === held),
        'validation',
      ),
    });
  return folds;
}

/** A copy of a row that is held back would be learnt from, or measured on as if it were a row. */
function refuseAugmented(dataset: Dataset): void {
  const copied = [originalColumn, mixedColumns.text].some((name) =>
    dataset.columns.get(name)?.some((value) => value !== null),
  );
  if (copied)
    throw stepFailure(
      {
        code: 'not-supported',
        message: 'these rows were augmented already, and folds are drawn of the rows themselves',
        hint: 'put the `augment` into the block and let it read `fold.train`; or give rows to choose with by `on:`',
      },
      'from',
    );
}

/** Of rows with several labels, one that no training row carries is a label that is never given: that is no mistake. */
function checkFolds(dataset: Dataset, fold: Int32Array, count: number, labels: Int32Array | undefined): void {
  const filled = new Set(fold).size;
  if (filled < count)
    throw stepFailure(
      {
        code: 'too-few-rows',
        message: `${count} folds were asked for, and there are rows for ${filled}`,
        hint: 'ask for fewer `folds`, or bring more rows; equal texts and rows of one group are never divided',
      },
      'folds',
    );
  if (labels === undefined) return;
  const single = dataset.labels.filter((_, label) => {
    const where = new Set([...fold.keys()].filter((row) => labels[row] === label).map((row) => fold[row]));
    return where.size === 1;
  });
  if (single.length > 0)
    throw stepFailure(
      {
        code: 'too-few-rows',
        message: `all rows with the label${single.length > 1 ? 's' : ''} ${single.map((name) => `\`${name}\``).join(', ')} fall into one fold, so without it nothing of the label is left to learn`,
        hint: 'bring more rows of it: two that differ at least',
      },
      'from',
    );
}
