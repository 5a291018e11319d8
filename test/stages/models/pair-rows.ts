// Rows that are pairs of texts, for the tests of models.
import type { StaticDataset } from '../../../src/stages/artifact.ts';
import type { Dataset } from '../../../src/stages/dataset.ts';
import { datasetOf, type Row } from './rig.ts';

export type PairRow = readonly [first: string, second: string, label: string];

/** With the columns `text` and `other`. */
export function pairDataset(rows: readonly PairRow[]): Dataset {
  const dataset = datasetOf(
    rows.map(([first, , label]): Row => [first, label]),
    { columns: { other: rows.map(([, second]) => second) } },
  );
  return { ...dataset, roles: { ...dataset.roles, second: 'other' } };
}

/** What is known of some before anything runs. */
export const knownPairs: StaticDataset = {
  type: 'dataset',
  columns: ['text', 'other', 'label'],
  rows: 20,
  labelled: true,
  labels: [
    { name: 'a', rows: 10 },
    { name: 'b', rows: 10 },
  ],
  partition: undefined,
  pairs: true,
};
