// Models that calls name, `with: ask(model: …)`, are inputs of the step like any other.
import { describe, expect, test } from 'vitest';
import { compileText } from './rig.ts';

const data = `load d { from: "d.csv" text: "text" label: "label" }
split p { from: d train: 8 per label test: 40 }
learn first { model: "builtin:plain" from: p.train }
`;

function stepOf(text: string, id = 'm') {
  const { pipeline, problems } = compileText(data + text);
  expect(problems.filter((problem) => !problem.includes('unused-stage'))).toEqual([]);
  const step = pipeline?.steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`there is no step ${id}`);
  return step;
}

function askedOf(text: string, id = 'm') {
  const input = stepOf(text, id).inputs['asked'];
  if (input?.from !== 'many') throw new Error('nobody is asked');
  return input.members.map(({ input: one }) =>
    one.from === 'step' ? one.step : one.from === 'builtin' ? `builtin:${one.name}` : one.from,
  );
}

const learning = (asks: string): string => `learn m { model: "builtin:plain" from: p.train with: ${asks} }`;

describe('a model in a call', () => {
  test('is a member of the input, and its place there is the value of the argument', () => {
    const text = learning('[swap, ask(model: first), ask(model: "builtin:plain", rate: 20%)]');
    expect(askedOf(text)).toEqual(['first', 'builtin:plain']);
    expect(stepOf(text).options['with']).toEqual([
      { name: 'swap', arguments: { rate: 0.1 } },
      { name: 'ask', arguments: { model: 0, rate: 0.1 } },
      { name: 'ask', arguments: { model: 1, rate: 0.2 } },
    ]);
  });

  test('is absent where no call names one', () => {
    expect(stepOf(learning('[swap]')).inputs).not.toHaveProperty('asked');
  });

  test('may stand behind constants, conditions and parameters', () => {
    const text = `let asks = [ask(model: which), ask(model: if small then first else "builtin:plain")]
let which = "builtin:plain"
param small: bool = false
${learning('asks')}`;
    expect(askedOf(text)).toEqual(['builtin:plain', 'builtin:plain']);
  });

  test('is that of the same round of a loop', () => {
    const text = `each c in [1, 2] {
  learn near { model: "builtin:plain" from: p.train rate: c }
  learn m { model: "builtin:plain" from: p.train with: ask(model: near) }
}`;
    expect(askedOf(text, 'm[c=1]')).toEqual(['near[c=1]']);
    expect(askedOf(text, 'm[c=2]')).toEqual(['near[c=2]']);
  });

  test('is what another step comes after, also in a circle', () => {
    expect(compileText(data + learning('ask(model: m)')).problems).toEqual(['4:7 cycle: `m` needs itself']);
  });

  test('stands outside the block of a search', () => {
    const tuned = (asked: string, search = 'rate: log_uniform(0.001, 1)'): string => `
measure final { model: best.m on: p.test }
tune best { from: p.train maximize: score.accuracy search: { ${search} }
  learn other { model: "builtin:plain" from: fold.train rate: search.rate }
  learn m { model: "builtin:plain" from: fold.train with: ${asked} }
  measure score { model: m on: fold.validation }
}`;
    const plain = { input: { from: 'builtin', name: 'plain' } };
    const members = stepOf(tuned('ask(model: "builtin:plain")'), 'best').inputs['1.asked'];
    expect(members).toMatchObject({ from: 'many', members: [plain] });
    const twice = 'choice(swap, ask(model: "builtin:plain"), ask("builtin:plain", 50%))';
    const chosen = stepOf(tuned('search.how', `rate: uniform(0.1, 1), how: ${twice}`), 'best');
    expect(chosen.inputs['1.asked']).toMatchObject({ members: [plain, plain] });
    expect(compileText(data + tuned('ask(model: other)')).problems).toEqual([
      '8:70 not-supported: the model of a call stands outside the block, and `other` stands inside it',
    ]);
  });
});

test.each([
  ['ask(model: "builtin:plian")', '4:65 unknown-builtin: there is no built-in model `plian`'],
  ['ask(model: nobody)', '4:65 unknown-name: no stage is called `nobody`'],
  ['ask(model: d)', '4:65 wrong-artifact: a model is needed here, and `d` gives a dataset'],
  ['ask(model: p)', '4:65 unknown-part: `p` gives several parts'],
  ['ask(model: 3)', '4:65 wrong-type: expected a model, found the whole number 3'],
  ['ask', '4:54 missing-option: `ask` needs `model`'],
  ['ask(model: first, asked: first)', '4:72 unknown-argument: `ask` has no argument `asked`'],
])('%s is wrong', (asks, problem) => {
  expect(compileText(data + learning(asks)).problems.map((one) => one.split('\n')[0])).toEqual([problem]);
});

test('what it has learnt counts for leakage', () => {
  const text = `tune best { from: p.train maximize: score.accuracy search: { rate: uniform(0.1, 1) }
  learn m { model: "builtin:plain" from: fold.train with: ask(model: first) rate: search.rate }
  measure score { model: m on: fold.validation }
}
measure final { model: best.m on: p.test }`;
  expect(compileText(data + text).problems).toEqual([
    expect.stringContaining(
      'leakage: `score` measures on rows that the model has learnt from: p.train -> first -> m',
    ),
  ]);
});

test('the input is no entry of the stage', () => {
  const { problems } = compileText(`${data}learn m { model: "builtin:plain" from: p.train asked: first }`);
  expect(problems).toEqual(['4:48 unknown-option: `learn` has no option `asked`']);
});
