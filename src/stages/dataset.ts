// The dataset artifact in memory: columns by name, what each is for, and the labels in order. Pure; knows no files.
import { bothTexts, textPair } from '../learning/text-pair.ts';
import type { Partition } from './artifact.ts';
import type { Images } from './images.ts';
import type { Prompt } from './prompted.ts';

export type Scalar = string | number | boolean | null;
export type Value = Scalar | readonly Scalar[];
export type Column = readonly Value[];

/** Names of the columns that play a part. */
export interface Roles {
  /** Its values are strings: texts, or the names of the rows' pictures where there are `images`. */
  readonly text?: string;
  /** Where rows are pairs of texts: the column of the second ones, whose values are strings too. */
  readonly second?: string;
  /** Its values are strings out of `labels`; lists of them where the dataset is multi-label. Absent: no labels. */
  readonly label?: string;
  readonly id?: string;
  /** Rows of equal value belong together (one author, one conversation). */
  readonly group?: string;
  readonly time?: string;
}

export interface Dataset {
  readonly rows: number;
  /** In the order of the file; every column has `rows` values. */
  readonly columns: ReadonlyMap<string, Column>;
  readonly roles: Roles;
  /** Every label that the rows may have, in label order; also those that no row of this part has. */
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
  readonly partition: Partition | undefined;
  /** 0-based row of the `load` that each row comes from; copies of a row share it. */
  readonly source: Int32Array;
  /** The pictures that the rows are of, where they are no texts. */
  readonly images?: Images | undefined;
  /** How models that are fitted on the rows put texts before their encoder; the texts themselves are as they were. */
  readonly prompt?: Prompt | undefined;
}

/** The texts, in row order; those of pairs as `textPair` has them. Only for datasets with a text column. */
export function texts(dataset: Dataset): readonly string[] {
  const first = roleColumn(dataset, 'text') as readonly string[]; // `load` makes them strings
  if (dataset.roles.second === undefined) return first;
  const second = roleColumn(dataset, 'second') as readonly string[];
  return first.map((text, i) => textPair(text, second[i] ?? ''));
}

/** Index into `labels` of each row. Only for datasets with one label a row. */
export function labelIndices(dataset: Dataset): Int32Array {
  if (dataset.multiLabel) throw new Error('a multi-label dataset has no single label a row');
  const index = new Map<Value, number>(dataset.labels.map((label, i) => [label, i]));
  return Int32Array.from(roleColumn(dataset, 'label'), (label) => {
    const found = index.get(label);
    if (found === undefined) throw new Error(`label ${String(label)} is not among the dataset's labels`);
    return found;
  });
}

/** The labels that some row has, in label order, with their rows. */
export function classesOf(
  dataset: Dataset,
): readonly { readonly name: string; readonly rows: readonly number[] }[] {
  const rows = dataset.labels.map((): number[] => []);
  labelIndices(dataset).forEach((label, row) => rows[label]?.push(row));
  return dataset.labels
    .map((name, i) => ({ name, rows: rows[i] ?? [] }))
    .filter((known) => known.rows.length > 0);
}

/** Indices into `labels` of each row, each once. Only for multi-label datasets. */
export function labelSets(dataset: Dataset): readonly (readonly number[])[] {
  if (!dataset.multiLabel) throw new Error('rows with one label each have no sets of labels');
  const index = new Map<Value, number>(dataset.labels.map((label, i) => [label, i]));
  return roleColumn(dataset, 'label').map((own) => {
    if (!Array.isArray(own)) throw new Error('a row of a multi-label dataset has a list of labels');
    return (own as readonly Scalar[]).map((label) => {
      const found = index.get(label);
      if (found === undefined) throw new Error(`label ${String(label)} is not among the dataset's labels`);
      return found;
    });
  });
}

/** The rows at `indices`, in that order; an index may come more than once. */
export function select(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const pick = <T>(values: ArrayLike<T>): T[] => Array.from(indices, (i) => values[i]);
  const columns = new Map([...dataset.columns].map(([name, values]) => [name, pick<Value>(values)]));
  return {
    ...dataset,
    rows: indices.length,
    columns,
    source: Int32Array.from(indices, (i) => dataset.source[i]),
  };
}

/** The same rows with other texts, of pairs as `textPair` has them. */
export function withTexts(dataset: Dataset, replaced: readonly string[]): Dataset {
  if (dataset.roles.second === undefined) return withColumn(dataset, roleName(dataset, 'text'), replaced);
  const pairs = replaced.map(bothTexts);
  const first = withColumn(
    dataset,
    roleName(dataset, 'text'),
    pairs.map(([text]) => text),
  );
  return withColumn(
    first,
    roleName(dataset, 'second'),
    pairs.map(([, text]) => text),
  );
}

/** The same rows with a column added at the end, or replaced in place. */
export function withColumn(dataset: Dataset, name: string, values: Column): Dataset {
  if (values.length !== dataset.rows) throw new Error(`column ${name} has another number of rows`);
  return { ...dataset, columns: new Map(dataset.columns).set(name, values) };
}

/** The same rows with the label column gone. */
export function withoutLabels(dataset: Dataset): Dataset {
  const { label, ...roles } = dataset.roles;
  const columns = new Map([...dataset.columns].filter(([name]) => name !== label));
  return { ...dataset, columns, roles, labels: [], multiLabel: false };
}

/** A name that no column has: the wanted one, or that with `_` behind. */
export function freeName(wanted: string, taken: readonly string[]): string {
  return taken.includes(wanted) ? freeName(`${wanted}_`, taken) : wanted;
}

function roleName(dataset: Dataset, role: 'text' | 'second' | 'label'): string {
  const name = dataset.roles[role];
  if (name === undefined) throw new Error(`the dataset has no ${role} column`);
  return name;
}

function roleColumn(dataset: Dataset, role: 'text' | 'second' | 'label'): Column {
  const values = dataset.columns.get(roleName(dataset, role));
  if (values === undefined) throw new Error(`the ${role} column is not among the columns`);
  return values;
}
