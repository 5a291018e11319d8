// What a model of normal rows said of each row, as a Parquet file that other tools open. Equal answers give equal bytes.
import { labelIndices, type Dataset } from './dataset.ts';
import { shownRows } from './shown-rows.ts';

export interface AnomalyRows {
  readonly rows: Dataset;
  /** Of normal rows, and of all others. */
  readonly labels: readonly [string, string];
  /** [rows] */
  readonly distances: Float64Array;
  readonly threshold: number;
}

/** Columns `row`, `text`, `label` (as the row has it), `predicted` and `score`, the distance. */
export async function anomaliesFile({
  rows,
  labels,
  distances,
  threshold,
}: AnomalyRows): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const [normal, anomalous] = labels;
  const words = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'row', data: [...rows.source] },
        { name: 'text', data: [...shownRows(rows)] },
        { name: 'label', data: Array.from(labelIndices(rows), (label) => rows.labels[label] ?? '') },
        { name: 'predicted', data: Array.from(distances, (one) => (one > threshold ? anomalous : normal)) },
        { name: 'score', data: [...distances] },
      ],
      schema: [
        { name: 'root', num_children: 5 },
        { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'text', ...words },
        { name: 'label', ...words },
        { name: 'predicted', ...words },
        { name: 'score', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ],
      createdBy: 'fslrun',
    }),
  );
}
