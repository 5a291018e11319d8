import { describe, expect, test } from 'vitest';
import { compileText } from './rig.ts';

interface Change {
  /** Entries of `tune` itself. */
  readonly tune?: string;
  readonly search?: string;
  readonly candidate?: string;
  readonly score?: string;
  /** More stages of the block. */
  readonly inside?: string;
  /** More of the program. */
  readonly outside?: string;
}

/** A clean program around some changes; lines 4 to 7 are the search. */
function tuned({
  tune = '',
  search = 'rate: log_uniform(0.001, 1)',
  candidate = 'rate: search.rate',
  score = '',
  inside = '',
  outside = '',
}: Change = {}): string {
  return `load d { from: "d.csv" text: "text" label: "label" }
split p { from: d train: 8 per label test: 40 }
measure final { model: best.candidate on: p.test }
tune best { from: p.train maximize: score.accuracy search: { ${search} } ${tune}
  learn candidate { model: "builtin:plain" from: fold.train ${candidate} }
  measure score { model: candidate on: fold.validation ${score} }
${inside}}
${outside}`;
}

function stepOf(text: string, name = 'best') {
  const { pipeline, problems } = compileText(text);
  expect(problems).toEqual([]);
  const step = pipeline?.steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`there is no step ${name}`);
  return step;
}

describe('a block', () => {
  test('is resolved with places for what trials choose', () => {
    const best = stepOf(tuned());
    expect(best.options).toMatchObject({
      search: [['rate', { space: 'log_uniform', low: 0.001, high: 1 }]],
      maximize: { stage: 1, metric: 'accuracy' },
    });
    expect(best.block?.stages).toMatchObject([
      {
        name: 'candidate',
        kind: 'learn',
        options: { rate: { $search: 'rate' }, noisy: false },
        inputs: { from: { from: 'fold', part: 'train' } },
        required: ['model', 'from'],
        handed: { '': '0' },
      },
      {
        name: 'score',
        inputs: {
          model: { from: 'stage', stage: 0, part: '' },
          on: { from: 'fold', part: 'validation' },
        },
        handed: {},
      },
    ]);
    expect(best.inputs).toEqual({
      from: { from: 'step', step: 'p', part: 'train' },
      '0.model': { from: 'builtin', name: 'plain' },
    });
    expect(best.partNames).toEqual({ candidate: '0' });
    expect(best.outputs).toMatchObject({ trials: { type: 'dataset' }, '0': { type: 'model' } });
  });

  test('gives its parts under the names of its stages', () => {
    expect(stepOf(tuned(), 'final').inputs).toMatchObject({
      model: { from: 'step', step: 'best', part: '0' },
    });
  });

  test('is the same whatever its stages are called and in which order they stand', () => {
    const plain = stepOf(tuned());
    const renamed = tuned().replaceAll('candidate', 'zzz').replaceAll('score', 'aaa');
    const lines = tuned().split('\n');
    const reordered = [...lines.slice(0, 4), lines[5], lines[4], ...lines.slice(6)].join('\n');
    for (const text of [renamed, reordered]) {
      const other = stepOf(text);
      expect(other.options).toEqual(plain.options);
      expect(other.inputs).toEqual(plain.inputs);
      expect(other.block?.stages.map(({ name: _, ...stage }) => stage)).toEqual(
        plain.block?.stages.map(({ name: _, ...stage }) => stage),
      );
    }
  });

  test('may have choices of numbers, words, calls and inputs', () => {
    const best = stepOf(
      tuned({
        search:
          'how: choice(head(kind: knn), lora(2), plain) mode: choice(3, auto) base: choice("builtin:plain", "./m")',
        candidate: 'method: search.how mode: search.mode',
      }).replace('model: "builtin:plain"', 'model: search.base'),
    );
    expect(best.block?.stages[0]).toMatchObject({
      options: {
        method: {
          $search: 'how',
          cases: [
            { name: 'head', arguments: { kind: 'knn', c: 1 } },
            { name: 'lora', arguments: { rank: 2 } },
            { name: 'plain', arguments: {} },
          ],
        },
        mode: { $search: 'mode', cases: [3, 'auto'] },
      },
      chosen: { model: 'base' },
    });
    expect(best.inputs).toMatchObject({
      '0.model.0': { from: 'builtin', name: 'plain' },
      '0.model.1': { from: 'folder', path: '/program/m' },
    });
  });

  test('calls what it chooses from by value, so that names of constants are in no key', () => {
    const named = (kind: string, rank: string, how: string) =>
      stepOf(
        tuned({
          search: `how: choice(${how}, plain, lora(${rank} + 1)) mode: choice(${rank}, auto)`,
          candidate: 'method: search.how mode: search.mode',
          outside: `let ${kind} = "knn" param ${rank}: int = 2 let built = head(kind: (${kind}))`,
        }),
      ).options['search'];
    const values = [
      ['how', { space: 'choice', values: ['head(kind: "knn")', 'plain', 'lora(3)'] }],
      ['mode', { space: 'choice', values: [2, 'auto'] }],
    ];
    expect(named('k', 'r', 'head(kind: k)')).toEqual(values);
    expect(named('knn', 'low', 'head(kind: (knn))')).toEqual(values);
    expect(named('other', 'rank', 'built')).toEqual(values);
  });

  test('refuses a choice between equal values under two names', () => {
    const { problems } = compileText(
      tuned({ search: 'mode: choice(three, 3)', candidate: 'mode: search.mode', outside: 'let three = 3' }),
    );
    expect(problems).toEqual([expect.stringContaining('3 stands in the choice twice')]);
  });

  test('reads the instance of the same keys, and its spaces may use the variable', () => {
    const { pipeline, problems } = compileText(`load d { from: "d.csv" text: "text" label: "label" }
each k in [1, 2] {
  split p { from: d train: k per label test: 40 }
  tune best { from: p.train maximize: score.accuracy search: { mode: choice(k, 7) }
    learn candidate { model: "builtin:plain" from: fold.train mode: search.mode }
    measure score { model: candidate on: fold.validation }
  }
  measure final { model: best.candidate on: p.test }
}
summary all { of: final }`);
    expect(problems).toEqual([]);
    const cases = pipeline?.steps.flatMap(({ block }) =>
      block === undefined ? [] : [block.stages[0]?.options['mode']],
    );
    expect(cases).toEqual([
      { $search: 'mode', cases: [1, 7] },
      { $search: 'mode', cases: [2, 7] },
    ]);
    expect(pipeline?.steps.find(({ id }) => id === 'final[k=2]')?.inputs['model']).toEqual({
      from: 'step',
      step: 'best[k=2]',
      part: '0',
    });
  });

  test('hands out every stage that the held rows have no part in', () => {
    const best = stepOf(
      tuned({ inside: 'split drawn { from: fold.train train: 2 }' }).replace(
        'from: fold.train rate',
        'from: drawn.train rate',
      ),
    );
    expect(best.partNames).toEqual({ 'drawn.train': '0.train', candidate: '1' });
    expect(
      stepOf(tuned({ outside: 'tune other { from: best.trials }' }).replace(/tune other.*/, '')).id,
    ).toBe('best');
  });

  test('takes defaults of kinds like any other stage', () => {
    const text = `defaults learn { noisy: true }\n${tuned()}`;
    expect(stepOf(text).block?.stages[0]?.options).toMatchObject({ noisy: true });
  });
});

describe('what is wrong is said where it stands', () => {
  test.each<[string, Change | string, readonly string[]]>([
    [
      'stages in a kind that takes none',
      'load d { from: "d.csv"\n load e { from: "e.csv" } }',
      ['2:7 not-supported: `load` takes no stages inside it'],
    ],
    [
      'a search in a search',
      { inside: 'tune again { from: fold.train maximize: s.a }\n' },
      ['7:1 not-supported: `tune` cannot stand inside `tune`'],
    ],
    [
      'a loop in a search',
      { inside: 'each k in [1] { measure s { model: candidate on: fold.validation } }\n' },
      ['7:1 unexpected-text: only stages stand inside `tune`'],
    ],
    [
      'an unknown name of the search',
      { candidate: 'rate: search.rat' },
      ['5:74 unknown-name: `search` has no `rat`'],
    ],
    [
      'a name that nothing uses',
      { search: 'rate: uniform(0, 1) more: int(1, 3)' },
      ['4:82 option-without-effect: `more` changes nothing: no stage in `best` uses `search.more`'],
    ],
    [
      'a value that the option does not take',
      { search: 'rate: choice(1, "much")' },
      ['4:78 wrong-type: expected a number, found the text "much"'],
    ],
    [
      'a range that the option does not take',
      { search: 'rate: uniform(0.5, 9)', candidate: 'noisy: search.rate' },
      ['5:68 wrong-type: expected `true` or `false`, found the number 0.5'],
    ],
    [
      'a seed that is searched for',
      { search: 'rate: int(1, 3)', candidate: 'seed: search.rate' },
      ['5:67 searched-seed: a seed is not searched for: the best of several draws is luck'],
    ],
    [
      'a seed by its name',
      { search: 'seed: choice(1, 2)', candidate: 'seed: search.seed' },
      ['4:62 searched-seed: a seed is not searched for: the best of several draws is luck'],
    ],
    [
      'an unknown fold',
      { inside: 'measure s { model: candidate on: fold.test }\n' },
      ['7:39 unknown-part: `fold` has no part `test`'],
    ],
    [
      'a fold without its part',
      { inside: 'measure s { model: candidate on: fold }\n' },
      ['7:34 unknown-part: `fold` gives several parts'],
    ],
    [
      'a misspelt stage of the block',
      { inside: 'measure s { model: candidat on: fold.validation }\n' },
      ['7:20 unknown-name: no stage is called `candidat`'],
    ],
    [
      'a stage of the block called like one outside',
      { inside: 'learn d { model: "builtin:plain" from: fold.train }\n' },
      ['7:7 duplicate-name: `d` is declared outside this block already'],
    ],
    [
      'a stage called like a word of the block',
      { inside: 'learn fold { model: "builtin:plain" from: fold.train }\n' },
      ['7:7 duplicate-name: `fold` has a meaning of its own inside `tune`'],
    ],
    [
      'a stage called like a part',
      { inside: 'learn trials { model: "builtin:plain" from: fold.train }\n' },
      ['7:7 duplicate-name: `best.trials` would mean two things: `tune` has a part of that name'],
    ],
    [
      'two stages of one name',
      { inside: 'learn score { model: "builtin:plain" from: fold.train }\n' },
      ['7:7 duplicate-name: `score` is declared twice'],
    ],
    [
      'options that only steps have',
      { candidate: 'rate: search.rate timeout: 5m', score: 'to: "x.json" require: accuracy > 0.5' },
      [
        '5:79 option-without-effect: `timeout` changes nothing here: `tune` runs this stage',
        '6:56 option-without-effect: `to` changes nothing here: `tune` runs this stage',
        '6:69 option-without-effect: `require` changes nothing here: `tune` runs this stage',
      ],
    ],
    [
      'stages that wait for each other',
      {
        inside: 'learn a { model: b from: fold.train }\nlearn b { model: a from: fold.train }\n',
      },
      ['7:7 cycle: these stages wait for each other: `a`, `b`'],
    ],
    [
      'an artifact of the wrong type',
      { inside: 'measure s { model: fold.train on: fold.validation }\n' },
      ['7:20 wrong-artifact: `model` takes a model, and `fold.train` gives a dataset'],
    ],
    [
      'an artifact of the wrong type in one trial',
      {
        search: 'rate: choice("builtin:plain", p.train)',
        candidate: '',
        inside: 'learn x { model: search.rate from: fold.train }\n',
      },
      ['7:18 wrong-artifact: `model` takes a model, and `p.train` gives a dataset'],
    ],
    [
      'a part that the stage lacks',
      { inside: 'measure s { model: candidate.best on: fold.validation }\n' },
      ['7:20 unknown-part: `candidate` has no part `best`'],
    ],
    [
      'an encoder that is measured',
      { inside: 'measure s { model: "builtin:plain" on: fold.validation }\n' },
      [
        '7:20 needs-classifier: a classifier is needed here, and "builtin:plain" is a model of the kind `encoder`',
      ],
    ],
    [
      'a metric that is not measured',
      { tune: 'minimize: score.macro_f1' },
      ['4:102 unknown-name: `score` does not measure `macro_f1`'],
    ],
    [
      'a metric of something that measures nothing',
      { tune: 'minimize: candidate.accuracy' },
      ['4:102 wrong-artifact: `candidate` measures nothing: `minimize` takes a metric of a report'],
    ],
    [
      'a metric on other rows',
      { tune: 'minimize: other.accuracy', inside: 'measure other { model: candidate on: p.test }\n' },
      [
        '4:102 wrong-artifact: `other` does not measure on `fold.validation`, the rows that are held back',
        '7:38 leakage: test rows reach `other`, which selects with them: p.test -> other',
      ],
    ],
    [
      'a stage that the block does not have',
      { tune: 'minimize: final.accuracy' },
      ['4:102 unknown-name: no stage in the block is called `final`'],
    ],
    [
      'a part that depends on the held rows',
      { outside: 'learn again { model: best.score from: p.train }\n' },
      [
        '8:22 unknown-part: `best` does not give `score`: it depends on `fold.validation`, so it cannot be made again of all rows',
      ],
    ],
    [
      'a part that no stage has',
      { outside: 'learn again { model: best.winner from: p.train }\n' },
      ['8:22 unknown-part: `best` has no part `winner`'],
    ],
    [
      'the search without a part',
      { outside: 'learn again { model: best from: p.train }\n' },
      ['8:22 unknown-part: `best` gives several parts'],
    ],
    [
      'the words of the block outside it',
      { outside: 'learn again { model: "builtin:plain" from: fold.train rate: search.rate }\n' },
      ['8:44 unknown-name: no stage is called `fold`', '8:61 unknown-name: nothing is called `search`'],
    ],
    [
      'a value made of one that is searched for',
      { candidate: 'rate: 2 * search.rate' },
      ['5:71 unknown-name: nothing is called `search`'],
    ],
    [
      'a list of stages of the block',
      { inside: 'summary s { of: [score] }\n' },
      ['7:18 not-supported: a list names stages outside the block, and `score` stands inside it'],
    ],
    [
      'a mistake inside it, once, whatever reads it',
      { candidate: 'rat: search.rate' },
      ['5:61 unknown-option: `learn` has no option `rat`'],
    ],
  ])('%s', (_, change, expected) => {
    const text = typeof change === 'string' ? change : tuned(change);
    const { problems, pipeline } = compileText(text);
    expect(problems).toEqual(expected);
    expect(pipeline).toBeUndefined();
  });
});

describe('the precision of stages that train', () => {
  const other = (rest: string): string =>
    `  learn other { model: "builtin:plain" from: fold.train ${rest} }\n`;

  test('may be mixed in all of them', () => {
    const change = { candidate: 'rate: search.rate precision: mixed', inside: other('precision: mixed') };
    expect(compileText(tuned(change)).problems).toEqual([]);
  });

  test('is one in a block', () => {
    const said =
      'option-without-effect: `precision: mixed` is not what `other` says, and all stages of a block compute in one process, which has one precision';
    for (const rest of ['', 'precision: fp32']) {
      const change = { candidate: 'rate: search.rate precision: mixed', inside: other(rest) };
      expect(compileText(tuned(change)).problems).toEqual([expect.stringContaining(said)]);
    }
  });

  test('is not searched for', () => {
    const change = {
      search: 'p: choice(fp32, mixed)',
      candidate: 'precision: search.p',
      inside: other('precision: mixed'),
    };
    expect(compileText(tuned(change)).problems).toEqual([
      expect.stringContaining('option-without-effect: `precision` cannot be searched for'),
    ]);
  });
});
