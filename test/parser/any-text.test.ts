// Whatever the text: `parse` returns, in time linear in it, and every diagnostic has a place inside the text.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type * as Ast from '../../src/parser/ast.ts';
import { parse } from '../../src/parser/parse.ts';
import { printDiagnostics } from '../../src/parser/print.ts';
import { example, mistakesOf } from './rig.ts';

/** Codes of the diagnostics, after checking that they lie in the text and can be printed. */
function codesOf(text: string): readonly string[] {
  const { file, diagnostics } = parse({ path: 'any.fsl', text });
  for (const { span, notes, message } of diagnostics) {
    expect(message).not.toMatch(/-->|token of type|Redundant input|Expecting/);
    for (const { start, end } of [span, ...notes.map((note) => note.span)]) {
      expect(start >= 0 && start <= end && end <= text.length, message).toBe(true);
    }
  }
  checkSpans(file.declarations, text);
  if (text.length < 5000) printDiagnostics(diagnostics);
  return diagnostics.map(({ code }) => code);
}

/** Every node's span lies in the text. */
function checkSpans(node: unknown, text: string): void {
  if (Array.isArray(node)) for (const child of node) checkSpans(child, text);
  else if (typeof node === 'object' && node !== null) {
    if ('span' in node) {
      const { start, end } = node.span as Ast.Name['span'];
      if (!(start >= 0 && start <= end && end <= text.length)) {
        throw new Error(
          `span ${start}..${end} outside ${text.length}: ${JSON.stringify(text.slice(0, 200))}`,
        );
      }
    }
    for (const [key, child] of Object.entries(node))
      if (key !== 'span' && key !== 'source') checkSpans(child, text);
  }
}

const words = [
  ...[
    'load',
    'a',
    'split',
    'x',
    'per',
    'label',
    'sd',
    'by',
    'at',
    'in',
    'as',
    'each',
    'when',
    'else',
    'if',
    'then',
  ],
  ...[
    'let',
    'param',
    'import',
    'use',
    'fsl',
    'defaults',
    'target',
    'not',
    'and',
    'or',
    'true',
    'null',
    'fine-tune',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    ':',
    '=',
    '==',
    '<',
    '>',
    '>=',
    '..',
    '.',
    '+',
    '-',
    '*',
    '/',
    '|',
    '#',
  ],
  ...[
    '1',
    '10%',
    '2e-5',
    '8GB',
    '1x',
    '"s"',
    '"',
    '"""',
    '"${',
    '${a}"',
    "'",
    '\\',
    '§',
    'é',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\uFEFF',
  ],
];

describe('random text', () => {
  const runs = { numRuns: 400 };
  test('any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void codesOf(text)),
      runs,
    );
  });
  test('token soups', () => {
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 60 });
    fc.assert(
      fc.property(soup, fc.constantFrom('', ' '), (tokens, gap) => void codesOf(tokens.join(gap))),
      runs,
    );
  });
  test('edits of the example', () => {
    const place = fc.nat(example.length);
    const edit = fc.record({ at: place, drop: fc.nat(40), put: fc.constantFrom('', ...words) });
    const edited = fc
      .array(edit, { minLength: 1, maxLength: 4 })
      .map((edits) =>
        edits.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), example),
      );
    fc.assert(
      fc.property(edited, (text) => void codesOf(text)),
      { numRuns: 200 },
    );
  });
});

describe('deep and large', () => {
  const many = 10_000;
  test.each([
    ['(', 'let x = ' + '('.repeat(many)],
    ['()', 'let x = ' + '('.repeat(many) + '1' + ')'.repeat(many)],
    ['[]', 'let x = ' + '['.repeat(many) + ']'.repeat(many)],
    ['{', 'let x = ' + '{ a: '.repeat(many)],
    ['blocks', 'each a in b {\n'.repeat(many) + '}\n'.repeat(many)],
    ['calls', 'let x = ' + 'f('.repeat(many) + ')'.repeat(many)],
    ['if', 'let x = ' + 'if '.repeat(many)],
    ['then if', 'let x = ' + 'if a then '.repeat(many) + 'b' + ' else c'.repeat(many)],
    ['else if', 'let x = ' + 'if a then b else '.repeat(many) + 'c'],
    ['not', 'let x = ' + 'not '.repeat(many) + 'a'],
    ['minus', 'let x = ' + '- '.repeat(many) + 'a'],
    ['sum', 'let x = 1' + ' + 1'.repeat(many)],
    ['parts', 'let x = a' + '.b'.repeat(many)],
    ['suffixes', 'let x = a' + ' sd'.repeat(many)],
  ])('10,000 nested: %s', (_, text) => {
    expect(codesOf(text)).toEqual(['too-deep']);
  });

  test('types nest eight deep', () => {
    expect(mistakesOf(`param x: ${'list<'.repeat(8)}int${'>'.repeat(8)}`)).toBe('');
    expect(codesOf(`param x: ${'list<'.repeat(many)}`)).toEqual(['unexpected-text']);
  });

  test('200 levels are read', () => {
    expect(mistakesOf(`let x = ${'['.repeat(200)}${']'.repeat(200)}`)).toBe('');
    expect(mistakesOf(`let x = ${'(f(a: '.repeat(100)}1${'))'.repeat(100)}`)).toBe('');
    expect(mistakesOf(`${'each a in b {\n'.repeat(200)}${'}\n'.repeat(200)}`)).toBe('');
    expect(mistakesOf(`let x = ${'if a then '.repeat(199)}1${' else 2'.repeat(199)}`)).toBe('');
  });

  // Each of these made some parser quadratic; at 100,000 characters that would not end within the test's time.
  test.each([
    ['one line', 'let x = [' + '1, '.repeat(33_000) + ']'],
    ['quotes', '"'.repeat(100_000)],
    ['interpolations', '"${'.repeat(33_000)],
    ['triple quotes', '"""${ x '.repeat(12_000)],
    ['closers', ')]}'.repeat(33_000)],
    ['openers and closers', '([{'.repeat(60) + ')'.repeat(100_000)],
    ['commas', ','.repeat(100_000)],
    ['names', 'a '.repeat(50_000)],
    ['lines of names', 'a\n'.repeat(50_000)],
    ['strays', '§a;'.repeat(30_000)],
    ['foreign names', 'é '.repeat(30_000)],
    ['NUL', '\0'.repeat(100_000)],
    ['right to left', 'let x = "שלום"\n'.repeat(6_000)],
    ['errors', 'load a { from: }\n'.repeat(4_000)],
    ['comments', '# a\n'.repeat(25_000) + 'let x = 1'],
    ['colons', 'a:'.repeat(50_000)],
    ['list of mistakes', 'let x = [' + 'a b, '.repeat(15_000) + ']'],
    ['good', example.repeat(60)],
  ])('100,000 characters: %s', (_, text) => {
    codesOf(text);
  });
});
