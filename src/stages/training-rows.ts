// Rows as a head is fitted on them: a vector each, and what it is taught. Knows the columns that copies and rows that mix
// two examples carry.
import type { Matrix } from '../learning/matrix.ts';
import type { Targets } from '../learning/targets.ts';
import { labelIndices, select, withTexts, type Dataset } from './dataset.ts';
import type { EncodeRows } from './row-encoder.ts';

/** Column of copies: the text a copy was made from; null for rows that are no copy. */
export const originalColumn = 'original_text';

/** Columns of mixed rows (mixup): the other example's text and label, and the share of the row's own; null elsewhere. */
export const mixedColumns = { text: 'mixed_with', label: 'mixed_label', share: 'own_share' } as const;

export interface TrainingRows {
  /** [rows, width] */
  readonly vectors: Matrix;
  /** Label numbers; distributions [rows, labels] where rows are mixed. */
  readonly targets: Targets;
}

export function hasMixedRows(dataset: Dataset): boolean {
  return dataset.columns.get(mixedColumns.text)?.some((value) => value !== null) ?? false;
}

/** `encode` is asked once for all rows, and once more for the other examples of mixed rows. */
export async function trainingRows(
  dataset: Dataset,
  encode: EncodeRows,
  progress?: Parameters<EncodeRows>[1],
): Promise<TrainingRows> {
  const vectors = await encode(dataset, progress);
  const targets = labelIndices(dataset);
  if (!hasMixedRows(dataset)) return { vectors, targets };
  const column = (name: string) => dataset.columns.get(name) ?? [];
  const others = column(mixedColumns.text);
  const mixed = [...others.keys()].filter((i) => others[i] !== null);
  const partnerTexts = mixed.map((i) => String(others[i]));
  const partners = await encode(withTexts(select(dataset, mixed), partnerTexts), () => undefined);
  const labels = dataset.labels.length;
  const soft = new Float64Array(dataset.rows * labels);
  targets.forEach((label, i) => (soft[i * labels + label] = 1));
  const data = vectors.data.slice();
  const width = vectors.columns;
  mixed.forEach((i, partner) => {
    const share = Number(column(mixedColumns.share)[i]);
    const other = dataset.labels.indexOf(String(column(mixedColumns.label)[i]));
    for (let k = 0; k < width; k += 1)
      data[i * width + k] =
        share * (data[i * width + k] ?? 0) + (1 - share) * (partners.data[partner * width + k] ?? 0);
    const own = i * labels + (targets[i] ?? 0);
    soft[own] = share;
    soft[i * labels + other] = (soft[i * labels + other] ?? 0) + 1 - share;
  });
  return { vectors: { ...vectors, data }, targets: soft };
}
