import { describe, expect, test } from 'vitest';
import { labelsUsed, type LabelBudget } from '../../../src/stages/consumed.ts';
import { compare } from '../../../src/stages/compare.ts';
import type { ComparisonReport } from '../../../src/stages/report.ts';
import type { Member } from '../../../src/stages/stage.ts';
import { artifactOf } from '../data/memory.ts';
import { check, failure, json, run } from './rig.ts';

interface Given {
  readonly seed?: number | string;
  readonly accuracy: number;
  readonly rows?: number;
  readonly label_budget?: LabelBudget;
  readonly collapsed?: boolean;
  /** Test rows and training rows; those of the seed unless given. */
  readonly on?: string;
  readonly by?: string;
  /** Accuracies. */
  readonly episodes?: readonly number[];
}

/** A report with what `compare` reads of it. */
function member(name: string, given: Given): Member {
  const {
    seed,
    accuracy,
    rows = 100,
    label_budget = { fitted: 24, selected: 0 },
    collapsed,
    on = `on ${seed}`,
    by = `by ${seed}`,
    episodes,
  } = given;
  const report = {
    type: 'evaluation',
    metrics: { accuracy: { value: accuracy }, ...(name !== 'short' && { mcc: { value: 2 * accuracy - 1 } }) },
    rows,
    rows_digest: on,
    ...(episodes !== undefined && { episodes: { accuracies: episodes } }),
    training_digest: by,
    labels_used: labelsUsed(label_budget),
    label_budget,
    checks: collapsed === true ? [{ name: 'collapse', message: '' }] : [],
  };
  return {
    name,
    keys: seed === undefined ? {} : { seed },
    artifact: artifactOf('report', { 'report.json': JSON.stringify(report) }),
  };
}

function members(name: string, accuracies: readonly number[], more: Partial<Given> = {}): Member[] {
  return accuracies.map((accuracy, seed) => member(name, { seed, accuracy, ...more }));
}

async function compared(of: readonly Member[], options: Readonly<Record<string, unknown>> = {}) {
  const ran = await run(compare, { options, inputs: { of } });
  return { ...ran, report: (await json(ran.artifact, 'report.json')) as ComparisonReport };
}

const a = members('a', [0.8, 0.7, 0.9]);
const b = members('b', [0.7, 0.65, 0.75]);

test('reports of one list of episodes are compared episode by episode', async () => {
  const learnt = member('learnt', { on: 'drawn', accuracy: 0.8, episodes: [0.7, 0.8, 0.9, 0.8] });
  const plain = member('plain', { on: 'drawn', accuracy: 0.6, episodes: [0.5, 0.7, 0.5, 0.7] });
  const { report } = await compared([learnt, plain], { metrics: ['accuracy'] });
  expect(report.metrics['accuracy']?.['learnt']).toMatchObject({ n: 4, min: 0.7, max: 0.9 });
  // p is that of scipy.stats.ttest_rel of the two lists.
  const [difference] = report.differences;
  expect(difference?.n).toBe(4);
  expect(difference?.mean).toBeCloseTo(0.2, 12);
  expect(difference?.p).toBeCloseTo(0.0662756027415242, 10);
  expect(report.notes).toContain(
    '`plain` has one instance: its spread is that of its 4 episodes, and says nothing of another training',
  );
  const elsewhere = member('plain', { on: 'others', accuracy: 0.6, episodes: [0.5, 0.7, 0.5, 0.7] });
  const { report: apart } = await compared([learnt, elsewhere], { metrics: ['accuracy'] });
  expect(apart.differences).toEqual([]);
  const several = await compared([...members('x', [0.8, 0.7, 0.9], { episodes: [0.1, 0.9] }), ...b], {
    metrics: ['accuracy'],
  });
  expect(several.report.differences[0]?.n).toBe(3); // draws, where there are several
});

test('means and intervals of every metric and name', async () => {
  const { report } = await compared([...a, ...b]);
  expect(report.names).toEqual(['a', 'b']);
  expect(report.labels_used).toEqual([24, 24]);
  expect(Object.keys(report.metrics)).toEqual(['accuracy', 'mcc']);
  // numpy: mean, std(ddof=1); scipy: t.interval(0.95, 2, mean, std / sqrt(3))
  const { a: first } = report.metrics['accuracy'] ?? {};
  expect(first).toMatchObject({ n: 3, min: 0.7, max: 0.9 });
  expect(first?.mean).toBeCloseTo(0.8, 12);
  expect(first?.sd).toBeCloseTo(0.1, 12);
  expect(first?.low).toBeCloseTo(0.8 - 0.24841377, 7);
  expect(first?.high).toBe(1); // not 1.048: no accuracy is beyond 1
});

test('differences pair the instances by their keys, whatever the order', async () => {
  const { report } = await compared([...a, ...[...b].reverse()], { metrics: ['accuracy'] });
  expect(report.differences).toHaveLength(1);
  const [difference] = report.differences;
  expect(difference).toMatchObject({ metric: 'accuracy', a: 'a', b: 'b', n: 3, test: 't' });
  expect(difference?.mean).toBeCloseTo(0.1, 12);
  // scipy.stats.ttest_rel([.8, .7, .9], [.7, .65, .75]).pvalue
  expect(difference?.p).toBeCloseTo(0.0741799, 6);
  expect(difference?.p_holm).toBe(difference?.p);
});

test('all p-values of a report are corrected together', async () => {
  const { report } = await compared([...a, ...b, ...members('c', [0.1, 0.3, 0.2])], {
    metrics: ['accuracy'],
  });
  expect(report.differences.map(({ a, b }) => `${a}-${b}`)).toEqual(['a-b', 'a-c', 'b-c']);
  const smallest = Math.min(...report.differences.map(({ p }) => p ?? NaN));
  const [first] = report.differences.filter(({ p }) => p === smallest);
  expect(first?.p_holm).toBeCloseTo(3 * smallest, 12);
});

test('with a baseline it is told how much of its figures the others keep', async () => {
  const { report } = await compared([...a, ...b], { metrics: ['accuracy'], baseline: 'b' });
  const [{ kept } = {}] = report.differences;
  // Of [.8, .7, .9] / [.7, .65, .75]: numpy's mean, and scipy.stats.t.interval(.95, 2, mean, scipy.stats.sem(…)).
  expect(kept?.mean).toBeCloseTo(1.13992673992674, 9);
  expect(kept?.low).toBeCloseTo(0.9869267906098224, 6);
  expect(kept?.high).toBeCloseTo(1.292926689243658, 6);
  expect((await compared([...a, ...b], { metrics: ['accuracy'] })).report.differences[0]).not.toHaveProperty(
    'kept',
  );
});

test('with a baseline every other name is compared with it', async () => {
  const { report } = await compared([...a, ...b, ...members('c', [0.1, 0.3, 0.2])], {
    metrics: ['accuracy'],
    baseline: 'b',
  });
  expect(report.differences.map(({ a, b }) => `${a}-${b}`)).toEqual(['a-b', 'c-b']);
});

test.each([
  ['wilcoxon', 0.25],
  ['permutation', 0.25],
])('the test %s', async (test, p) => {
  const { report } = await compared([...a, ...b], { metrics: ['accuracy'], test });
  expect(report.differences[0]?.p).toBeCloseTo(p, 12);
});

test('a single stage has no differences', async () => {
  expect((await compared(a)).report.differences).toEqual([]);
});

test('a single instance has no interval and no p-value', async () => {
  const { report } = await compared([member('a', { accuracy: 0.8 }), member('b', { accuracy: 0.7 })], {
    metrics: ['accuracy'],
  });
  expect(report.metrics['accuracy']?.['a']).toMatchObject({ n: 1, sd: null, low: null, high: null });
  expect(report.differences[0]).toMatchObject({ n: 1, low: null, high: null, p: null, p_holm: null });
});

test('metrics are those that all reports have', async () => {
  const { report } = await compared([...a, ...members('short', [0.5, 0.5, 0.5])]);
  expect(Object.keys(report.metrics)).toEqual(['accuracy']);
});

test('what a mean would hide is said', async () => {
  const { report } = await compared([
    member('a', { seed: 1, accuracy: 0.5, collapsed: true }),
    member('a', { seed: 2, accuracy: 0.9 }),
  ]);
  expect(report.notes).toEqual(['`a` collapsed to one label with seed=1']);
});

test('instances that were not measured on the same rows are no pairs', async () => {
  const other = [0.7, 0.65, 0.75].map((accuracy, seed) =>
    member('b', { seed, accuracy, ...(seed > 0 && { on: `on ${seed + 10}` }) }),
  );
  const { report } = await compared([...a, ...other], { metrics: ['accuracy'] });
  expect(report.differences).toEqual([]);
  expect(report.notes).toEqual([
    '`a` and `b` were not measured on the same rows with seed=1 and seed=2: their difference is left out; ' +
      'measure both on the same part, or give their splits the same seed',
  ]);
  const require = {
    left: { of: 'a', metric: 'accuracy' },
    operator: '>',
    right: { of: 'b', metric: 'accuracy' },
    at: 0.95,
    text: '',
  };
  expect(compare.judge?.({ require }, report)).toMatchObject({
    held: false,
    detail: 'there is no interval to judge by: the report has no paired difference of the two',
  });
});

test('instances of one draw of the rows are averaged first', async () => {
  const of = ['a', 'b'].flatMap((name) =>
    [0, 1].flatMap((seed) =>
      [1, 2, 3].map((k) => ({
        ...member(name, { seed, accuracy: (name === 'a' ? 0.8 : 0.7) + seed / 10 + (seed * k) / 100 }),
        keys: { seed, k },
      })),
    ),
  );
  const { report } = await compared(of, { metrics: ['accuracy'] });
  expect(report.metrics['accuracy']?.['a']).toMatchObject({ n: 2 });
  expect(report.metrics['accuracy']?.['a']?.mean).toBeCloseTo(0.86, 12);
  expect(report.differences[0]?.n).toBe(2);
  expect(report.notes[0]).toBe(
    'the 6 instances of `a` come from 2 draws of the rows: those trained and measured on the same rows are averaged first',
  );
});

test('one test set and other training rows are other draws', async () => {
  const { report } = await compared([...members('a', [0.8, 0.7, 0.9], { on: 'all' })]);
  expect(report.metrics['accuracy']?.['a']?.n).toBe(3);
  expect(report.notes).toEqual([]);
});

test('equal draws and pairs have no interval and no p', async () => {
  const { report } = await compared([...members('a', [0.9, 0.9]), ...members('b', [0.8, 0.8])], {
    metrics: ['accuracy'],
  });
  expect(report.metrics['accuracy']?.['a']).toMatchObject({ sd: 0, low: null, high: null });
  expect(report.differences[0]).toMatchObject({ n: 2, low: null, high: null, p: null, p_holm: null });
  expect(report.notes).toHaveLength(3);
  const judged = (right: object | number) =>
    compare.judge?.(
      { require: { left: { of: 'a', metric: 'accuracy' }, operator: '>', right, at: 0.95, text: '' } },
      report,
    );
  expect(judged({ of: 'b', metric: 'accuracy' })).toMatchObject({
    held: false,
    detail: 'there is no interval to judge by: the difference is the same in all pairs',
  });
  expect(judged(0.5)).toMatchObject({
    held: false,
    detail: 'there is no interval to judge by: all draws are equal',
  });
});

test('intervals end where the metric does', async () => {
  const { report } = await compared(members('a', [1, 0.9]), { metrics: ['accuracy', 'mcc'] });
  expect(report.metrics['accuracy']?.['a']?.high).toBe(1);
  expect(report.metrics['mcc']?.['a']?.low).toBeGreaterThanOrEqual(-1);
});

test('too few pairs to ever be significant are said to be', async () => {
  const { report } = await compared([...a, ...b], { metrics: ['accuracy'], test: 'wilcoxon' });
  expect(report.notes).toEqual([
    'with 3 pairs the test `wilcoxon` cannot give a p below 0.25: it takes at least 6',
  ]);
});

test('the label budget of a name is that of the instance that used most', async () => {
  const budget = (fitted: number, selected: number) => ({ label_budget: { fitted, selected } });
  const { report } = await compared([
    member('a', { seed: 1, accuracy: 0.8, ...budget(16, 0) }),
    member('a', { seed: 2, accuracy: 0.7, ...budget(16, 8) }),
    member('b', { seed: 1, accuracy: 0.8, ...budget(16, 4) }),
    member('b', { seed: 2, accuracy: 0.7, ...budget(20, 0) }),
  ]);
  expect(report.labels_used).toEqual([24, 20]);
  expect(report.label_budgets[0]).toEqual({ fitted: 16, selected: 8 });
});

test('what was answered can be compared', async () => {
  const scored = ({ name, keys, artifact }: Member, coverage: number): Promise<Member> =>
    json(artifact, 'report.json').then((report) => {
      const { metrics } = report as { readonly metrics: object };
      const text = JSON.stringify({
        ...(report as object),
        metrics: { ...metrics, coverage: { value: coverage } },
      });
      return { name, keys, artifact: artifactOf('report', { 'report.json': text }) };
    });
  const of = await Promise.all([...a, ...b].map((one, i) => scored(one, i < 3 ? 0.9 + i / 100 : 1)));
  const { report } = await compared(of, { metrics: ['coverage'] });
  expect(report.differences[0]?.mean).toBeCloseTo(-0.09, 12);
  const outputs = check(compare, {
    options: { metrics: ['coverage'] },
    inputs: {},
    many: [{ name: 'a', static: { type: 'report', metrics: ['accuracy'] } }],
  });
  expect(outputs.problems).toBe('metrics unknown-word: not every report has `coverage`');
});

describe('failures', () => {
  test.each([
    [
      [...a, ...members('b', [0.7, 0.65])],
      {},
      'step:of unpaired-keys: `a` and `b` do not have the same instances: seed=2 only on one side',
    ],
    [a, { metrics: ['nll'] }, 'step:of unknown-word: not every report has a figure for `nll`'],
    [a, { baseline: 'z' }, 'step:baseline unknown-name: nothing compared here is called `z`'],
  ])('%#', async (of, options, expected) => {
    expect(await failure(compared(of, options))).toBe(expected);
  });

  test('a comparison cannot be compared', async () => {
    const { artifact } = await compared(a);
    expect(await failure(compared([{ name: 'a', keys: {}, artifact }]))).toBe(
      'step:of wrong-artifact: `a` is itself a comparison',
    );
  });
});

describe('require', () => {
  const requirement = (more: object) => ({
    left: { of: 'a', metric: 'accuracy' },
    operator: '>',
    right: { of: 'b', metric: 'accuracy' },
    text: 'as written',
    ...more,
  });

  test.each([
    [{}, true, 'a.accuracy is 0.8, b.accuracy is 0.7'],
    [{ by: 0.05 }, true, 'a.accuracy is 0.8, b.accuracy is 0.7'],
    [{ by: 0.1 }, false, 'a.accuracy is 0.8, b.accuracy is 0.7'],
    [{ by: 0.1, operator: '>=' }, true, 'a.accuracy is 0.8, b.accuracy is 0.7'],
    [
      { at: 0.95 },
      false,
      'a.accuracy is 0.8, b.accuracy is 0.7, the difference is -0.02421 to 0.2242 at 95 %',
    ],
    [
      {
        left: { of: 'b', metric: 'accuracy' },
        operator: '<',
        right: { of: 'a', metric: 'accuracy' },
        at: 0.95,
        by: -0.03,
      },
      true,
      'b.accuracy is 0.7, a.accuracy is 0.8, the difference is -0.2242 to 0.02421 at 95 %',
    ],
    [{ right: 0.5, at: 0.95 }, true, 'a.accuracy is 0.8, the difference is 0.05159 to 0.5 at 95 %'],
  ])('%j', async (more, held, detail) => {
    const { report } = await compared([...a, ...b]);
    expect(compare.judge?.({ require: requirement(more) }, report)).toEqual({
      text: 'as written',
      held,
      detail,
    });
  });

  test('one instance is no evidence', async () => {
    const { report } = await compared([member('a', { accuracy: 0.8 }), member('b', { accuracy: 0.7 })]);
    expect(compare.judge?.({ require: requirement({ at: 0.95 }) }, report)).toMatchObject({
      held: false,
    });
  });
});

test('what is known before anything runs', () => {
  const many = ['a', 'b'].map((name) => ({
    name,
    static: { type: 'report', metrics: name === 'a' ? ['accuracy', 'mcc'] : ['accuracy'] } as const,
  }));
  const require = { left: { metric: 'mcc' }, operator: '>', right: 0.5, text: '' };
  const { problems } = check(compare, {
    options: { metrics: ['mcc'], baseline: 'c', require },
    inputs: {},
    many,
  });
  expect(problems).toBe(
    'metrics unknown-word: not every report has `mcc`\n' +
      'baseline unknown-name: nothing compared here is called `c`\n' +
      'require wrong-type: `mcc` of which? write `a.mcc` or `b.mcc`',
  );
  expect(check(compare, { inputs: {}, many }).outputs).toEqual({
    '': { type: 'report', about: 'comparison', metrics: ['accuracy'] },
  });
});

test('stages whose instances differ in their keys do not pair, and a comparison of comparisons says nothing', () => {
  const member = (name: string, seed: number, about: 'evaluation' | 'comparison' = 'evaluation') => ({
    name,
    keys: { seed },
    static: { type: 'report', about, metrics: ['accuracy'] } as const,
  });
  const told = (...many: readonly ReturnType<typeof member>[]): string =>
    check(compare, { inputs: {}, many }).problems;
  expect(told(member('a', 1), member('a', 2), member('b', 2), member('b', 1))).toBe('');
  expect(told(member('a', 1), member('a', 2), member('b', 1))).toBe(
    'of unpaired-keys: `a` and `b` do not have the same instances: seed=2 only on one side',
  );
  expect(told(member('a', 1, 'comparison'))).toBe('of wrong-artifact: `a` is itself a comparison');
});
