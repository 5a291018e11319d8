// Files that import others: their stages under the name of the import, their parameters from its arguments.
import { describe, expect, test } from 'vitest';
import { compileText } from './rig.ts';

const data = `param shots: int = 8 in 1..64
param file: path = "d.csv"
param mode: "fast" | "slow" = "slow"
load rows { from: file text: "text" label: "label" }
each seed in [1, 2] {
  split parts { from: rows train: shots per label test: 40 seed: seed }
  learn model { model: "builtin:plain" from: parts.train noisy: mode == "fast" seed: seed }
  measure score { model: model on: parts.test }
}
summary all { of: score }
target quick = [rows]
`;

const ids = (
  text: string,
  files: Readonly<Record<string, string>> = { 'data.fsl': data },
): readonly string[] => {
  const { pipeline, problems } = compileText(text, {}, files);
  expect(problems).toEqual([]);
  return pipeline?.steps.map(({ id }) => id) ?? [];
};

test('stages of an imported file have the name of the import before theirs', () => {
  expect(ids('import "./data.fsl" as exp')).toEqual([
    'exp.rows',
    'exp.parts[seed=1]',
    'exp.parts[seed=2]',
    'exp.model[seed=1]',
    'exp.model[seed=2]',
    'exp.score[seed=1]',
    'exp.score[seed=2]',
    'exp.all',
  ]);
});

test('arguments are values of this file; paths and words mean what they mean here', () => {
  const { pipeline, problems } = compileText(
    `param n: int = 4
import "./sub/data.fsl" as a { shots: n * 2, file: "here.csv", mode: fast }
import "./sub/data.fsl" as b`,
    {},
    { 'sub/data.fsl': data },
  );
  expect(problems).toEqual([]);
  const step = (id: string) => pipeline?.steps.find((one) => one.id === id);
  expect(step('a.rows')?.inputs['from']).toEqual({ from: 'files', paths: ['/program/here.csv'] });
  expect(step('b.rows')?.inputs['from']).toEqual({ from: 'files', paths: ['/program/sub/d.csv'] });
  expect(step('a.parts[seed=1]')?.options['train']).toEqual({ per_label: 8 });
  expect(step('a.model[seed=1]')?.options['noisy']).toBe(true);
  expect(step('b.model[seed=1]')?.options['noisy']).toBe(false);
});

test('references reach into an imported file: one instance, a part, a list', () => {
  const { pipeline, problems } = compileText(
    `import "./data.fsl" as exp
learn mine { model: "builtin:plain" from: exp.parts[seed: 1].train noisy: true }
measure result { model: mine on: exp.parts[seed: 1].test }
summary both { of: [result, exp.score] }`,
    {},
    { 'data.fsl': data },
  );
  expect(problems).toEqual([]);
  const inputs = (id: string) => pipeline?.steps.find((one) => one.id === id)?.inputs;
  expect(inputs('mine')?.['from']).toEqual({ from: 'step', step: 'exp.parts[seed=1]', part: 'train' });
  const of = inputs('both')?.['of'];
  expect(of?.from === 'many' ? of.members.map(({ name, keys }) => [name, keys]) : undefined).toEqual([
    ['result', {}],
    ['exp.score', { seed: 1 }],
    ['exp.score', { seed: 2 }],
  ]);
  // Inside the file, members are called as the file calls them: two imports of it share their work.
  const inner = inputs('exp.all')?.['of'];
  expect(inner?.from === 'many' ? inner.members.map(({ name }) => name) : undefined).toEqual([
    'score',
    'score',
  ]);
});

test('files that are imported import others', () => {
  const outer = `import "../data.fsl" as inner { shots: 2 }
learn again { model: "builtin:plain" from: inner.parts[seed: 2].train noisy: true }`;
  expect(ids('import "./lib/outer.fsl" as lib', { 'lib/outer.fsl': outer, 'data.fsl': data })).toContain(
    'lib.again',
  );
  expect(
    ids('import "./lib/outer.fsl" as lib\nsummary all { of: lib.inner.score }', {
      'lib/outer.fsl': outer,
      'data.fsl': data,
    }),
  ).toContain('lib.inner.score[seed=1]');
});

test('an import, its targets and its stages can be asked for', () => {
  const { pipeline } = compileText('import "./data.fsl" as exp', {}, { 'data.fsl': data });
  expect(pipeline?.targets.get('exp.quick')).toEqual(['exp.rows']);
  expect(pipeline?.targets.get('exp')).toEqual(['exp.score[seed=1]', 'exp.score[seed=2]', 'exp.all']);
  expect(pipeline?.targets.get('exp.parts')).toEqual(['exp.parts[seed=1]', 'exp.parts[seed=2]']);
  expect(pipeline?.defaultTargets).toEqual(['exp.score[seed=1]', 'exp.score[seed=2]', 'exp.all']);
});

test('the problems of an imported file say who imports it, and are told once', () => {
  const broken = data.replace('noisy:', 'noissy:');
  const { problems } = compileText(
    'import "./data.fsl" as a\nimport "./data.fsl" as b { shots: 2 }',
    {},
    { 'data.fsl': broken },
  );
  expect(problems).toEqual(['data.fsl:7:58 unknown-option: `learn` has no option `noissy`']);
});

describe('mistakes', () => {
  test.each([
    [
      'a file that is not there',
      'import "./no.fsl" as x',
      ['1:8 missing-file: there is no file `/program/no.fsl`'],
    ],
    [
      'a parameter it lacks',
      'import "./data.fsl" as x { shotz: 4 }',
      ['1:28 unknown-parameter: `data.fsl` has no parameter `shotz`'],
    ],
    [
      'a value of another type',
      'import "./data.fsl" as x { shots: "many" }',
      ['1:35 wrong-type: `shots` is int, found the text "many"'],
    ],
    [
      'a value out of range',
      'import "./data.fsl" as x { shots: 65 }',
      ['1:35 out-of-range: `shots` is the whole number 65, and must be in 1..64'],
    ],
    [
      'an argument that is wrong itself',
      'import "./data.fsl" as x { shots: nope }',
      ['1:35 unknown-name: nothing is called `nope`'],
    ],
    [
      'an argument given twice',
      'import "./data.fsl" as x { shots: 4, shots: 5 }',
      ['1:38 duplicate-option: `shots` is given twice'],
    ],
    [
      'a stage it lacks',
      'import "./data.fsl" as x\nsummary s { of: x.scor }',
      ['2:19 unknown-name: `data.fsl` has no stage `scor`'],
    ],
    [
      'the import in place of a stage',
      'import "./data.fsl" as x\nsummary s { of: x }',
      ['2:17 wrong-type: `x` is an imported file, and a stage is expected here'],
    ],
    [
      'the import in place of a value',
      'import "./data.fsl" as x\nlet y = x + 1',
      ['2:9 wrong-type: `x` is an imported file, and a value is expected here'],
    ],
    [
      'a list where one is needed',
      'import "./data.fsl" as x\nmeasure m { model: x.model on: x.parts[seed: 1].test }',
      ['2:20 list-expected-one: `x.model` is a list over `seed` here, and `model` takes one'],
    ],
    [
      'a name that is taken',
      'import "./data.fsl" as x\nlet x = 1',
      ['2:5 duplicate-name: `x` is declared twice'],
    ],
    [
      'a path that is computed',
      'let n = 1\nimport "./data${n}.fsl" as x',
      ['2:8 wrong-type: the path of an `import` is written out, without `${…}`'],
    ],
    [
      'an import inside a block',
      'each a in [1, 2] { import "./data.fsl" as x }',
      [
        '1:6 identical-instances: `a` changes nothing: no option inside this `each` uses it',
        '1:20 unexpected-text: only stages, `each` and `when` stand inside a block',
      ],
    ],
  ])('%s', (_, text, expected) => {
    const { problems, pipeline } = compileText(text, {}, { 'data.fsl': data });
    expect(problems).toEqual(expected);
    expect(pipeline).toBeUndefined();
  });

  test('a parameter without a value is asked for at the import', () => {
    const { problems } = compileText('import "./p.fsl" as p', {}, { 'p.fsl': 'param n: int\n' });
    expect(problems).toEqual(['p.fsl:1:7 missing-parameter: the parameter `n` has no value']);
  });

  test('files that import each other', () => {
    const files = { 'a.fsl': 'import "./b.fsl" as b', 'b.fsl': 'import "./a.fsl" as a' };
    expect(compileText('import "./a.fsl" as a', {}, files).problems).toEqual([
      'b.fsl:1:8 cycle: these files import each other: `a.fsl` -> `b.fsl` -> `a.fsl`',
    ]);
    expect(
      compileText('import "./test.fsl" as me', {}, { 'test.fsl': 'import "./test.fsl" as me' }).problems,
    ).toEqual(['1:8 cycle: the file imports itself']);
  });

  test('imports that multiply', () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `f${i}.fsl`,
        `import "./f${i + 1}.fsl" as a\nimport "./f${i + 1}.fsl" as b`,
      ]),
    );
    const { problems } = compileText('import "./f0.fsl" as f', {}, { ...files, 'f12.fsl': data });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('the program imports files more than 1,000 times');
  });

  test('text that is broken there is told there, and not again here', () => {
    const { problems } = compileText(
      'import "./data.fsl" as x\nsummary s { of: x.score }',
      {},
      { 'data.fsl': data.replace('rows {', 'rows { from') },
    );
    expect(problems.every((problem) => problem.startsWith('data.fsl:4:'))).toBe(true);
    expect(problems).toHaveLength(1);
  });
});
