import { describe, expect, test } from 'vitest';
import { compileText } from './rig.ts';

/** Problems of a program around `load d` and `split p`, without warnings. */
function leaks(text: string): readonly string[] {
  const { problems } = compileText(`load d { from: "d.csv" text: "text" label: "label" }
split p { from: d train: 8 per label test: 40 }
${text}`);
  return problems
    .filter((problem) => !problem.startsWith('warning'))
    .map((problem) => problem.replace(/^\S+ /, ''));
}

const model = (name: string, from: string): string =>
  `learn ${name} { model: "builtin:plain" from: ${from} }\n`;
const measure = (of: string, on: string): string => `measure s { model: ${of} on: ${on} }\n`;

const many = JSON.stringify(Array.from({ length: 100 }, (_, i) => `e${i}.csv`));

describe('a model is not measured on what it was fitted on', () => {
  test.each([
    [
      'two draws from the same rows',
      `split q { from: d train: 8 per label test: 41 }\n${model('m', 'p.train')}${measure('m', 'q.test')}`,
      'p.train -> m -> s, and `q.test` and `p.train` are both drawn from `d`',
    ],
    [
      'two draws with different seeds',
      `split q { from: d train: 8 per label test: 40 seed: 1 }\n${model('m', 'p.train')}${measure('m', 'q.test')}`,
      'p.train -> m -> s, and `q.test` and `p.train` are both drawn from `d`',
    ],
    [
      'through the model it was made from',
      `${model('m', 'p.train')}merge n { of: [m, k] from: q.train }
load e { from: "e.csv" }\nsplit q { from: e train: 8 per label }\n${model('k', 'q.train')}\n${measure('n', 'p.train')}`,
      'p.train -> m -> n -> s, and `p.train` again',
    ],
    [
      'the same file under two names',
      `load e { from: "d.csv" }\n${model('m', 'd')}${measure('m', 'e')}`,
      'd -> m -> s, and `e` and `d` read the same file',
    ],
    [
      'a file that is one of several',
      `load e { from: ["e.csv", "d.csv"] }\n${model('m', 'e')}${measure('m', 'd')}`,
      'e -> m -> s, and `d` and `e` read the same file',
    ],
    [
      'one of a hundred files, though a split keeps its parts apart',
      `load e { from: ${many} }\nsplit q { from: e train: 8 per label test: 40 }\n${model('m', 'q.train')}load f { from: "e70.csv" }\n${measure('m', 'f')}`,
      'q.train -> m -> s, and `f` and `q.train` read the same file',
    ],
    [
      'conditions that do not exclude each other',
      `load e { from: "d.csv" where: stars > 3 }\nload f { from: "d.csv" where: stars < 5 }\n${model('m', 'e')}${measure('m', 'f')}`,
      'e -> m -> s, and `f` and `e` read the same file',
    ],
  ])('%s', (_, text, path) => {
    expect(leaks(text)).toEqual([`leakage: \`s\` measures on rows that the model has learnt from: ${path}`]);
  });

  test('parts of one split of a hundred files share no row', () => {
    const text = `load e { from: ${many} }\nsplit q { from: e train: 8 per label test: 40 }\n`;
    expect(leaks(`${text}${model('m', 'q.train')}${measure('m', 'q.test')}`)).toEqual([]);
  });

  test.each([
    [
      'equal draws are the same rows',
      `split q { from: d train: 8 per label test: 40 }\n${model('m', 'p.train')}${measure('m', 'q.test')}`,
    ],
    [
      'parts of parts',
      `split q { from: p.train train: 2 per label test: 3 }\n${model('m', 'q.train')}${measure('m', 'q.test')}`,
    ],
    [
      'conditions that exclude each other',
      `load e { from: "d.csv" where: set == "train" and stars > 1 }\nload f { from: "d.csv" where: set == "test" }\n${model('m', 'e')}${measure('m', 'f')}`,
    ],
    ['another file', `load e { from: "e.csv" }\n${model('m', 'd')}${measure('m', 'e')}`],
  ])('%s', (_, text) => {
    expect(leaks(text)).toEqual([]);
  });

  test('instances of a loop have rows of their own', () => {
    const program = (model: string): string => `load d { from: "d.csv" }
each seed in [1, 2] {
  split p { from: d train: 8 per label test: 40 seed: seed }
  learn m { model: "builtin:plain" from: p.train }
}
measure s { model: ${model} on: p[seed: 2].test }`;
    const said = (text: string): readonly string[] =>
      compileText(text).problems.filter((problem) => !problem.startsWith('warning'));
    expect(said(program('m[seed: 1]'))).toEqual([
      '6:35 leakage: `s` measures on rows that the model has learnt from: p[seed=1].train -> m -> s, and `p[seed=2].test` and `p[seed=1].train` are both drawn from `d`',
    ]);
    expect(said(program('m[seed: 2]'))).toEqual([]);
  });
});

describe('a whole load that is measured on is a test part', () => {
  test('and nothing else may learn from it', () => {
    expect(
      leaks(`load e { from: "e.csv" }\n${model('m', 'e')}${model('n', 'p.train')}${measure('m', 'd')}`),
    ).toEqual([
      'leakage: `s` measures on all of `d`, so its rows are test rows, and `n` learns from them: d -> p.train -> n',
    ]);
  });

  test('or select with it', () => {
    expect(
      leaks(
        `load e { from: "e.csv" }\nlearn m { model: "builtin:plain" from: e validation: d }\n${measure('m', 'd')}`,
      ),
    ).toEqual([
      'leakage: `s` measures on all of `d`, so its rows are test rows, and `m` selects with them: d -> m',
    ]);
  });
});

describe('`allow: leakage("…")`', () => {
  test('makes the error a mark on every report behind, and on no other', () => {
    const { pipeline, problems } = compileText(`load d { from: "d.csv" }
split p { from: d train: 8 per label test: 40 }
learn m { model: "builtin:plain" from: p.test allow: leakage("to see what it is worth") }
learn n { model: "builtin:plain" from: p.train }
measure s { model: m on: p.train }
measure t { model: n on: p.test }
summary all { of: { s: s, t: t } }
summary one { of: { t: t } }`);
    expect(problems).toEqual([]);
    const marked = pipeline?.steps.filter(({ marks }) => marks.length > 0);
    expect(marked?.map(({ name }) => name)).toEqual(['m', 's', 'all']);
    expect(marked?.at(-1)?.marks).toEqual([{ name: 'allowed-leakage', message: 'to see what it is worth' }]);
  });

  test('is of the stage that has it', () => {
    expect(
      leaks(`${model('m', 'p.test').replace(' }', ' allow: leakage("x") }')}${measure('m', 'p.test')}`),
    ).toEqual([
      'leakage: `s` measures on rows that the model has learnt from: p.test -> m -> s, and `p.test` again',
    ]);
  });

  test('is pointed at where there is nothing to allow', () => {
    const { problems } =
      compileText(`load d { from: "d.csv" allow: leakage("x") }\nsplit p { from: d train: 1 test: 1 }
${model('m', 'p.train')}${measure('m', 'p.test')}`);
    expect(problems).toEqual(['warning 1:31 option-without-effect: there is no leakage in `d` to allow']);
  });
});

describe('a search', () => {
  const tune = (from: string, inside: string, on = ''): string => `tune best {
  search: { rate: uniform(0.1, 1) } maximize: score.accuracy from: ${from} ${on}
  learn candidate { model: "builtin:plain" rate: search.rate from: ${inside} }
  measure score { model: candidate on: fold.validation }
}
`;
  const final = (on: string): string => `measure final { model: best.candidate on: ${on} }`;

  test('of the train part is clean, and its model has learnt from that part', () => {
    expect(leaks(tune('p.train', 'fold.train') + final('p.test'))).toEqual([]);
    expect(leaks(tune('p.train', 'fold.train') + final('p.train'))).toEqual([
      'leakage: `final` measures on rows that the model has learnt from: p.train -> best -> final, and `p.train` again',
    ]);
  });

  test('may not choose with a test part', () => {
    expect(leaks(tune('p.test', 'fold.train') + final('p.test'))).toContain(
      'leakage: test rows reach `best`, which learns from them: p.test -> best',
    );
    expect(leaks(tune('p.train', 'fold.train', 'on: p.test') + final('p.test'))).toContain(
      'leakage: test rows reach `best`, which selects with them: p.test -> best',
    );
    expect(leaks(tune('p.train', 'p.test') + final('p.train'))).toContain(
      'leakage: test rows reach `candidate`, which learns from them: p.test -> candidate',
    );
  });

  test('may not learn inside from what is drawn from its rows outside', () => {
    const outside = 'split q { from: p.train train: 2 per label test: 2 }\n';
    expect(leaks(outside + tune('p.train', 'q.train') + final('p.test'))).toEqual([
      'leakage: `score` measures on rows that the model has learnt from: q.train -> candidate -> score, and `fold.validation` and `q.train` are both drawn from `p.train`',
    ]);
  });

  test('makes a report on the rows it chose with optimistic', () => {
    const { pipeline, problems } = compileText(`load d { from: "d.csv" }
load e { from: "e.csv" }
split p { from: d train: 8 per label test: 40 }
split q { from: e train: 8 per label test: 40 }
${tune('p.train', 'fold.train', 'on: q.train')}${final('q.train')}
summary all { of: final }`);
    expect(problems).toEqual([]);
    const marks = pipeline?.steps
      .filter((step) => step.marks.length > 0)
      .map((step) => [step.name, step.marks[0]]);
    const mark = {
      name: 'optimistic',
      message:
        'measured on rows that the model was selected with, so the figures are too good: q.train -> best -> final, and `q.train` again',
    };
    expect(marks).toEqual([
      ['final', mark],
      ['all', mark],
    ]);
  });
});

describe('the walk through a graph', () => {
  /** Models that are each made from both models of the layer before. */
  const layers = (count: number): string => {
    let text = model('a0', 'p.train') + model('b0', 'p.train').replace(' }', ' rate: 1 }');
    for (let i = 1; i < count; i += 1)
      for (const name of ['a', 'b'])
        text += `merge ${name}${i} { of: ${name === 'a' ? `[a${i - 1}, b${i - 1}]` : `[b${i - 1}, a${i - 1}]`} from: [e${i - 1}, f${i - 1}] }
split ${name === 'a' ? 'e' : 'f'}${i} { from: ${name}${i}.rows train: 8 per label test: 40 seed: ${name === 'a' ? 1 : 2} }\n`;
    return text;
  };

  test('meets every step of a deep lattice once', () => {
    const depth = 60; // 2 ** 60 ways
    const text = layers(depth).replaceAll(/\[e(\d+), f\1\]/g, (_, i: string) =>
      i === '0' ? '[p.train]' : `[e${i}.train, f${i}.train]`,
    );
    const said = leaks(`${text}${measure(`a${depth - 1}`, 'p.test')}`);
    expect(said).toEqual([]);
    const [leak = ''] = leaks(`${text}measure s { model: a${depth - 1} on: p.train }\n`);
    expect(leak).toContain('leakage: `s` measures on rows that the model has learnt from: p.train -> ');
  });

  test('goes further than the stack of the language', { timeout: 60_000 }, () => {
    let text = model('m0', 'p.train');
    const depth = 8_000;
    for (let i = 1; i < depth; i += 1) text += `merge m${i} { of: [m${i - 1}] from: p.train }\n`;
    expect(leaks(`${text}${measure(`m${depth - 1}`, 'p.test')}`)).toEqual([]);
  });
});
