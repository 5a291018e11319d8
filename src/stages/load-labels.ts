// Labels out of a column: as strings, renamed and ordered by `label_names`, else by code point. Pure, and the same before a
// run as during it.
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import { compareCodePoints } from './code-point-order.ts';
import type { Column, Scalar, Value } from './dataset.ts';
import { list, type Finding } from './load-columns.ts';

/** From the label in the data to its name, in label order. */
export type LabelNames = readonly (readonly [label: string, name: string])[];

/** A number as the shortest text that reads as it: `1`, not `1.0`. */
function labelText(value: Scalar): string {
  return String(value);
}

/** Keys of `label_names` that the whole data does not have. */
export function unknownKeys(names: LabelNames, present: readonly string[]): readonly Finding[] {
  return names
    .filter(([label]) => !present.includes(label))
    .map(([label]) => ({ at: 'label_names', problem: unknownKey(label, present) }));
}

function unknownKey(label: string, present: readonly string[]): Omit<Problem, 'span'> {
  const near = suggest(label, present);
  return {
    code: 'unknown-label',
    message: `no row has the label \`${label}\``,
    hint: `${near === undefined ? 'the' : `did you mean \`${near}\`? The`} labels of the data are ${list([...present].sort(compareCodePoints))}`,
  };
}

/** What is wrong with `label_names`, told once: a wrong key explains why its label has no name. */
export function nameFindings(
  names: LabelNames,
  present: readonly string[],
  used: readonly string[],
): readonly Finding[] {
  const keys = unknownKeys(names, present);
  return keys.length > 0 ? keys : unnamedLabels(names, used);
}

/** Labels of the rows in use that `label_names` has no name for. */
function unnamedLabels(names: LabelNames, used: readonly string[]): readonly Finding[] {
  const keys = new Set(names.map(([label]) => label));
  const unnamed = used.filter((label) => !keys.has(label));
  if (unnamed.length === 0) return [];
  return [
    {
      at: 'label_names',
      problem: {
        code: 'unknown-label',
        message: `\`label_names\` has no name for the label${unnamed.length > 1 ? 's' : ''} ${list([...unnamed].sort(compareCodePoints))}`,
        hint: 'add each label of the data, or leave its rows out with `where:`',
      },
    },
  ];
}

/** The names of the labels in use, in order; several labels may share a name. */
export function orderedLabels(used: readonly string[], names: LabelNames | undefined): readonly string[] {
  if (names === undefined) return [...used].sort(compareCodePoints);
  const present = new Set(used);
  return [...new Set(names.filter(([label]) => present.has(label)).map(([, name]) => name))];
}

/** Distinct labels of a column, in the order of their first rows; elements of lists one by one. */
export function distinctLabels(values: Column): readonly string[] {
  const found = new Set<string>();
  for (const value of values)
    for (const item of isList(value) ? value : [value])
      if (item !== null && item !== '') found.add(labelText(item));
  return [...found];
}

/** The column as strings, or, where any value is a list, as lists of strings without repetition. */
export function labelColumn(
  values: Column,
  names: LabelNames | undefined,
): { column: Column; multi: boolean } {
  const byLabel = new Map(names);
  const nameOf = (value: Scalar): string => byLabel.get(labelText(value)) ?? labelText(value);
  const multi = values.some(isList);
  const column = values.map((value): Value => {
    if (!multi) return nameOf(value as Scalar);
    const items = isList(value) ? value : [value];
    return [...new Set(items.filter((item) => item !== null && item !== '').map(nameOf))];
  });
  return { column, multi };
}

function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}
