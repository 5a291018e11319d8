// Which rows are the normal ones for `one_class`: those of one label, or all rows where none has a label. Knows no vectors.
import type { StaticDataset } from './artifact.ts';
import { classesOf, freeName, select, withColumn, type Dataset } from './dataset.ts';
import { noNormal, severalKinds, tooFewNormal } from './one-class-problems.ts';
import { stepFailure } from './step-failure.ts';

/** What normal rows are called where they have no labels. */
const unnamed = 'normal';

export interface NormalRows {
  /** Those alone; `labels` is their one label. */
  readonly rows: Dataset;
  readonly normal: string;
  /** Rows of other labels, which are not learnt from. */
  readonly others: readonly { readonly name: string; readonly rows: number }[];
}

/** The two labels of a model: that of normal rows, and one for all others. */
export function labelsOf(normal: string): readonly [string, string] {
  return [normal, freeName('anomalous', [normal])];
}

/** Throws `Failure` where labels leave open which rows are normal, or none is. Only for rows with one label each, or none. */
export function normalRows(dataset: Dataset, asked: string | undefined): NormalRows {
  if (dataset.roles.label === undefined) {
    const normal = asked ?? unnamed;
    const name = freeName('label', [...dataset.columns.keys()]);
    const named = withColumn(dataset, name, new Array<string>(dataset.rows).fill(normal));
    const rows = { ...named, roles: { ...dataset.roles, label: name }, labels: [normal] };
    return { rows, normal, others: [] };
  }
  const classes = classesOf(dataset);
  const names = classes.map(({ name }) => name);
  if (asked === undefined && names.length > 1) throw stepFailure(severalKinds(names), 'from');
  const normal = asked ?? names[0] ?? unnamed;
  const own = classes.find(({ name }) => name === normal);
  if (own === undefined) throw stepFailure(noNormal(normal, names), 'method');
  return {
    rows: { ...select(dataset, own.rows), labels: [normal] },
    normal,
    others: classes.flatMap(({ name, rows }) => (name === normal ? [] : [{ name, rows: rows.length }])),
  };
}

/** What of that is known before anything runs: the normal label, or the input or option at which it is wrong, and why. */
export function knownNormal(
  dataset: StaticDataset | undefined,
  asked: string | undefined,
): {
  readonly normal: string | undefined;
  readonly problem?: readonly [at: 'from' | 'method', ReturnType<typeof noNormal>];
} {
  if (dataset?.labelled === false) return { normal: asked ?? unnamed };
  const counted = dataset?.labels?.every(({ rows }) => rows !== undefined) === true;
  const labels = counted ? (dataset.labels ?? []).filter(({ rows }) => rows !== 0) : undefined;
  if (labels === undefined) return { normal: asked };
  const names = labels.map(({ name }) => name);
  if (asked === undefined && names.length > 1)
    return { normal: undefined, problem: ['from', severalKinds(names)] };
  const normal = asked ?? names[0];
  const own = labels.find(({ name }) => name === normal);
  if (normal !== undefined && own === undefined)
    return { normal, problem: ['method', noNormal(normal, names)] };
  if (own?.rows !== undefined && own.rows < leastNormal.rows)
    return { normal, problem: ['from', tooFewNormal(own.rows, leastNormal)] };
  return { normal };
}

/** Each is measured by the others for the threshold, and of two rows one other says nothing of how rows differ. */
export const leastNormal = { rows: 3, why: 'measures each row by the others, and' } as const;
