// Diagnostics as people see them.
import { expect, test } from 'vitest';
import { diagnostic, type Problem } from '../../src/parser/diagnostic.ts';
import { parse } from '../../src/parser/parse.ts';
import { diagnosticsAsJson, printDiagnostic, printDiagnostics } from '../../src/parser/print.ts';
import type { Source } from '../../src/parser/source.ts';

function at(text: string, marked: string, more: Partial<Problem> = {}): Problem {
  const source: Source = { path: 'p.fsl', text };
  const start = text.indexOf(marked);
  const span = { source, start, end: start + marked.length };
  return { code: 'unknown-option', message: 'no option `x`', span, ...more };
}

test('message, place, line, underline, notes, hint', () => {
  const text = 'load a {\n  from: 1\n}\nload a { }\n';
  const problem = at(text, 'from');
  const { source } = problem.span;
  const other: Source = { path: 'q.fsl', text: 'let a = 1' };
  const entry = diagnostic({
    ...problem,
    notes: [
      { span: { source, start: 5, end: 6 }, message: 'first declared here' },
      { span: { source, start: 17, end: 18 }, message: 'this value' },
      { span: { source: other, start: 4, end: 5 }, message: 'and here' },
    ],
    hint: 'did you mean `format`?\nor `label`?',
  });
  expect(printDiagnostic(entry)).toBe(`error[unknown-option]: no option \`x\`
 --> p.fsl:2:3
  |
2 |   from: 1
  |   ^^^^
1 | load a {
  |      - first declared here
  |         - this value
 --> q.fsl:1:5
  |
1 | let a = 1
  |     - and here
  = hint: did you mean \`format\`?
          or \`label\`?`);
});

test.each([
  ['tabs', '\tlet\tx = §', '§', '1 |     let    x = §\n  |                ^'],
  ['wide characters', 'let x = "日本語" + ß', 'ß', '1 | let x = "日本語" + ß\n  |                    ^'],
  ['marked wide characters', 'let 日本 = 1', '日本', '1 | let 日本 = 1\n  |     ^^^^'],
  ['combining marks', 'let x = "e\u0301" §', '§', '1 | let x = "e\u0301" §\n  |             ^'],
  [
    'text that would turn the line around',
    'let x = "\u202Eabc" §',
    '§',
    '1 | let x = "\uFFFDabc" §\n  |                ^',
  ],
  ['control characters', 'a \u001B[2J §', '§', '1 | a \uFFFD[2J §\n  |        ^'],
  ['carriage returns', 'let x = 1\r\nlet y\r\n', 'let y', '2 | let y\n  | ^^^^^'],
  ['a byte order mark', '\uFEFFlet x', 'x', '1 | let x\n  |     ^'],
  ['several lines', 'let x = [\n 1]', '[\n 1]', '1 | let x = [\n  |         ^'],
])('a line with %s', (_, text, marked, expected) => {
  const printed = printDiagnostic(diagnostic(at(text, marked)));
  expect(printed.split('\n').slice(3).join('\n')).toBe(expected);
});

test('a place between characters, at the end, and in an empty text', () => {
  const source: Source = { path: 'p.fsl', text: 'let x =' };
  const span = { source, start: 7, end: 7 };
  expect(printDiagnostic(diagnostic({ code: 'cycle', message: 'm', span }))).toBe(
    'error[cycle]: m\n --> p.fsl:1:8\n  |\n1 | let x =\n  |        ^',
  );
  const empty = { source: { path: 'data.csv', text: '' }, start: 0, end: 0 };
  expect(printDiagnostic(diagnostic({ code: 'missing-file', message: 'm', span: empty, hint: 'h' }))).toBe(
    'error[missing-file]: m\n --> data.csv\n  = hint: h',
  );
});

test('an excerpt counts lines from where it starts', () => {
  const source: Source = { path: 'd.csv', text: 'a,b,c\n', firstLine: 900_000 };
  const printed = printDiagnostic(
    diagnostic({ code: 'bad-table', message: 'm', span: { source, start: 4, end: 5 } }),
  );
  expect(printed).toBe(
    'error[bad-table]: m\n      --> d.csv:900000:5\n       |\n900000 | a,b,c\n       |     ^',
  );
});

test('long lines are cut around the place', () => {
  const text = `let x = "${'a'.repeat(300)}" §§ "${'b'.repeat(300)}"`;
  const lines = printDiagnostic(diagnostic(at(text, '§§')), { width: 60 }).split('\n');
  expect(lines[3]?.length).toBeLessThanOrEqual(60);
  const [line = '', underline = ''] = lines.slice(3);
  expect(line.slice(underline.indexOf('^'), underline.lastIndexOf('^') + 1)).toBe('§§');
  expect(line).toMatch(/^1 \| ….*…$/);
  const whole = printDiagnostic(diagnostic(at(text, text)), { width: 60 }).split('\n');
  expect(whole[3]?.length).toBeLessThanOrEqual(60);
});

test('colour is only added', () => {
  const entry = diagnostic(at('let x = §', '§', { severity: 'warning', hint: 'remove it' }));
  const painted = printDiagnostic(entry, { colour: true });
  expect(painted).toContain('\u001B[1;33mwarning[unknown-option]\u001B[0m');
  expect(painted.replace(/\u001B\[[\d;]*m/g, '')).toBe(printDiagnostic(entry));
});

test('a list is separated by blank lines', () => {
  const { diagnostics } = parse({ path: 'p.fsl', text: 'let x =\n\nlet 3 = 4' });
  expect(printDiagnostics(diagnostics)).toBe(`error[unexpected-text]: expected a value after \`=\`
 --> p.fsl:1:8
  |
1 | let x =
  |        ^

error[unexpected-text]: expected a name after \`let\`, not \`3\`
 --> p.fsl:3:5
  |
3 | let 3 = 4
  |     ^
`);
  expect(printDiagnostics([])).toBe('');
});

test('JSON: 1-based lines, columns in code points', () => {
  const { diagnostics } = parse({ path: 'p.fsl', text: "let x = 1\nlet y = '🙂' 'b'" });
  expect(diagnosticsAsJson(diagnostics)).toEqual({
    version: 1,
    diagnostics: [
      {
        code: 'unexpected-text',
        severity: 'error',
        message: 'strings take double quotes',
        file: 'p.fsl',
        start: { line: 2, column: 9, offset: 18 },
        end: { line: 2, column: 12, offset: 22 },
        notes: [],
        hint: 'write `"🙂"`',
        fix: {
          file: 'p.fsl',
          start: { line: 2, column: 9, offset: 18 },
          end: { line: 2, column: 12, offset: 22 },
          text: '"🙂"',
        },
      },
      {
        code: 'unexpected-text',
        severity: 'error',
        message: 'strings take double quotes',
        file: 'p.fsl',
        start: { line: 2, column: 13, offset: 23 },
        end: { line: 2, column: 16, offset: 26 },
        notes: [],
        hint: 'write `"b"`',
        fix: {
          file: 'p.fsl',
          start: { line: 2, column: 13, offset: 23 },
          end: { line: 2, column: 16, offset: 26 },
          text: '"b"',
        },
      },
    ],
  });
});
