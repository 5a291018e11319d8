import { expect, test } from 'vitest';
import { areDisjoint } from '../../../src/stages/disjoint-conditions.ts';
import { holds } from '../../../src/stages/condition.ts';
import type { Scalar } from '../../../src/stages/dataset.ts';
import type { Condition } from '../../../src/stages/value.ts';

type Op = '==' | '!=' | '<' | '<=' | '>' | '>=';
const is = (column: string, op: Op, value: Scalar): Condition => ({ op, left: { column }, right: { value } });
const and = (left: Condition, right: Condition): Condition => ({ op: 'and', left, right });
const or = (left: Condition, right: Condition): Condition => ({ op: 'or', left, right });
const not = (operand: Condition): Condition => ({ op: 'not', operand });

test.each([
  ['different values', is('set', '==', 'train'), is('set', '==', 'test'), true],
  ['a value and all others', is('set', '==', 'train'), is('set', '!=', 'train'), true],
  ['a value and its opposite', is('set', '==', 'train'), not(is('set', '==', 'train')), true],
  ['a value on the left', { op: '==', left: { value: 1 }, right: { column: 'x' } }, is('x', '==', 2), true],
  ['below and from', is('year', '<', 2020), is('year', '>=', 2020), true],
  ['below and not below', is('year', '<', 2020), not(is('year', '<', 2020)), true],
  ['not below and not from', not(is('year', '<', 2020)), not(is('year', '>=', 2020)), false],
  ['below and not below another', is('year', '<', 2020), not(is('year', '<', 2010)), false],
  ['texts below and from', is('day', '<', '2020-05-01'), is('day', '>=', '2020-05-01'), true],
  ['a value outside a range', is('year', '==', 2019), is('year', '>', 2019), true],
  ['one of several', or(is('k', '==', 1), is('k', '==', 2)), is('k', '==', 3), true],
  [
    'in a conjunction',
    and(is('set', '==', 'a'), is('n', '>', 1)),
    and(is('n', '<', 9), is('set', '==', 'b')),
    true,
  ],
  ['missing and not', is('x', '==', null), is('x', '==', 'a'), true],
  ['the same', is('set', '==', 'train'), is('set', '==', 'train'), false],
  ['different columns', is('set', '==', 'train'), is('part', '==', 'test'), false],
  ['ranges that meet', is('year', '<=', 2020), is('year', '>=', 2020), false],
  ['one of several again', or(is('k', '==', 1), is('k', '==', 2)), is('k', '==', 2), false],
  ['a number and its text', is('k', '==', 3), is('k', '==', '3'), false],
  ['not below and missing', not(is('k', '<', 3)), is('k', '==', null), false],
  ['two columns', { op: '==', left: { column: 'a' }, right: { column: 'b' } }, is('a', '==', 1), false],
] as const)('%s', (_, a, b, disjoint) => {
  expect(areDisjoint(a, b)).toBe(disjoint);
  expect(areDisjoint(b, a)).toBe(disjoint);
});

test('no row meets two conditions that are called disjoint', () => {
  const values: readonly Scalar[] = [
    null,
    '',
    'a',
    'b',
    '1',
    '1.0',
    ' 2',
    1,
    2,
    3,
    true,
    'true',
    'TRUE',
    '2020-01-01',
  ];
  const ops: readonly Op[] = ['==', '!=', '<', '<=', '>', '>='];
  const plain = values.flatMap((value) => ops.map((op) => is('x', op, value)));
  const all = [...plain, ...plain.map(not)];
  const wrong: unknown[] = [];
  let disjoint = 0;
  for (const a of all)
    for (const b of all) {
      if (!areDisjoint(a, b)) continue;
      disjoint += 1;
      const both = values.find((value) => holds(a, () => value) && holds(b, () => value));
      if (both !== undefined) wrong.push([a, b, both]);
    }
  expect(wrong).toEqual([]);
  expect(disjoint).toBeGreaterThan(1000);
});
