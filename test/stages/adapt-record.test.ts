// What is told of updates that were not made.
import { expect, test } from 'vitest';
import type { Update } from '../../src/learning/adapt/stream.ts';
import { decisionsOf } from '../../src/stages/adapt-record.ts';

test.each([
  [0.00005, 'once in 20,000 times'],
  [1e-20, 'less than once in a billion times'],
  [0, 'less than once in a billion times'],
])('why labels were not learnt that come so by chance in %d of all times', (chance, often) => {
  const update: Update = {
    first: 0,
    last: 15,
    asked: [...Array(16).keys()],
    added: [],
    alarms: [],
    suspicion: { judged: 16, wrong: 12, usual: 0.25, chance, suspicious: true },
    canary: null,
    kept: false,
  };
  const { columns } = decisionsOf({ updates: [update] }, 100);
  expect(columns.get('why')).toEqual([
    `not learnt: 12 of 16 labels contradict the model, 25.0 % of those before; so surprising are labels by chance ${often}`,
  ]);
});
