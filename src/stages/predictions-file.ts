// What a classifier said of each row, as a Parquet file that other tools open. Equal predictions give equal bytes.
import type { SchemaElement } from 'hyparquet';

export interface PredictionRows {
  /** 0-based row of the loaded data. */
  readonly source: Int32Array;
  readonly texts: readonly string[];
  /** Label numbers. */
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** [rows, labels] */
  readonly probabilities: Float64Array;
  readonly labels: readonly string[];
  /** The name of a true label of -1. */
  readonly outside?: string | undefined;
  /** Whether each row went without an answer; absent where all have one. */
  readonly abstained?: readonly boolean[] | undefined;
}

/**
 * Columns `row`, `text`, `label`, `predicted`, `probability`, perhaps `abstained`, and `probabilities`: a list in the order of
 * the labels.
 */
export async function predictionsFile(rows: PredictionRows): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const { labels, predicted, probabilities, abstained, outside = '' } = rows;
  const count = labels.length;
  const name = (label: number): string => labels[label] ?? outside;
  const lists = Array.from({ length: predicted.length }, (_, i) => [
    ...probabilities.subarray(i * count, (i + 1) * count),
  ]);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'row', data: [...rows.source] },
        { name: 'text', data: [...rows.texts] },
        { name: 'label', data: Array.from(rows.truth, name) },
        { name: 'predicted', data: Array.from(predicted, name) },
        { name: 'probability', data: lists.map((list, i) => list[predicted[i] ?? 0]) },
        ...(abstained === undefined ? [] : [{ name: 'abstained', data: [...abstained] }]),
        { name: 'probabilities', data: lists },
      ],
      schema: [
        { name: 'root', num_children: abstained === undefined ? 6 : 7 },
        { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'label', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'predicted', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'probability', type: 'DOUBLE', repetition_type: 'REQUIRED' },
        ...(abstained === undefined
          ? []
          : [{ name: 'abstained', type: 'BOOLEAN', repetition_type: 'REQUIRED' } as const]),
        { name: 'probabilities', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      ],
      createdBy: 'fslrun',
    }),
  );
}

export interface SeveralPredictionRows {
  /** 0-based row of the loaded data. */
  readonly source: Int32Array;
  readonly texts: readonly string[];
  /** [rows, labels], 1 where a row has the label. */
  readonly yTrue: Uint8Array;
  readonly yPred: Uint8Array;
  readonly probabilities: Float64Array;
  readonly labels: readonly string[];
}

/** Columns `row`, `text`, `labels` and `predicted` (lists of names), and `probabilities`: a list in the order of the labels. */
export async function severalPredictionsFile(rows: SeveralPredictionRows): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const { labels, source } = rows;
  const width = labels.length;
  const numbers = [...source.keys()];
  const names = (table: Uint8Array): readonly (readonly string[])[] =>
    numbers.map((i) => labels.filter((_, label) => table[i * width + label] === 1));
  const listOf = (name: string, element: object) =>
    [
      { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', ...element },
    ] as SchemaElement[];
  const words = { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'row', data: [...source] },
        { name: 'text', data: [...rows.texts] },
        { name: 'labels', data: [...names(rows.yTrue)] },
        { name: 'predicted', data: [...names(rows.yPred)] },
        {
          name: 'probabilities',
          data: numbers.map((i) => [...rows.probabilities.subarray(i * width, (i + 1) * width)]),
        },
      ],
      schema: [
        { name: 'root', num_children: 5 },
        { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        ...listOf('labels', words),
        ...listOf('predicted', words),
        ...listOf('probabilities', { type: 'DOUBLE' }),
      ],
      createdBy: 'fslrun',
    }),
  );
}
