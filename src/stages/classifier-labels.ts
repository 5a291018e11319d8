// Labels of rows against those a classifier knows: as numbers, or as the problem that they are not known. Knows no files.
import type { Problem } from '../parser/diagnostic.ts';
import type { StaticDataset } from './artifact.ts';
import { labelIndices, labelSets, type Dataset } from './dataset.ts';
import { stepFailure } from './step-failure.ts';

/** The label of each row as its number among `known`. Throws `Failure` at the input `at` where one is not. */
export function labelNumbers(rows: Dataset, known: readonly string[], at: string): Int32Array {
  const own = labelIndices(rows);
  const present = new Set(own);
  const numbers = rows.labels.map((label) => known.indexOf(label));
  const unknown = rows.labels.filter((_, i) => numbers[i] === -1 && present.has(i));
  if (unknown.length > 0) throw stepFailure(unknownLabels(unknown, known), at);
  return own.map((label) => numbers[label] ?? 0);
}

/**
 * Of rows with several labels: [rows, known], 1 where a row carries the label. Throws `Failure` at the input `at` where a label
 * is not known.
 */
export function labelTable(rows: Dataset, known: readonly string[], at: string): Uint8Array {
  const own = labelSets(rows);
  const present = new Set(own.flat());
  const numbers = rows.labels.map((label) => known.indexOf(label));
  const unknown = rows.labels.filter((_, i) => numbers[i] === -1 && present.has(i));
  if (unknown.length > 0) throw stepFailure(unknownLabels(unknown, known), at);
  const table = new Uint8Array(rows.rows * known.length);
  own.forEach((set, row) => {
    for (const label of set) table[row * known.length + (numbers[label] ?? 0)] = 1;
  });
  return table;
}

/** What is wrong with the labels that rows are known to have, or nothing. */
export function unknownLabelProblem(
  rows: StaticDataset | undefined,
  known: readonly string[] | undefined,
): LabelProblem | undefined {
  if (known === undefined) return undefined;
  const unknown = (rows?.labels ?? []).flatMap(({ name, rows: count }) =>
    count !== undefined && count > 0 && !known.includes(name) ? [name] : [],
  );
  return unknown.length === 0 ? undefined : unknownLabels(unknown, known);
}

type LabelProblem = Omit<Problem, 'span' | 'code'> & { readonly code: 'unknown-label' };

function unknownLabels(unknown: readonly string[], known: readonly string[]): LabelProblem {
  const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  return {
    code: 'unknown-label',
    message: `the rows have the label${unknown.length > 1 ? 's' : ''} ${quoted(unknown)}, which the model has never seen`,
    hint: `the model knows ${quoted(known)}; give both the same \`label_names\`, or train on rows of every label`,
  };
}
