// The text of an expression reads back as the same expression.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type * as Ast from '../../src/parser/ast.ts';
import { printExpr } from '../../src/parser/print-ast.ts';
import { expressionOf, exprText } from './rig.ts';

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

const source = { path: '', text: '' };
const span = { source, start: 0, end: 0 };
const nameText = fc.constantFrom(
  'a',
  'b2',
  'fine-tune',
  'per',
  'label',
  'by',
  'at',
  'in',
  'sd',
  'let',
  'each',
  'rest',
);
const name = nameText.map((text): Ast.Name => ({ text, span }));
const key = fc
  .oneof(nameText, fc.constantFrom('two words', 'if', '1', 'a"b', ''))
  .map((text): Ast.Name => ({ text, span }));
const chunk = fc.constantFrom('plain', '${', '$', '{column}', '"', '\\', '\n', 'é', '}', '\u2028');
const literal = fc.oneof(
  fc.nat().map((value) => ({ type: 'int' as const, value })),
  fc
    .double({ min: 0, noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ type: 'float' as const, value })),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => ({ type: 'share' as const, value })),
  fc.integer({ min: 0, max: 1e9 }).map((value) => ({ type: 'duration' as const, value })),
  fc.integer({ min: 0, max: 1e12 }).map((value) => ({ type: 'size' as const, value })),
  fc.boolean().map((value) => ({ type: 'bool' as const, value })),
  fc.constant({ type: 'null' as const, value: null }),
);

const { expr } = fc.letrec<{ expr: Ast.Expr }>((tie) => {
  const entry = fc.record({ name: key, value: tie('expr') }).map((given): Ast.Entry => ({ ...given, span }));
  const selector = fc.record({ name, value: tie('expr') }).map((given): Ast.Entry => ({ ...given, span }));
  const argument = fc
    .record({ name, value: tie('expr') }, { requiredKeys: ['value'] })
    .map((given): Ast.Argument => ({ ...given, span }));
  const operator = fc.constantFrom<Ast.Operator>(
    ...(['+', '-', '*', '/', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', '..'] as const),
  );
  const few = { maxLength: 3 };
  const claim = (given: { comparison: Ast.Expr; by?: Ast.Expr; at?: Ast.Expr }): Ast.Expr =>
    given.by === undefined && given.at === undefined ? given.comparison : { node: 'claim', ...given, span };
  /** Neighbouring pieces of text are one piece. */
  const joined = (parts: readonly (string | Ast.Expr)[]): readonly (string | Ast.Expr)[] =>
    parts.reduce<readonly (string | Ast.Expr)[]>((all, part) => {
      const last = all[all.length - 1];
      return typeof last === 'string' && typeof part === 'string'
        ? [...all.slice(0, -1), last + part]
        : [...all, part];
    }, []);
  return {
    expr: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      literal.map((given): Ast.Expr => ({ node: 'literal', ...given, span })),
      fc
        .record({ name, forced: fc.boolean() })
        .map((given): Ast.Expr => ({ node: 'reference', ...given, span })),
      fc
        .array(fc.oneof(chunk, tie('expr')), few)
        .map((parts): Ast.Expr => ({ node: 'text', parts: joined(parts), span })),
      fc.record({ object: tie('expr'), name }).map((given): Ast.Expr => ({ node: 'member', ...given, span })),
      fc
        .record({ object: tie('expr'), keys: fc.array(selector, { minLength: 1, maxLength: 2 }) })
        .map((given): Ast.Expr => ({ node: 'select', ...given, span })),
      fc
        .record({ callee: name, arguments: fc.array(argument, few) })
        .map((given): Ast.Expr => ({ node: 'call', ...given, span })),
      fc.array(tie('expr'), few).map((items): Ast.Expr => ({ node: 'list', items, span })),
      fc.array(entry, few).map((entries): Ast.Expr => ({ node: 'map', entries, span })),
      fc
        .record({ operator: fc.constantFrom('-' as const, 'not' as const), operand: tie('expr') })
        .map((given): Ast.Expr => ({ node: 'unary', ...given, span })),
      fc
        .record({ operator, left: tie('expr'), right: tie('expr') })
        .map((given): Ast.Expr => ({ node: 'binary', ...given, span })),
      fc
        .record({ condition: tie('expr'), then: tie('expr'), otherwise: tie('expr') })
        .map((given): Ast.Expr => ({ node: 'conditional', ...given, span })),
      tie('expr').map((count): Ast.Expr => ({ node: 'per-label', count, span })),
      tie('expr').map((count): Ast.Expr => ({ node: 'deviations', count, span })),
      fc
        .record(
          { comparison: tie('expr'), by: tie('expr'), at: tie('expr') },
          { requiredKeys: ['comparison'] },
        )
        .map(claim),
    ),
  };
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
