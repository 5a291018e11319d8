// The text of a tree reads back as the same tree.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { format } from '../../src/parser/format.ts';
import { printExpr } from '../../src/parser/print-ast.ts';
import { expressionOf, exprText, treeOf, treeText } from './rig.ts';
import { expr, file, printFile } from './trees.ts';

test.each([
  ['macro_f1>=0.75', 'macro_f1 >= 0.75'],
  ['a.f1>b.f1 by 2%at 95%', 'a.f1 > b.f1 by 2% at 95%'],
  ['((a+b))*c-(d - e)', '(a + b) * c - (d - e)'],
  ['-(-a)', '- -a'],
  ['(not a)==b', '(not a) == b'],
  ['a==(not b)', 'a == (not b)'],
  ['(if a then b else c)+1', '(if a then b else c) + 1'],
  ['(a<b)<c', '(a < b) < c'],
  ['1 .. 64', '1..64'],
  ['120s', '2m'],
  ['90s', '90s'],
  ['1.5GB', '1500MB'],
  ['12.5%', '12.5%'],
  ['1e3', '1000.0'],
  ['2e-5', '0.00002'],
  ['0.000_000_1', '1e-7'],
  ['"a\\tb${x}$${y}"', '"a\\tb${x}$${y}"'],
  ['{ "a b": 1, c: {} }', '{ "a b": 1, c: {} }'],
  ['(k)', '(k)'],
  ['(8 per label)', '8 per label'],
])('%s', (text, expected) => {
  expect(printExpr(expressionOf(text))).toBe(expected);
});

test('any expression', () => {
  fc.assert(
    fc.property(expr, (tree) => {
      const text = printExpr(tree);
      expect(exprText(expressionOf(text)), text).toBe(exprText(tree));
      expect(printExpr(expressionOf(text))).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test('a comparison in the domain of a parameter ends no type', () => {
  expect(treeOf('param a: a in null > sd()')).toBe('param a: a in (null > sd())\n');
});

test('any file', () => {
  fc.assert(
    fc.property(file, (tree) => {
      const text = printFile(tree);
      expect(treeOf(text), text).toBe(treeText(tree));
      expect(format({ path: 'a.fsl', text })).toEqual({ state: 'formatted', text });
    }),
    { numRuns: 500 },
  );
});
