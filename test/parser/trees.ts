// Any tree that a text can have, for tests of what prints and reads: only its places are made up.
import fc from 'fast-check';
import type * as Ast from '../../src/parser/ast.ts';
import { fileDoc } from '../../src/parser/declaration-doc.ts';
import { render } from '../../src/parser/render.ts';
import { canonical } from '../../src/parser/spelling.ts';

const source = { path: '', text: '' };
const span = { source, start: 0, end: 0 };

const contextual = [
  'per',
  'label',
  'by',
  'at',
  'in',
  'as',
  'sd',
  'let',
  'each',
  'rest',
  'when',
  'target',
  'search',
];
const nameText = fc.constantFrom('a', 'b2', 'fine-tune', 'a_long_name_for_a_thing', ...contextual);
const plainName = fc.constantFrom('a', 'b2', 'fine-tune', 'other', 'a_long_name_for_a_thing');
const toName = (text: string): Ast.Name => ({ text, span });
const name = nameText.map(toName);
const key = fc.oneof(nameText, fc.constantFrom('two words', 'if', '1', 'a"b', '', 'größer')).map(toName);
const chunk = fc.constantFrom(
  'plain',
  '${',
  '$',
  '{column}',
  '"',
  '\\',
  '\n',
  'é',
  '}',
  '\u2028',
  '# no comment',
);
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

export const { expr } = fc.letrec<{ expr: Ast.Expr }>((tie) => {
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

const text = fc
  .constantFrom('./other.fsl', 'fsl-plugin-x', 'a "b"')
  .map((part): Ast.Text => ({ node: 'text', parts: [part], span }));

const { type } = fc.letrec<{ type: Ast.TypeExpr }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2 },
    plainName.map((given): Ast.TypeExpr => ({ node: 'named-type', name: toName(given), span })),
    fc
      .array(text, { minLength: 1, maxLength: 3 })
      .map((values): Ast.TypeExpr => ({ node: 'enum-type', values, span })),
    tie('type').map((of): Ast.TypeExpr => ({ node: 'list-type', of, span })),
  ),
}));

const named = plainName.map(toName);
const entries = fc.array(
  fc.record({ name: key, value: expr }).map((given): Ast.Entry => ({ ...given, span })),
  { maxLength: 4 },
);

const { declaration } = fc.letrec<{ declaration: Ast.Declaration }>((tie) => {
  const body = fc.array(tie('declaration'), { maxLength: 3 });
  return {
    declaration: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc
        .record({ name: named, value: expr })
        .map((given): Ast.Declaration => ({ node: 'let', ...given, span })),
      fc
        .record({ name: named, type, fallback: expr, domain: expr }, { requiredKeys: ['name', 'type'] })
        .map((given): Ast.Declaration => ({ node: 'param', ...given, span })),
      fc
        .record({ name: named, stages: expr })
        .map((given): Ast.Declaration => ({ node: 'target', ...given, span })),
      fc
        .record({ path: text, name: named, entries })
        .map((given): Ast.Declaration => ({ node: 'import', ...given, span })),
      text.map((given): Ast.Declaration => ({ node: 'use', package: given, span })),
      fc
        .record({ kind: named, entries })
        .map((given): Ast.Declaration => ({ node: 'defaults', ...given, span })),
      fc
        .record({ kind: named, name: named, entries, body })
        .map((given): Ast.Declaration => ({ node: 'stage', ...given, span })),
      fc
        .record({ variable: named, list: expr, body })
        .map((given): Ast.Declaration => ({ node: 'each', ...given, span })),
      fc
        .record({ condition: expr, then: body, otherwise: body })
        .map((given): Ast.Declaration => ({ node: 'when', ...given, span })),
    ),
  };
});

export const file = fc.array(declaration, { maxLength: 5 }).map((declarations): Ast.File => ({
  source,
  declarations: [{ node: 'version', number: 1, span }, ...declarations],
}));

/** Laid out as the formatter does, with every value in its plainest form. */
export function printFile(tree: Ast.File): string {
  return render(fileDoc(tree, canonical));
}
