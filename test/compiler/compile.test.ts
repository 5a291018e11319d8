import { describe, expect, test } from 'vitest';
import { base, compileText } from './rig.ts';

/** Options of the only step of a name. */
function optionsOf(text: string, name: string, params: Readonly<Record<string, string>> = {}): unknown {
  const { pipeline, problems } = compileText(text, params);
  expect(problems.filter((problem) => !problem.startsWith('warning'))).toEqual([]);
  return pipeline?.steps.find((step) => step.name === name)?.options;
}

const withLearn = (options: string): string => base.replace('from: p.train }', `from: p.train ${options} }`);
const withSplit = (options: string): string => base.replace('train: 8 per label', options);

test('a clean program compiles to steps in the order they can run', () => {
  const { pipeline, problems } = compileText(base);
  expect(problems).toEqual([]);
  expect(pipeline?.steps.map((step) => step.id)).toEqual(['d', 'p', 'm', 's']);
  expect(pipeline?.defaultTargets).toEqual(['s']);
});

test('the order of declarations changes nothing', () => {
  const reversed = base.trim().split('\n').reverse().join('\n');
  const ids = (text: string): unknown =>
    compileText(text).pipeline?.steps.map(({ id, options }) => [id, options]);
  expect(ids(reversed)).toEqual(ids(base));
});

describe('values of options', () => {
  test.each([
    ['train: 8 per label', { train: { per_label: 8 } }],
    ['train: 4 + 4 per label', { train: { per_label: 8 } }],
    ['train: 30', { train: { rows: 30 } }],
    ['train: 20%', { train: { share: 0.2 } }],
    ['train: rest', { train: 'rest' }],
    ['train: rows([3, 17])', { train: { named: [3, 17] } }],
    ['train: rows("x.json", key: "a")', { train: { named: [1, 2] } }],
    ['train: 1 share: 25%', { share: 0.25 }],
    ['train: 1 wait: 5m', { wait: 300 }],
    ['train: 1 memory: 8GB', { memory: 8_000_000_000 }],
    ['train: 1 margin: 2 sd', { margin: 2 }],
    ['train: 1 margin: 1 + 0.5 sd', { margin: 1.5 }],
    ['train: 1 stratify: not true', { stratify: false }],
    ['train: if 2 > 1 then 3 per label else rest', { train: { per_label: 3 } }],
  ])('split { %s }', (text, expected) => {
    expect(optionsOf(withSplit(text), 'p')).toMatchObject(expected);
  });

  test.each([
    ['', { method: { name: 'head', arguments: { kind: 'logistic', c: 1 } }, mode: 'auto' }],
    ['method: head(kind: knn)', { method: { name: 'head', arguments: { kind: 'knn', c: 1 } } }],
    ['method: head', { method: { name: 'head', arguments: { kind: 'logistic', c: 1 } } }],
    ['method: "plain"', { method: { name: 'plain', arguments: {} } }],
    ['method: lora(8)', { method: { name: 'lora', arguments: { rank: 8 } } }],
    ['with: swap', { with: [{ name: 'swap', arguments: { rate: 0.1 } }] }],
    ['with: [swap(rate: 20%)]', { with: [{ name: 'swap', arguments: { rate: 0.2 } }] }],
    ['mode: 3', { mode: 3 }],
    ['mode: auto', { mode: 'auto' }],
    ['rate: 1', { rate: 1 }],
  ])('learn { %s }', (text, expected) => {
    expect(optionsOf(withLearn(text), 'm')).toMatchObject(expected);
  });

  test('constants may hold calls and lists of calls', () => {
    const text = `let how = lora(rank: 4)\nlet ways = [swap, swap(rate: 30%)]\n${withLearn('method: how with: ways')}`;
    expect(optionsOf(text, 'm')).toMatchObject({
      method: { name: 'lora', arguments: { rank: 4 } },
      with: [{ arguments: { rate: 0.1 } }, { arguments: { rate: 0.3 } }],
    });
  });

  test('a number of standard deviations may be a constant, and is nothing else', () => {
    expect(optionsOf(`let room = 3 sd\n${withSplit('train: 1 margin: room')}`, 'p')).toMatchObject({
      margin: 3,
    });
    const problems = (margin: string) =>
      compileText(withSplit(`train: 1 margin: ${margin}`)).problems.join('\n');
    expect(problems('2')).toContain(
      'expected a number of standard deviations such as `2 sd`, found the whole number 2',
    );
    expect(problems('0 sd')).toContain('0 is out of range: it must be above 0');
    expect(problems('20% sd')).toContain('expected a number, found the share 20%');
  });

  test('a condition over columns keeps bare words as columns', () => {
    const text = base.replace('label: "label"', 'label: "label" where: stars != 3 and channel == "email"');
    expect(optionsOf(text, 'd')).toMatchObject({
      where: {
        op: 'and',
        left: { op: '!=', left: { column: 'stars' }, right: { value: 3 } },
        right: { op: '==', left: { column: 'channel' }, right: { value: 'email' } },
      },
    });
  });

  test('a requirement names metrics', () => {
    const text = base.replace('on: p.test', 'on: p.test require: macro_f1 >= 0.75');
    expect(optionsOf(text, 's')).toMatchObject({
      require: { left: { metric: 'macro_f1' }, operator: '>=', right: 0.75, text: 'macro_f1 >= 0.75' },
    });
  });

  test('defaults of a kind apply to every stage that does not say otherwise', () => {
    const text = `${withLearn('rate: 0.5')}learn other { model: "builtin:plain" from: p.train }
measure t { model: other on: p.test }
defaults learn { rate: 0.2 noisy: true }`;
    expect(optionsOf(text, 'm')).toMatchObject({ rate: 0.5, noisy: true });
    expect(optionsOf(text, 'other')).toMatchObject({ rate: 0.2 });
  });

  test('parameters take values from outside, as their type says', () => {
    const text = `param shots: int = 8 in 1..32\nparam path: path = "d.csv"\n${base.replace('8 per', 'shots per').replace('"d.csv"', 'path')}`;
    expect(optionsOf(text, 'p', { shots: '4' })).toMatchObject({ train: { per_label: 4 } });
    const { pipeline } = compileText(text, { path: 'x y.csv' });
    expect(pipeline?.steps[0]?.inputs).toEqual({ from: { from: 'files', paths: ['/cwd/x y.csv'] } });
  });
});

describe('each', () => {
  const seeds = `each seed in [1, 2] {
  split p { from: d train: 8 per label test: 40 seed: seed }
  learn m { model: "builtin:plain" from: p.train }
  measure s { model: m on: p.test }
}
load d { from: "d.csv" }
`;

  test('inside, a name means the instance with the same keys', () => {
    const { pipeline, problems } = compileText(`${seeds}summary all { of: s }`);
    expect(problems).toEqual([]);
    expect(pipeline?.steps.map((step) => step.id)).toEqual([
      'd',
      'p[seed=1]',
      'p[seed=2]',
      'm[seed=1]',
      'm[seed=2]',
      's[seed=1]',
      's[seed=2]',
      'all',
    ]);
    expect(pipeline?.steps.find((step) => step.id === 's[seed=2]')?.inputs).toEqual({
      model: { from: 'step', step: 'm[seed=2]', part: '' },
      on: { from: 'step', step: 'p[seed=2]', part: 'test' },
    });
    const of = pipeline?.steps.at(-1)?.inputs.of;
    expect(of).toMatchObject({
      from: 'many',
      members: [{ name: 's', keys: { seed: 1 } }, { keys: { seed: 2 } }],
    });
  });

  test('outside, a list where one is expected says both ways out', () => {
    const { problems } = compileText(`${seeds}measure one { model: m on: p[seed: 1].test }`);
    expect(problems).toEqual([
      '7:22 list-expected-one: `m` is a list over `seed` here, and `model` takes one',
    ]);
  });

  test('an instance can be selected', () => {
    const { pipeline, problems } = compileText(
      `${seeds}measure one { model: m[seed: 2] on: p[seed: 2].test }`,
    );
    expect(problems).toEqual([]);
    expect(pipeline?.steps.find((step) => step.name === 'one')?.inputs.model).toMatchObject({
      step: 'm[seed=2]',
    });
  });

  test('nested loops: keys in nesting order, outer ones shared', () => {
    const text = `each k in ["logistic", "knn"] { each c in [1, 2] {
  learn m { model: "builtin:plain" from: p.train method: head(kind: k, c: c) }
  measure s { model: m on: p.test }
} summary by_k { of: s } }
load d { from: "d.csv" } split p { from: d train: 8 test: rest }`;
    const { pipeline, problems } = compileText(text);
    expect(problems).toEqual([]);
    expect(pipeline?.steps.some((step) => step.id === 'm[k="knn",c=2]')).toBe(true);
    const byK = pipeline?.steps.find((step) => step.id === 'by_k[k="knn"]')?.inputs.of;
    expect(byK).toMatchObject({ members: [{ keys: { c: 1 } }, { keys: { c: 2 } }] });
  });

  test('when takes one branch, and both may declare the same name', () => {
    const text = `param big: bool = false
when big { learn m { model: "builtin:plain" from: p.train rate: 2 } } else { learn m { model: "builtin:plain" from: p.train rate: 3 } }
load d { from: "d.csv" } split p { from: d train: 8 test: rest } measure s { model: m on: p.test }`;
    expect(optionsOf(text, 'm')).toMatchObject({ rate: 3 });
    expect(optionsOf(text, 'm', { big: 'true' })).toMatchObject({ rate: 2 });
  });
});

describe('every mistake gets one error, at its place', () => {
  test.each([
    ['a misspelt option', withLearn('rte: 1'), '3:48 unknown-option: `learn` has no option `rte`'],
    ['a misspelt kind', base.replace('learn m', 'lern m'), '3:1 unknown-kind: there is no stage kind `lern`'],
    [
      'a misspelt stage',
      base.replace('from: p.train', 'from: q.train'),
      '3:40 unknown-name: no stage is called `q`',
    ],
    [
      'a part that is absent',
      base.replace(' test: 40', ''),
      '4:26 unknown-part: `p` has no part `test`, because its option `test` is not given',
    ],
    ['no part', base.replace('from: p.train', 'from: p'), '3:40 unknown-part: `p` gives several parts'],
    ['a part of one', base.replace('model: m', 'model: m.best'), '4:20 unknown-part: `m` has no part `best`'],
    [
      'a test part that is learnt from',
      base.replace('from: p.train', 'from: p.test'),
      '3:40 leakage: test rows reach `m`, which learns from them: p.test -> m',
    ],
    [
      'a test part that selects',
      withLearn('validation: p.test'),
      '3:60 leakage: test rows reach `m`, which selects with them: p.test -> m',
    ],
    [
      'an encoder instead of a classifier',
      base.replace('model: m', 'model: "builtin:plain"'),
      '4:20 needs-classifier: a classifier is needed here, and "builtin:plain" is a model of the kind `encoder`',
    ],
    [
      'a model instead of data',
      base.replace('on: p.test', 'on: m'),
      '4:26 wrong-artifact: `on` takes a dataset, and `m` gives a model',
    ],
    [
      'a missing file',
      base.replace('"d.csv"', '"missing.csv"'),
      '1:16 missing-file: there is no file `missing.csv`',
    ],
    [
      'a broken model folder',
      base.replace('"builtin:plain"', '"./broken"'),
      '3:18 missing-model-file: `broken` has no `model.safetensors`',
    ],
    [
      'an unknown built-in',
      base.replace('builtin:plain', 'builtin:plane'),
      '3:18 unknown-builtin: there is no built-in model `plane`',
    ],
    [
      'a value of the wrong type',
      withLearn('rate: "x"'),
      '3:54 wrong-type: expected a number, found the text "x"',
    ],
    [
      'a share without its sign',
      base.replace('test: 40', 'test: 40 share: 0.5'),
      '2:54 wrong-type: expected a share such as `10%`, found the number 0.5',
    ],
    [
      'out of range',
      base.replace('label: "label"', 'label: "label" limit: 0'),
      '1:59 out-of-range: 0 is out of range: it must be at least 1',
    ],
    [
      'an unknown word',
      withLearn('method: head(kind: k)'),
      '3:67 unknown-word: `k` is not one of `logistic`, `knn`',
    ],
    [
      'an unknown call',
      withLearn('method: loraa(8)'),
      '3:56 unknown-word: `loraa` is not one of `head`, `lora`, `plain`',
    ],
    [
      'an unknown argument',
      withLearn('method: lora(rnk: 8)'),
      '3:61 unknown-argument: `lora` has no argument `rnk`',
    ],
    ['a missing argument', withLearn('method: lora'), '3:56 missing-option: `lora` needs `rank`'],
    [
      'a missing input',
      base.replace('model: "builtin:plain" ', ''),
      '3:7 missing-option: `learn m` needs `model`',
    ],
    ['an option given twice', withLearn('rate: 1 rate: 2'), '3:56 duplicate-option: `rate` is given twice'],
    ['a name declared twice', `${base}let m = 1`, '5:5 duplicate-name: `m` is declared twice'],
    [
      'a metric twice',
      base.replace('on: p.test', 'on: p.test metrics: [accuracy, accuracy]'),
      '4:42 duplicate-element: "accuracy" stands in the list twice',
    ],
    [
      'a newer language',
      `fsl 99\n${base}`,
      '1:1 language-version: this fslrun knows version 1 of the language, and the file asks for 99',
    ],
    [
      'equal elements',
      `each s in [1, 1] { split p { from: d train: 1 seed: s } }\nload d { from: "d.csv" }`,
      '1:15 duplicate-element: the whole number 1 stands in the list twice',
    ],
    [
      'an option in a branch that is not taken',
      `when false { learn n { model: "builtin:plain" from: p.train raet: 1 } }\n${base}`,
      '1:61 unknown-option: `learn` has no option `raet`',
    ],
    [
      'a kind in a branch that is not taken',
      `when 1 > 2 { lern n { } }\n${base}`,
      '1:14 unknown-kind: there is no stage kind `lern`',
    ],
    [
      'an unused variable',
      `each s in [1, 2] { split p { from: d train: 1 } }\nload d { from: "d.csv" }`,
      '1:6 identical-instances: `s` changes nothing: no option inside this `each` uses it',
    ],
    [
      'unused constants in a circle',
      `let a = b\nlet b = a\n${base}`,
      '1:5 cycle: `a` is defined through itself',
    ],
    [
      'a constant through itself',
      `let a = b + 1\nlet b = a\n${base}`,
      '1:5 cycle: `a` is defined through itself',
    ],
    [
      'a secret where a value is needed',
      `let x = "key \${secret("KEY")}"\n${base}`,
      '1:16 wrong-type: the secret `KEY` cannot stand in a text',
    ],
    [
      'an environment variable that is not set',
      `let x = env("NO_SUCH_TOWN")\n${base}`,
      '1:13 unset-variable: the environment variable `NO_SUCH_TOWN` is not set',
    ],
    [
      'a file to read that is not there',
      `let x = read("no.txt") + ""\n${base}`,
      '1:14 missing-file: there is no file `/program/no.txt`',
    ],
  ])('%s', (_, text, expected) => {
    const { pipeline, problems } = compileText(text);
    expect(pipeline).toBeUndefined();
    const errors = problems.filter((problem) => !problem.startsWith('warning'));
    expect(errors).toHaveLength(1);
    if (expected !== '') expect(errors[0]).toBe(expected);
  });

  test('two mistakes give two errors', () => {
    const { problems } = compileText(
      base.replace('"d.csv"', '"missing.csv"').replace('on: p.test', 'on: p.tset'),
    );
    expect(problems).toEqual([
      '1:16 missing-file: there is no file `missing.csv`',
      '4:26 unknown-part: `p` has no part `tset`',
    ]);
  });

  test('a circle shows the way round, once', () => {
    const { problems } = compileText(
      'split a { from: b.train train: 1 }\nsplit b { from: a.train train: 1 }',
    );
    expect(problems).toEqual(['1:7 cycle: these stages need each other: `a` -> `b` -> `a`']);
  });

  test('a leak is found through any number of stages, with its path', () => {
    const { problems } = compileText(`load d { from: "d.csv" }
split p { from: d train: 8 test: 40 }
split again { from: p.test train: 4 }
learn m { model: "builtin:plain" from: again.train }
measure s { model: m on: p.test }`);
    expect(problems).toEqual([
      '4:40 leakage: test rows reach `m`, which learns from them: p.test -> again.train -> m',
    ]);
  });

  test.each([
    [
      'the whole, of which the test part is drawn',
      'from: d',
      'on: p.test',
      'd -> m -> s, and `p.test` is drawn from `d`',
    ],
    ['the part it learnt from', 'from: p.train', 'on: p.train', 'p.train -> m -> s, and `p.train` again'],
    [
      'the whole of what it learnt a part from',
      'from: p.train',
      'on: d',
      'p.train -> m -> s, and `p.train` is drawn from `d`',
    ],
  ])('a model is not measured on %s', (_, from, on, path) => {
    const { problems } = compileText(base.replace('from: p.train', from).replace('on: p.test', on));
    expect(problems.filter((problem) => !problem.startsWith('warning'))).toEqual([
      `4:26 leakage: \`s\` measures on rows that the model has learnt from: ${path}`,
    ]);
  });

  test('a seed that reaches nothing random would fake an interval', () => {
    const { problems } = compileText(`load d { from: "d.csv" }
split p { from: d train: 8 test: 40 }
each seed in 1..3 {
  learn m { model: "builtin:plain" from: p.train seed: seed }
  measure s { model: m on: p.test }
}
summary all { of: s }`);
    expect(problems).toEqual([
      '7:19 identical-instances: `seed` changes nothing in `s`: `s[seed=1]` and `s[seed=2]` do the same work',
    ]);
  });

  test('a parameter that does not exist, or is out of its range', () => {
    const text = `param shots: int = 8 in 1..32\n${base.replace('8 per', 'shots per')}`;
    expect(compileText(text, { shot: '4' }).problems).toEqual([
      '<command line> unknown-parameter: the program has no parameter `shot`',
    ]);
    expect(compileText(text, { shots: '99' }).problems).toEqual([
      '<command line> out-of-range: `shots` is the whole number 99, and must be in 1..32',
    ]);
    expect(compileText(text, { shots: 'many' }).problems).toEqual([
      '<command line> wrong-type: `shots` is int, found the text "many"',
    ]);
  });

  test('a stage that nothing uses is a warning', () => {
    const { pipeline, problems } = compileText(`${base}split extra { from: d train: 1 }`);
    expect(pipeline).toBeDefined();
    expect(problems).toEqual(['warning 5:7 unused-stage: nothing uses `extra`']);
  });

  test('a word of the option wins over a declaration of that name, with a warning', () => {
    const { pipeline, problems } = compileText(
      `let knn = "logistic"\n${withLearn('method: head(kind: knn)')}`,
    );
    expect(problems).toEqual([
      "warning 4:67 ambiguous-word: `knn` is taken as the option's word, not as the declaration of that name",
    ]);
    expect(pipeline?.steps.find((step) => step.name === 'm')?.options.method).toMatchObject({
      arguments: { kind: 'knn' },
    });
    const forced = compileText(`let knn = "logistic"\n${withLearn('method: head(kind: (knn))')}`);
    expect(forced.problems).toEqual([]);
    expect(forced.pipeline?.steps.find((step) => step.name === 'm')?.options.method).toMatchObject({
      arguments: { kind: 'logistic' },
    });
  });

  test('a constant may be called as a word that it holds', () => {
    const { pipeline, problems } = compileText(`let knn = head(kind: knn)\n${withLearn('method: knn')}`);
    expect(problems).toEqual([
      "warning 1:22 ambiguous-word: `knn` is taken as the option's word, not as the declaration of that name",
    ]);
    expect(pipeline?.steps.find((step) => step.name === 'm')?.options.method).toMatchObject({
      arguments: { kind: 'knn' },
    });
  });
});

test('ten thousand steps share what they have in common', () => {
  const { pipeline, problems } = compileText(`load d { from: "d.csv" }
each seed in 1..50 {
  split p { from: d train: 8 test: rest seed: seed }
  each c in 1..100 {
    learn m { model: "builtin:plain" from: p.train method: head(c: c) }
    measure s { model: m on: p.test }
  }
}
summary all { of: s }`);
  expect(problems).toEqual([]);
  expect(pipeline?.steps).toHaveLength(10_052);
  const learn = pipeline?.steps.filter((step) => step.name === 'm' && step.keys.c === 7);
  expect(new Set(learn?.map((step) => step.options.method)).size).toBe(1);
});

describe('broken text is told once', () => {
  test.each([
    ['an open brace', base.replace('label: "label" }', 'label: "label"'), 'this `{` is never closed'],
    [
      'an open each',
      `each seed in [1, 2] {\n${base.replace('test: 40', 'test: 40 seed: seed')}`,
      'this `{` is never closed',
    ],
    [
      'a stage without a name',
      base.replace('load d', 'load'),
      'expected the name of the stage after `load`, not `{`',
    ],
  ])('%s', (_, text, message) => {
    const { problems } = compileText(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });
});

test('a list of models names stages, folders and built-in models, also by constants and parameters', () => {
  const { pipeline, problems } = compileText(`${base}param folder: string = "./a"
let other = "builtin:plain"
merge all { of: [m, folder, other, "./b"] from: p.train }
measure t { model: all on: p.test }
`);
  expect(problems).toEqual([]);
  const of = pipeline?.steps.find(({ id }) => id === 'all')?.inputs['of'];
  expect(of?.from === 'many' ? of.members.map(({ input }) => input) : of).toMatchObject([
    { from: 'step', step: 'm' },
    { from: 'folder', path: '/program/a' },
    { from: 'builtin', name: 'plain' },
    { from: 'folder', path: '/program/b' },
  ]);
});

test('a matrix that explodes is refused', () => {
  const { problems } =
    compileText(`each a in 1..1000 { each b in 1..1000 { split p { from: d train: a seed: b } } }
load d { from: "d.csv" }`);
  expect(problems).toEqual(['1:47 out-of-range: the program has more than 200,000 steps']);
});

test('branches of a `when` may declare a stage each in a loop of its own', () => {
  const branch = (name: string): string =>
    `each k in [1, 2] { split p { from: d train: k per label seed: a } learn ${name} { model: "builtin:plain" from: p.train } }`;
  const { pipeline, problems } = compileText(`load d { from: "d.csv" text: "text" label: "label" }
each a in [1, 2] { when a == 1 { ${branch('one')} } else { ${branch('two')} } }`);
  expect(problems.filter((problem) => problem.includes('list-expected-one'))).toEqual([]);
  expect(pipeline?.steps.find(({ id }) => id === 'two[a=2,k=1]')?.inputs['from']).toMatchObject({
    step: 'p[a=2,k=1]',
  });
});
