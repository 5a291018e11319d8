import { expect, test } from 'vitest';
import { changeText } from '../../src/runtime/report/change-text.ts';

const ridge = (alpha: number): { name: string; arguments: Record<string, number | string> } => ({
  name: 'head',
  arguments: { kind: 'ridge', alpha },
});

test.each([
  [1, 3, '1 -> 3'],
  [undefined, 'a "b"', 'not given -> "a \\"b\\""'],
  [{ per_label: 8 }, { share: 0.07 }, '8 per label -> 7%'],
  ['rest', { rows: 20 }, '"rest" -> 20'],
  [ridge(1), ridge(2), 'head(alpha: 1) -> head(alpha: 2)'],
  [ridge(1), { name: 'prototype', arguments: {} }, 'head(kind: "ridge", alpha: 1) -> prototype'],
  [[ridge(1)], [], '[head(kind: "ridge", alpha: 1)] -> []'],
  ['x'.repeat(80), null, `"${'x'.repeat(58)}… -> null`],
])('%#', (before, after, text) => {
  expect(changeText(before, after)).toBe(text);
});
