// Formatting: what it looks like, and that it keeps the tree and every comment, and has nothing to do the second time.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { format } from '../../src/parser/format.ts';
import { createLex } from '../../src/parser/lex.ts';
import { parse } from '../../src/parser/parse.ts';
import { sameTree } from '../../src/parser/same-tree.ts';
import { example, treeOf } from './rig.ts';
import { file, printFile } from './trees.ts';

function formatted(text: string): string {
  const result = format({ path: 'test.fsl', text });
  if (result.state === 'broken') throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
  return result.text;
}

const lex = createLex();

function commentsOf(text: string): readonly string[] {
  return lex({ path: '', text }).comments.map(({ start, end }) => text.slice(start, end).trimEnd());
}

/** The same tree and comments, and nothing to do the second time. */
function expectKept(text: string): void {
  const result = formatted(text);
  expect(commentsOf(result)).toEqual(commentsOf(text));
  expect(formatted(result), text).toBe(result);
  expect(result).not.toMatch(/^\uFEFF|\n\n\n|\r(?!\n)/);
  expect(result).not.toMatch(/^[^\n]*\r\n/.test(text) ? /(?<!\r)\n/ : /\r/);
}

describe('layout', () => {
  test.each([
    ['nothing', '', ''],
    ['only white space', ' \n\n\t', ''],
    ['only comments', '\n# a\n\n\n# b', '# a\n\n# b\n'],
    ['declarations on lines of their own', 'fsl 1 let a=1,let b = 2', 'fsl 1\nlet a = 1\nlet b = 2\n'],
    ['at most one empty line', 'let a = 1\n\n\n\nlet b = 2\n\n', 'let a = 1\n\nlet b = 2\n'],
    [
      'values in one column, entries without commas',
      'load d {\n\n from: "x", text:\n "t"\n\n\n label :"l" }',
      'load d {\n  from:  "x"\n  text:  "t"\n\n  label: "l"\n}\n',
    ],
    ['what is on one line stays there', 'load d{from:"x"   text:"t"}', 'load d { from: "x", text: "t" }\n'],
    [
      'unless it is too long',
      `load d { from: "${'x'.repeat(80)}" text: "t" }`,
      `load d {\n  from: "${'x'.repeat(80)}"\n  text: "t"\n}\n`,
    ],
    ['empty blocks', 'load d {\n\n}\neach a in b {}', 'load d {}\neach a in b {}\n'],
    [
      'blocks in blocks',
      'each a in [1,2] { each b in c {\nload d{ seed: a}\n} }',
      'each a in [1, 2] {\n  each b in c {\n    load d { seed: a }\n  }\n}\n',
    ],
    [
      'branches alike',
      'when a { load d {} }\nelse { load d { limit: 3 } }',
      'when a {\n  load d {}\n} else {\n  load d { limit: 3 }\n}\n',
    ],
    ['an empty branch', 'when a { load d {} } else {}', 'when a { load d {} } else {}\n'],
    [
      'an import',
      'import "./a.fsl" as a { x:1 }\nimport "b" as b {}\nimport "c" as c',
      'import "./a.fsl" as a { x: 1 }\nimport "b" as b {}\nimport "c" as c\n',
    ],
    [
      'types',
      'param a:list<list< int >>=[ [1] ]in 1 .. 3\nparam b:"x"|"y"',
      'param a: list<list<int>> = [[1]] in 1..3\nparam b: "x" | "y"\n',
    ],
    ['a type and its default written together', 'param a: list<int>=[1]', 'param a: list<int> = [1]\n'],
    [
      'options and stages of a block keep their order',
      'tune t {\n from: a\n load d { x: 1 }\n folds: 4 }',
      'tune t {\n  from:  a\n  load d { x: 1 }\n  folds: 4\n}\n',
    ],
    [
      'literals as they are spelt',
      'let a = [1_000, 2e-5, 120s, 1.50, 10%, "a\\u0041"]',
      'let a = [1_000, 2e-5, 120s, 1.50, 10%, "a\\u0041"]\n',
    ],
    [
      'keys as they are written',
      'let a = {\n "b": 1\n c: 2\n "größer": 3 }',
      'let a = {\n  "b":      1\n  c:        2\n  "größer": 3\n}\n',
    ],
    ['parentheses that were written, once', 'let a = ((b*c))+(d)', 'let a = (b * c) + (d)\n'],
    ['ranges', 'let a = 1 .. 4\nlet b = 1..n-1', 'let a = 1..4\nlet b = 1 .. n - 1\n'],
    [
      'branches of an expression',
      'let a = if b then 8 per label else if c then 4 per label else 2 per label',
      'let a = if b then 8 per label else if c then 4 per label else 2 per label\n',
    ],
    [
      'a requirement',
      'evaluate e { require: a.f1>b.f1 at 95% by 2 sd }',
      'evaluate e { require: a.f1 > b.f1 at 95% by 2 sd }\n',
    ],
    [
      'long lists, one element a line',
      `let a = [${['one', 'two', 'three'].map((word) => `"${word.repeat(9)}"`).join(',')}, f(x: 1,)]`,
      `let a = [\n  "${'one'.repeat(9)}",\n  "${'two'.repeat(9)}",\n  "${'three'.repeat(9)}",\n  f(x: 1),\n]\n`,
    ],
    [
      'long lists of numbers, as many as fit',
      `let a = [${Array.from({ length: 60 }, (_, i) => i).join(',')}]`,
      'let a = [\n  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,\n' +
        '  27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,\n' +
        '  51, 52, 53, 54, 55, 56, 57, 58, 59,\n]\n',
    ],
    [
      'long operations break behind operators',
      `evaluate e {\n where: ${'aaaaaaaaaaaaaa == 1 and '.repeat(4)}b }`,
      'evaluate e {\n  where: aaaaaaaaaaaaaa == 1 and\n    aaaaaaaaaaaaaa == 1 and\n    aaaaaaaaaaaaaa == 1 and\n' +
        '    aaaaaaaaaaaaaa == 1 and\n    b\n}\n',
    ],
    [
      'texts over several lines, to the letter',
      'prompt p {\n  template: """\n      Hello  \n\n    {text}\t\n  """, x: 1 }',
      'prompt p {\n  template: """\n      Hello  \n\n    {text}\t\n  """\n  x:        1\n}\n',
    ],
    ['a long text as the only argument', 'let a = f("""\n x\n""")', 'let a = f("""\n x\n""")\n'],
    [
      'without a byte order mark, and with the line ends of the first line',
      '\uFEFFlet a = 1 # b\r\n\r\nlet c = 2\n',
      'let a = 1  # b\r\n\r\nlet c = 2\r\n',
    ],
    ['also inside texts', 'let a = """\n  b\r\n  c\n"""\r\n', 'let a = """\n  b\n  c\n"""\n'],
  ])('%s', (_, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expect(formatted(expected)).toBe(expected);
  });

  test('text with mistakes is not touched', () => {
    expect(format({ path: 'a.fsl', text: 'let a =' })).toMatchObject({
      state: 'broken',
      diagnostics: [{ code: 'unexpected-text' }],
    });
  });
});

describe('comments', () => {
  test('everywhere', () => {
    const text = `# first

# of the version
fsl 1 # behind it
# of a
let a = [ # behind the bracket
  1, # one
  # above two
  2 # two
  # last
]
load # in the header
  d { # behind the brace

  # above an option
  from : # behind the colon
    "x" # behind a value

  # above another

  text: f(
    # above an argument
    a: 1 # behind it
    , b: 2 +  # behind an operator
    3
  )
  # at the end
}
# above when
when a # behind the condition
{ load e {} # behind a stage
}
# before else
else # behind else
{ # behind its brace
  # alone
}
each s in [] {
  # nothing but this
}
# the end`;
    expect(formatted(text)).toMatchInlineSnapshot(`
      "# first

      # of the version
      fsl 1  # behind it
      # of a
      let a = [  # behind the bracket
        1,  # one
        # above two
        2,  # two
        # last
      ]
      load  # in the header
        d {  # behind the brace
        # above an option
        from:  # behind the colon
          "x"  # behind a value

        # above another

        text: f(
          # above an argument
          a: 1,  # behind it
          b: 2 +  # behind an operator
            3,
        )
        # at the end
      }
      # above when
      when a {  # behind the condition
        load e {}  # behind a stage
      }
      # before else
      else {  # behind else
        # behind its brace
        # alone
      }
      each s in [] {
        # nothing but this
      }
      # the end
      "
    `);
    expectKept(text);
    expect(treeOf(formatted(text))).toBe(treeOf(text));
  });

  test.each([
    [
      'keep their column',
      'let a = 1      # x\nlet long = 2   # y\n',
      'let a = 1      # x\nlet long = 2   # y\n',
    ],
    [
      'keep it together',
      'let a=1   # x\nlet bbbbb=2  # z\nlet b=2   # y\n',
      'let a = 1  # x\nlet bbbbb = 2  # z\nlet b = 2  # y\n',
    ],
    [
      'move together where the code grows',
      'let a=1    # x\nlet b=2+2  # y\nlet c=3    # z\n',
      'let a = 1      # x\nlet b = 2 + 2  # y\nlet c = 3      # z\n',
    ],
    [
      'follow the last line of what is broken',
      `let a = [${'"aaaaaaaaaaaa", '.repeat(8)}] # x\n`,
      `let a = [\n${'  "aaaaaaaaaaaa",\n'.repeat(8)}]  # x\n`,
    ],
  ])('behind code %s', (_, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expectKept(text);
  });
});

const root = join(import.meta.dirname, '..', '..');
const pipelines = readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.fsl'));
const programs = [
  ...pipelines.map((name) => join('pipelines', name)),
  ...readdirSync(join(root, 'test/golden'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.fsl'))
    .map((name) => join('test/golden', name)),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
const good = programs.filter(({ text }) => parse({ path: '', text }).diagnostics.length === 0);

test('the example programs are formatted', () => {
  for (const name of pipelines) {
    const text = readFileSync(join(root, 'pipelines', name), 'utf8');
    expect(formatted(text)).toBe(text);
  }
  expect(formatted(example)).toBe(example);
});

test.each(good)('$name keeps its tree, its comments and its documentation', ({ text }) => {
  expect(treeOf(formatted(text))).toBe(treeOf(text));
  expectKept(text);
});

/** Other white space and comments between the tokens of a text, but in the tree the same. */
const disturbances = fc.array(
  fc.record({
    at: fc.nat(),
    put: fc.constantFrom(' ', '\n', '\n\n\n', ' # x\n', '\n# y\n', '\n\n# z  \n\n', ' #\n', '\t#\t\r\n'),
  }),
  { maxLength: 6 },
);

function disturb(text: string, changes: readonly { readonly at: number; readonly put: string }[]): string {
  const { tokens } = lex({ path: '', text });
  const places = tokens.map(({ startOffset }) => startOffset);
  const ordered = changes
    .map(({ at, put }) => ({ at: places[at % Math.max(1, places.length)] ?? 0, put }))
    .sort((a, b) => b.at - a.at);
  return ordered.reduce((result, { at, put }) => result.slice(0, at) + put + result.slice(at), text);
}

test('white space and comments anywhere', () => {
  let same = 0;
  let all = 0;
  const check = (text: string, changes: readonly { readonly at: number; readonly put: string }[]): void => {
    const disturbed = disturb(text, changes);
    const [before, after] = [text, disturbed].map((one) => parse({ path: '', text: one }));
    all += 1;
    if (before === undefined || after === undefined || after.diagnostics.length > 0) return;
    if (!sameTree(before.file, after.file)) return;
    same += 1;
    expectKept(disturbed);
  };
  const program = fc.constantFrom(example, ...good.map(({ text }) => text));
  fc.assert(fc.property(program, disturbances, check), { numRuns: 300 });
  fc.assert(fc.property(file.map(printFile), disturbances, check), { numRuns: 300 });
  expect(same / all).toBeGreaterThan(0.9);
});

test('edits of programs that are still programs', () => {
  const word = fc.constantFrom(
    '',
    ',',
    ' ',
    '\n',
    '# c\n',
    '(',
    ')',
    '1',
    '"a"',
    'a',
    '{}',
    '[',
    ']',
    '-',
    'x: 1',
    '"""\na\n"""',
  );
  const edit = fc.record({ at: fc.nat(), drop: fc.nat(12), put: word });
  const program = fc.constantFrom(example, ...good.map(({ text }) => text));
  let kept = 0;
  fc.assert(
    fc.property(program, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      const edited = edits.reduce((result, { at, drop, put }) => {
        const from = at % result.length;
        return result.slice(0, from) + put + result.slice(from + drop);
      }, text);
      if (parse({ path: '', text: edited }).diagnostics.length > 0) return;
      kept += 1;
      expectKept(edited);
    }),
    { numRuns: 400 },
  );
  expect(kept).toBeGreaterThan(20);
});
