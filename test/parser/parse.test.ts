// The surface of the language: program text and the tree it stands for.
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/parser/parse.ts';
import { example, expressionOf, exprText, mistakesOf, treeOf } from './rig.ts';

describe('declarations', () => {
  test('the example program', () => {
    expect(mistakesOf(example)).toBe('');
    expect(treeOf(example)).toBe(`fsl 1
param shots: int = 8 in (1 .. 64)
param data: path = "data/reviews.csv"
let seeds = [13, 21, 42, 87, 100]
load reviews
  from: data
  text: "review"
  label: "sentiment"
each seed in seeds
  split parts
    from: reviews
    test: 500
    validation: (shots per label)
    train: (shots per label)
    unlabelled: 2000
    seed: seed
  augment extra
    from: parts.train
    with: [synonyms(rate: share(0.1)), swap(rate: share(0.1)), delete(rate: share(0.1))]
    copies: 4
    gate: cv
    seed: seed
  fine-tune teacher
    model: "hf:sentence-transformers/all-MiniLM-L6-v2"
    from: extra
    validation: parts.validation
    method: contrastive(iterations: 20)
    batch_size: 16
    learning_rate: float(0.00002)
    seed: seed
  distill student
    teacher: teacher
    student: "builtin:fsl-mini"
    from: parts.unlabelled
    temperature: 2
    epochs: 3
    seed: seed
  evaluate score
    model: student
    on: parts.test
    metrics: [accuracy, macro_f1, mcc]
    require: (macro_f1 >= float(0.75))
compare summary
  of: score
`);
  });

  test.each([
    [
      'every form of param',
      'param a: list<list<int>>=[[1]] param b: "x" | "y" = "x" param c: path param d: int in [1, 2]',
      'param a: list<list<int>> = [[1]]\nparam b: "x" | "y" = "x"\nparam c: path\nparam d: int in [1, 2]\n',
    ],
    [
      'import and use',
      'import "./other.fsl" as base { shots: 4 } import "./x.fsl"\nas y use "fsl-vision"',
      'import "./other.fsl" as base\n  shots: 4\nimport "./x.fsl" as y\nuse "fsl-vision"\n',
    ],
    [
      'when with else, defaults, target',
      'when shots > 4 { load a { from: "x" } } else { load a { from: "y" } } defaults split { seed: 1 } target all = [a]',
      'when (shots > 4)\n  load a\n    from: "x"\nelse\n  load a\n    from: "y"\ndefaults split\n  seed: 1\ntarget all = [a]\n',
    ],
    [
      'nested stages and each',
      'tune best { folds: 4 fine-tune c { from: fold.train } each k in [1] { evaluate e { model: c } } }',
      'tune best\n  folds: 4\n  fine-tune c\n    from: fold.train\n  each k in [1]\n    evaluate e\n      model: c\n',
    ],
    [
      'commas are optional',
      'load d { from: "x"  text: "y" }, load e { from: "x", text: "y", }, let x = 1, let y = {a: 1 "b c": 2, c: {},}',
      'load d\n  from: "x"\n  text: "y"\nload e\n  from: "x"\n  text: "y"\nlet x = 1\nlet y = {a: 1, b c: 2, c: {}}\n',
    ],
    [
      'a header over several lines',
      'load\n  d\n{\n}\neach seed\n  in seeds\n{\n}\nwhen a\n  and b\n{\n}\nelse\n{\n  let y =\n    3\n}',
      'load d\neach seed in seeds\nwhen (a and b)\nelse\n  let y = 3\n',
    ],
    [
      'a comment directly above is the documentation',
      '# far\n\n# near\n#  two\nlet x = 1 # behind\nlet y = 2\n# of the stage\nload d {}\n# of the param\nparam p: int',
      '# near\n two\nlet x = 1\nlet y = 2\n# of the stage\nload d\n# of the param\nparam p: int\n',
    ],
    [
      'byte order mark and CRLF',
      '\uFEFFfsl 1\r\n# doc\r\nlet x = """\r\n  a\r\n    b\r\n  """\r\n',
      'fsl 1\n# doc\nlet x = "a\\n  b"\n',
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakesOf(text)).toBe('');
    expect(treeOf(text)).toBe(expected);
  });
});

describe('contextual words name anything', () => {
  const words = [
    'per',
    'label',
    'rest',
    'in',
    'by',
    'at',
    'as',
    'sd',
    'each',
    'when',
    'let',
    'param',
    'import',
    'use',
    'fsl',
    'defaults',
    'target',
    'test',
    'model',
    'fold',
    'search',
    'split',
    'fine-tune',
    'auto',
  ];
  test.each(words)('%s', (word) => {
    const text = `let ${word} = 3
param ${word}: int = 3 in 1..4
split ${word} { ${word}: ${word} other: ${word} per label
  ${word}: (${word})
  last: f(${word}: ${word}, ${word}).${word}[${word}: ${word}] }
each ${word} in ${word} { }
target ${word} = [${word}]
let m = { ${word}: 1 "x": ${word} }
`;
    expect(mistakesOf(text)).toBe('');
    expect(treeOf(text)).toBe(`let ${word} = 3
param ${word}: int = 3 in (1 .. 4)
split ${word}
  ${word}: ${word}
  other: (${word} per label)
  ${word}: forced(${word})
  last: f(${word}: ${word}, ${word}).${word}[${word}: ${word}]
each ${word} in ${word}
target ${word} = [${word}]
let m = {${word}: 1, x: ${word}}
`);
  });
  test.each(['true', 'false', 'null', 'and', 'or', 'not', 'if', 'then', 'else'])('%s is reserved', (word) => {
    expect(mistakesOf(`let ${word} = 3`)).toContain('expected a name after `let`');
  });
  test('an option named like a suffix follows an option', () => {
    expect(
      treeOf('a b { x: 2 sd: 3 y: 1 per: 4 z: q by: 5 at: 6 w: 1\n per: 7 v: 2 sd u: 3 sd\n sd x {} }'),
    ).toBe(
      'a b\n  x: 2\n  sd: 3\n  y: 1\n  per: 4\n  z: q\n  by: 5\n  at: 6\n  w: 1\n  per: 7\n  v: (2 sd)\n  u: (3 sd)\n  sd x\n',
    );
  });
});

test.each([
  ['fine-tune', 'fine-tune'],
  ['a-b', 'a-b'],
  ['n-1', '(n - 1)'],
  ['a - b', '(a - b)'],
  ['a -b', '(a - b)'],
  ['a--b', '(a - (- b))'],
  ['not-a', 'not-a'],
  ['1..64', '(1 .. 64)'],
  ['1 + 1..2 * 3', '((1 + 1) .. (2 * 3))'],
  ['-2..-1', '((- 2) .. (- 1))'],
  ['a or b and not c == d', '(a or (b and (not (c == d))))'],
  ['not a == b and c', '((not (a == b)) and c)'],
  ['1 - 2 - 3', '((1 - 2) - 3)'],
  ['1 - (2 - 3)', '(1 - (2 - 3))'],
  ['-a * b', '((- a) * b)'],
  ['a < b and b < c', '((a < b) and (b < c))'],
  ['(a < b) == (c < d)', '((a < b) == (c < d))'],
  ['8 per label', '(8 per label)'],
  ['2 * n + 1 per label', '(((2 * n) + 1) per label)'],
  ['if big then 16 else 8 per label', '((if big then 16 else 8) per label)'],
  ['if big then 16 per label else 8 per label', '(if big then (16 per label) else (8 per label))'],
  ['if a then 1 sd else if b then 2 sd else 3 sd', '(if a then (1 sd) else (if b then (2 sd) else (3 sd)))'],
  ['(if a then 1 per label else 2) per label', '((if a then (1 per label) else 2) per label)'],
  ['if a then b else if c then d else e', '(if a then b else (if c then d else e))'],
  ['[8 per label, 2 sd]', '[(8 per label), (2 sd)]'],
  ['a.f1 > b.f1 by 0.02 at 95%', '((a.f1 > b.f1) by float(0.02) at share(0.95))'],
  ['f1 >= 0.5 at 90%', '((f1 >= float(0.5)) at share(0.9))'],
  ['f1 > g by 2 sd', '((f1 > g) by (2 sd))'],
  ['(name)', 'forced(name)'],
  ['((name))', 'forced(name)'],
  ['(a).b', 'forced(a).b'],
  ['(a.b)', 'a.b'],
  ['score[seed: 13, model: "a"].f1', 'score[seed: 13, model: "a"].f1'],
  ['f()', 'f()'],
  ['f(1, a: 2, [3,],)', 'f(1, a: 2, [3])'],
  ['{}', '{}'],
  ['{ a: 1, "b c": [2] c: { d: rest } }', '{a: 1, b c: [2], c: {d: rest}}'],
  ['12', '12'],
  ['1_000', '1000'],
  ['2e-5', 'float(0.00002)'],
  ['1e3', 'float(1000)'],
  ['10%', 'share(0.1)'],
  ['0.1%', 'share(0.001)'],
  ['7%', 'share(0.07)'],
  ['90s', 'duration(90)'],
  ['1.5h', 'duration(5400)'],
  ['30d', 'duration(2592000)'],
  ['512MB', 'size(512000000)'],
  ['8GB', 'size(8000000000)'],
  ['true', 'true'],
  ['null', 'null'],
])('expression %s', (text, expected) => {
  expect(exprText(expressionOf(text))).toBe(expected);
});

test.each([
  ['"a\\n\\u00e9\\/\\""', '"a\\né/\\""'],
  ['""', 'text()'],
  ['"{column} {{x}} $5 $$"', '"{column} {{x}} $5 $$"'],
  ['"a ${b} c"', 'text("a " b " c")'],
  ['"${a}${b + 1}"', 'text(a (b + 1))'],
  ['"$${a}"', '"${a}"'],
  ['"${f("x ${y} }", {k: 1})}"', 'text(f(text("x " y " }"), {k: 1}))'],
  ['"""one"""', '"one"'],
  ['"""\n    a "quoted"\n\n      b ${x}\n    """', 'text("a \\"quoted\\"\\n\\n  b " x)'],
  ['"""first\n  second"""', '"first\\nsecond"'],
  ['"""a\\nb"""', '"a\\nb"'],
  ['"日本語 שלום"', '"日本語 שלום"'],
])('string %s', (text, expected) => {
  expect(exprText(expressionOf(text))).toBe(expected);
});

test('spans are the smallest text of each node, inside strings too', () => {
  const text = 'let x = "a ${ b.c + 1 }"';
  const expr = expressionOf('"a ${ b.c + 1 }"');
  const code = expr.node === 'text' ? expr.parts[1] : undefined;
  if (code === undefined || typeof code === 'string') throw new Error('no expression in the string');
  const inner = 'b.c + 1';
  expect(code.span.source.text.slice(code.span.start, code.span.end)).toBe(inner);
  const declaration = parse({ path: 'x.fsl', text }).file.declarations[0];
  expect([declaration?.span.start, declaration?.span.end]).toEqual([0, text.length]);
});
