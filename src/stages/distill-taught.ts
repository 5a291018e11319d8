// The part `taught` of `distill`: the rows with what the teachers said of them.
import type { StaticDataset } from './artifact.ts';
import { freeName, withColumn, type Dataset } from './dataset.ts';
import type { Lessons } from './distill-teachers.ts';

const columns = ['teacher', 'teacher_probability', 'teacher_probabilities'];

/** `wanted` is the label number that is most probable to the teachers. */
export function taughtBy(dataset: Dataset, { labels, plain }: Lessons, wanted: Int32Array): Dataset {
  const width = labels.length;
  const of = (row: number): readonly number[] => [...plain.subarray(row * width, (row + 1) * width)];
  const rows = [...wanted.keys()];
  const [label = '', probability = '', probabilities = ''] = columns.map((name) =>
    freeName(name, [...dataset.columns.keys()]),
  );
  const named = withColumn(
    dataset,
    label,
    rows.map((row) => labels[wanted[row] ?? 0] ?? ''),
  );
  const sure = withColumn(
    named,
    probability,
    rows.map((row) => of(row)[wanted[row] ?? 0] ?? 0),
  );
  return withColumn(sure, probabilities, rows.map(of));
}

export function taughtRows(from: StaticDataset | undefined): StaticDataset {
  return {
    type: 'dataset',
    columns: from?.columns && [...from.columns, ...columns.map((name) => freeName(name, from.columns ?? []))],
    rows: from?.rows,
    labelled: from?.labelled ?? false,
    multi_label: from?.multi_label,
    pairs: from?.pairs,
    labels: from?.labels,
    partition: from?.partition,
    ...(from?.prompt !== undefined && { prompt: from.prompt }),
  };
}
