// One mistake gives one error and touches only the declaration it is in; two mistakes give two errors.
import { describe, expect, test } from 'vitest';
import type * as Ast from '../../src/parser/ast.ts';
import { parse } from '../../src/parser/parse.ts';
import { example, mistakesOf, treeOf } from './rig.ts';

test.each([
  [
    'a value is missing',
    'load a {\n  from:\n  text: "x"\n}',
    '2:8-8 unexpected-text: expected a value after `:`\n',
    'load a\n  from: <missing>\n  text: "x"\n',
  ],
  [
    'two mistakes in one stage',
    'load a {\n  from: 1 2\n  text: [1,\n  x]\n  label: +\n}',
    '2:11-12 unexpected-text: expected the next option or `}` after `1`, not `2`; an option has one value; text stands in double quotes\n5:10-11 unexpected-text: expected a value after `:`, not `+`\n',
    'load a\n  from: <missing>\n  text: [1, x]\n  label: <missing>\n',
  ],
  [
    'mistakes in two elements of a list',
    'let x = [1, 2 3, f(a b), 4]',
    '1:15-16 unexpected-text: expected `,` or `]` after `2`, not `3`; commas stand between the elements of `[]` and `()`\n1:22-23 unexpected-text: expected `,` or `)` after `a`, not `b`; commas stand between the elements of `[]` and `()`\n',
    'let x = [1, <missing>, f(<missing>), 4]\n',
  ],
  [
    'a misspelt keyword',
    'lett x = 3\neac y in [1] {\n}\nparm z: int',
    '1:1-5 unexpected-text: `lett` starts no declaration; did you mean `let`?\n2:1-4 unexpected-text: `eac` starts no declaration; did you mean `each`?\n4:1-5 unexpected-text: `parm` starts no declaration; did you mean `param`?\n',
    'let x = 3\neach y in [1]\nparam z: int\n',
  ],
  [
    'no keyword, or the wrong sign',
    'x = 3\nload a {\n  from = "x"\n}\nlet y: 4',
    '1:1-2 unexpected-text: `x = …` starts no declaration; write `let x = …`\n3:8-9 unexpected-text: expected `:` after `from`, not `=`; an option is written `name: value`\n5:6-7 unexpected-text: expected `=` after `y`, not `:`; write `=`; `:` is for options\n',
    'let x = 3\nload a\n  from: "x"\nlet y = <missing>\n',
  ],
  [
    'names are missing',
    'load {\n  from: 1\n}\nlet = 3\neach in x {\n  let y = 1\n}',
    '1:6-7 unexpected-text: expected the name of the stage after `load`, not `{`; a stage is written `kind name { option: value }`\n4:5-6 unexpected-text: expected a name after `let`, not `=`\n5:9-10 unexpected-text: expected `in` after `in`, not `x`\n',
    'load <missing>\n  from: 1\nlet <missing> = 3\neach in in <missing>\n  let y = 1\n',
  ],
  [
    'an option outside a stage, once',
    'from: 1\ntext: 2\nlet x = 1',
    '1:1-5 unexpected-text: the option `from` stands outside a stage; options stand inside a stage: `kind name { option: value }`\n',
    'let x = 1\n',
  ],
  [
    'an unclosed block',
    'load a {\n  from: 1\n\nlet x = 1',
    '1:8-9 unexpected-text: this `{` is never closed; close it with `}`\n',
    'load a\n  from: 1\nlet x = 1\n',
  ],
  [
    'a block without its brace',
    'each s in [1]\n  load a\n    from: 1\n  }\n}',
    '1:14-14 unexpected-text: a `{` is missing here; a stage is written `kind name { option: value }`\n2:9-9 unexpected-text: a `{` is missing here; a stage is written `kind name { option: value }`\n',
    'each s in [1]\n  load a\n    from: 1\n',
  ],
  [
    'a brace too many',
    'load a {\n  from: 1\n}\n}\nlet x = 1',
    '4:1-2 unexpected-text: this `}` closes nothing; remove it\n',
    'load a\n  from: 1\nlet x = 1\n',
  ],
  [
    'an unclosed string',
    'load a {\n  from: "x\n  text: ["a, b]\n}\nlet y = "z',
    '2:9-11 unclosed-string: this string is never closed; close it with `"`; a string over several lines takes `"""`\n5:9-11 unclosed-string: this string is never closed; close it with `"`; a string over several lines takes `"""`\n',
    'load a\n  from: "x"\n  text: ["a, b"]\nlet y = "z"\n',
  ],
  [
    'an unclosed triple string',
    'let x = """a\nlet y = 3',
    '1:9-12 unclosed-string: this string is never closed; close it with `"""`\n',
    'let x = "a\\nlet y = 3"\n',
  ],
  [
    'quotes, dashes and spaces of word processors',
    "let a = 'x'\nlet b = “x”\nlet c = 3 – 4\nlet d =\u00A05\nlet größe = 1",
    '1:9-12 unexpected-text: strings take double quotes; write `"x"`\n2:9-10 bad-character: `“` means nothing here; strings take straight quotes: `"`\n2:11-12 bad-character: `”` means nothing here; strings take straight quotes: `"`\n3:11-12 bad-character: `–` means nothing here; this is a dash; a minus is `-`\n4:8-9 bad-character: `U+00A0` means nothing here; this is a no-break space; type an ordinary space\n5:5-10 bad-character: `größe` has letters that a name cannot have; names are made of `A-Z`, `a-z`, `0-9`, `_` and `-`; any text may stand in a string\n',
    'let a = "x"\nlet b = x\nlet c = <missing>\nlet d = 5\nlet größe = 1\n',
  ],
  [
    'numbers',
    'let a = 10xb\nlet b = 1__0\nlet c = .5\nlet d = 99999999999999999\nlet e = 5min\nlet f = 2e\nlet g = 1e999\nlet h = 4GiB\nfsl 1.5',
    '1:9-13 bad-number: `xb` is not a unit; units are `%`, `s m h d` and `B KB MB GB TB`\n2:9-13 bad-number: `__0` is not a unit; `_` stands between digits: `1_000`\n3:9-11 bad-number: `.5` lacks a digit before the point; write `0.5`\n4:9-26 bad-number: `99999999999999999` is too large to be exact\n5:9-13 bad-number: `min` is not a unit; durations are written `90s`, `5m`, `2h` or `30d`\n6:9-11 bad-number: `e` is not a unit; an exponent needs digits: `2e-5`\n7:9-14 bad-number: `1e999` is too large\n8:9-13 bad-number: `GiB` is not a unit; sizes are written `B KB MB GB TB`, with 1 KB = 1,000 B\n9:5-8 bad-number: a language version is a whole number; write `fsl 1`\n',
    'let a = <missing>\nlet b = <missing>\nlet c = <missing>\nlet d = <missing>\nlet e = <missing>\nlet f = <missing>\nlet g = <missing>\nlet h = <missing>\n',
  ],
  [
    'escapes and interpolation',
    'let a = "\\q \\u12 ${ 1 + } ${b"',
    '1:10-12 bad-escape: `\\q` is not an escape; a backslash is written `\\\\`\n1:13-15 bad-escape: `\\u` takes four hexadecimal digits; a backslash is written `\\\\`\n1:24-24 unexpected-text: expected a value after `+`\n1:27-29 unclosed-string: this `${` is never closed; close it with `}`; a literal `${` is written `$${`\n',
    'let a = text("q u12 " <missing> " ${b")\n',
  ],
  [
    'chains that mean nothing',
    'let a = 1 < 2 < 3\nlet b = 1..2..3\nlet c = x by 1 by 2',
    '1:15-16 unexpected-text: `<` cannot follow `<` in one comparison or range; write `a < b and b < c`\n2:13-15 unexpected-text: `..` cannot follow `..` in one comparison or range; a range has two ends\n3:16-18 unexpected-text: `by` is given twice; remove one of them\n',
    'let a = ((1 < 2) < 3)\nlet b = ((1 .. 2) .. 3)\nlet c = (x by 1)\n',
  ],
  [
    'other languages',
    'let a = x && y\nlet b = x | y\nlet c = f.g(1)\nlet d = s[0]\nlet e = 1, 2\nload f {\n  each: 1;\n}\n// note',
    '1:11-13 bad-character: `&&` means nothing here; write `and`\n2:11-12 unexpected-text: expected the next declaration after `x`, not `|`; write `or`\n3:12-13 unexpected-text: expected the next declaration after `g`, not `(`; only a plain name can be called: `name(argument: value)`\n4:11-12 unexpected-text: expected a key such as `seed:` after `[`, not `0`; instances are selected by key: `score[seed: 13]`\n5:10-11 unexpected-text: expected the next declaration after `1`, not `,`; several values are a list: `[a, b]`\n7:10-11 bad-character: `;` means nothing here; nothing stands between options and declarations; remove it\n9:1-2 unexpected-text: expected the next declaration after `}`, not `/`; comments start with `#`\n',
    'let a = <missing>\nlet b = <missing>\nlet c = <missing>\nlet d = <missing>\nlet e = <missing>\nload f\n  each: 1\n',
  ],
])('%s', (_, text, mistakes, tree) => {
  expect(mistakesOf(text)).toBe(mistakes);
  expect(treeOf(text)).toBe(tree);
});

interface Unit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Every declaration by its path, without what lies in the body of an `each`. */
function unitsOf(text: string): { readonly units: ReadonlyMap<string, Unit>; readonly errors: number } {
  const { file, diagnostics } = parse({ path: 'x.fsl', text });
  const units = new Map<string, Unit>();
  const plain = (node: object): string =>
    JSON.stringify(node, (key, value: unknown) => (key === 'span' || key === 'doc' ? undefined : value));
  const walk = (declarations: readonly Ast.Declaration[], path: string): void => {
    for (const declaration of declarations) {
      const { start, end } = declaration.span;
      const name = 'name' in declaration ? declaration.name.text : declaration.node;
      if (declaration.node !== 'each') units.set(`${path}/${name}`, { start, end, text: plain(declaration) });
      else {
        const first = declaration.body[0];
        const header = { start, end: first?.span.start ?? end };
        units.set(`${path}/each`, { ...header, text: plain({ ...declaration, body: [] }) });
        walk(declaration.body, `${path}/each`);
      }
    }
  };
  walk(file.declarations, '');
  return { units, errors: diagnostics.length };
}

describe('single edits of the example', () => {
  const before = unitsOf(example).units;

  /** Declarations that an edit at `offset` changed though it does not touch them. */
  function hurt(offset: number, after: ReadonlyMap<string, Unit>): readonly string[] {
    return [...before]
      .filter(([, { start, end }]) => offset < start - 1 || offset > end + 1)
      .filter(([path, { text }]) => after.get(path)?.text !== text)
      .map(([path]) => path);
  }

  test('any one character left out: at most one error, and only the declaration around it is affected', () => {
    const bad: string[] = [];
    for (let i = 0; i < example.length; i += 1) {
      const { units, errors } = unitsOf(example.slice(0, i) + example.slice(i + 1));
      const others = hurt(i, units);
      if (errors > 1 || others.length > 0) bad.push(`${i} ${errors} ${others.join(' ')}`);
    }
    expect(bad).toEqual([]);
  });

  // A few insertions change more: a bracket in front of a declaration, for one.
  test.each([
    ['{', 0.05],
    ['}', 0.04],
    ['[', 0.04],
    [']', 0.01],
    ['(', 0.04],
    [')', 0.01],
    ['"', 0.01],
    [',', 0.02],
    [':', 0.01],
    ['=', 0.01],
    ['.', 0.01],
    ['x', 0.02],
    ['5', 0.01],
    ['§', 0.01],
    ['-', 0.01],
    ['<', 0.01],
  ])('%s put in anywhere: nearly always one error that affects only its declaration', (character, share) => {
    let bad = 0;
    let tried = 0;
    for (let i = 0; i < example.length; i += 3) {
      tried += 1;
      const { units, errors } = unitsOf(example.slice(0, i) + character + example.slice(i));
      if (errors > 1 || hurt(i, units).length > 0) bad += 1;
    }
    expect(bad / tried).toBeLessThan(share);
  });

  test('mistakes in two declarations give two errors', () => {
    const twice = example
      .replace('from:  data', 'from:  data data')
      .replace('temperature: 2', 'temperature:');
    expect(mistakesOf(twice).split('\n')).toHaveLength(3);
    const third = twice.replace('let seeds =', 'let seeds');
    expect(mistakesOf(third).split('\n')).toHaveLength(4);
  });
});
