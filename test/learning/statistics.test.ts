import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/learning/random.ts';
import { bootstrap } from '../../src/learning/statistics/bootstrap.ts';
import {
  normalCdf,
  normalQuantile,
  studentCdf,
  studentQuantile,
} from '../../src/learning/statistics/distributions.ts';
import { holm, pairedT, signFlipTest, wilcoxon } from '../../src/learning/statistics/paired-tests.ts';
import { quantile, summarise, tInterval, wilsonInterval } from '../../src/learning/statistics/summary.ts';

interface Paired {
  differences: number[];
  t: number;
  t_p: number;
  low: number;
  high: number;
  mean: number;
  sd: number;
  wilcoxon: number;
  wilcoxon_p: number;
  flip_p?: number;
}
interface Fixture {
  student: [t: number, degrees: number, p: number][];
  student_quantile: [p: number, degrees: number, t: number][];
  normal: [x: number, p: number][];
  normal_quantile: [p: number, x: number][];
  paired: Paired[];
  holm: [number[], number[]][];
  wilson: [successes: number, n: number, low: number, high: number][];
  quantile: [share: number, value: number][];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/statistics.json', import.meta.url), 'utf8'),
) as Fixture;

/** Equal to 10 digits. */
function expectClose(found: number | null, wanted: number) {
  expect(Math.abs((found ?? NaN) - wanted)).toBeLessThanOrEqual(
    1e-10 * Math.max(Math.abs(wanted), 1e-30) + 1e-13,
  );
}

describe('distributions, as scipy', () => {
  test('studentCdf', () => fixture.student.forEach(([t, df, p]) => expectClose(studentCdf(t, df), p)));
  test('studentQuantile', () =>
    fixture.student_quantile.forEach(([p, df, t]) => expectClose(studentQuantile(p, df), t)));
  test('normalCdf', () => fixture.normal.forEach(([x, p]) => expectClose(normalCdf(x), p)));
  test('normalQuantile', () =>
    fixture.normal_quantile.forEach(([p, x]) => expectClose(normalQuantile(p), x)));
  test('far tails keep their digits', () =>
    expect(normalCdf(-9) / 1.1285884059538425e-19).toBeCloseTo(1, 10));
  test('shares outside (0, 1) are refused', () => {
    expect(() => normalQuantile(1)).toThrow(RangeError);
    expect(() => studentQuantile(0.5, 0)).not.toThrow();
    expect(() => studentCdf(1, 0)).toThrow(RangeError);
  });
});

describe('summaries', () => {
  test('of several values, as scipy', () => {
    for (const { differences, mean, sd, low, high } of fixture.paired) {
      const found = summarise(differences);
      expectClose(found.mean, mean);
      expectClose(found.sd, sd);
      if (sd > 0) expectClose(found.low, low);
      if (sd > 0) expectClose(found.high, high);
      expect(found.n).toBe(differences.length);
    }
  });
  test('of one value there is no spread', () => {
    expect(summarise([0.5])).toEqual({
      mean: 0.5,
      sd: null,
      n: 1,
      min: 0.5,
      max: 0.5,
      low: null,
      high: null,
    });
    expect(() => summarise([])).toThrow(RangeError);
  });
  test('wilsonInterval, as statsmodels', () => {
    for (const [successes, n, low, high] of fixture.wilson) {
      expectClose(wilsonInterval(successes, n).low, low);
      expectClose(wilsonInterval(successes, n).high, high);
    }
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
  });
  test('quantile, as numpy', () =>
    fixture.quantile.forEach(([share, value]) => expectClose(quantile([1, 4, 4.5, 9, 11], share), value)));
});

describe('paired tests, as scipy', () => {
  const spread = fixture.paired.filter(({ sd }) => sd > 0);
  test('pairedT', () => {
    for (const { differences, t, t_p, low, high } of spread) {
      expectClose(pairedT(differences)?.statistic ?? NaN, t);
      expectClose(pairedT(differences)?.p ?? NaN, t_p);
      expectClose(tInterval(differences).low, low);
      expectClose(tInterval(differences).high, high);
    }
  });
  test('wilcoxon', () => {
    const methods = new Set<string>();
    for (const item of fixture.paired) {
      const found = wilcoxon(item.differences);
      methods.add(found.method);
      expectClose(found.statistic, item.wilcoxon);
      expectClose(found.p, item.wilcoxon_p);
    }
    expect([...methods].sort()).toEqual(['exact', 'normal']);
  });
  test('signFlipTest over all signs', () => {
    const options = { draws: 0, random: createRandom('unused') };
    const exact = fixture.paired.filter(({ flip_p }) => flip_p !== undefined);
    expect(exact.length).toBeGreaterThan(10);
    for (const { differences, flip_p } of exact)
      expectClose(signFlipTest(differences, options).p, flip_p ?? NaN);
  });
  test('signFlipTest by random signs nears the t-test', () => {
    const { differences, t_p } = fixture.paired.find(
      ({ differences: { length } }) => length === 40,
    ) as Paired;
    const found = signFlipTest(differences, { draws: 10_000, random: createRandom('flips') });
    expect(found.method).toBe('random');
    expect(Math.abs(found.p - t_p)).toBeLessThan(0.02);
  });
  test('equal differences', () => {
    expect(pairedT([0, 0, 0])).toBe(undefined);
    expect(pairedT([0.9 - 0.8, 0.7 - 0.6])).toBe(undefined);
    expect(summarise([0.5, 0.5])).toMatchObject({ sd: 0, low: null, high: null });
    expect(wilcoxon([0, 0]).p).toBe(1);
    expect(() => pairedT([0.5])).toThrow(RangeError);
  });
  test('holm, as statsmodels', () => {
    for (const [values, wanted] of fixture.holm) holm(values).forEach((p, i) => expectClose(p, wanted[i]));
    expect(holm([])).toEqual([]);
  });
});

describe('bootstrap', () => {
  const rows = 400;
  const yTrue = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const yPred = yTrue.map((label, i) => (i % 5 === 0 ? 1 - label : label));
  const probabilities = Float64Array.from({ length: 2 * rows }, (_, i) => {
    const predicted = yPred[Math.floor(i / 2)] === i % 2;
    return predicted ? 0.8 : 0.2;
  });
  const predictions = { yTrue, yPred, labels: 2, probabilities };

  test('is near the interval of a share, and the same for the same stream', () => {
    const draw = () =>
      bootstrap(predictions, ['accuracy', 'ece'], { draws: 2000, random: createRandom('boot') });
    const { accuracy } = draw();
    const exact = wilsonInterval(320, 400);
    expect(Math.abs(accuracy.low - exact.low)).toBeLessThan(0.01);
    expect(Math.abs(accuracy.high - exact.high)).toBeLessThan(0.01);
    expect(draw()).toEqual(draw());
  });

  test('covers the truth about as often as it says', () => {
    const random = createRandom('coverage');
    let covered = 0;
    for (let i = 0; i < 200; i += 1) {
      const sample = yTrue.map((label) => (random.next() < 0.7 ? label : 1 - label));
      const { accuracy } = bootstrap({ yTrue, yPred: sample, labels: 2 }, ['accuracy'], {
        draws: 200,
        random,
      });
      if (accuracy.low <= 0.7 && 0.7 <= accuracy.high) covered += 1;
    }
    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(199);
  });

  test('rows drawn together are as wide as their number of groups', () => {
    // every row ten times: the interval is that of the 40 rows they repeat
    const clusters = Int32Array.from({ length: rows }, (_, i) => i % 40);
    const yPred = yTrue.map((label, i) => ((i % 40) % 5 === 0 ? 1 - label : label));
    const { accuracy } = bootstrap({ yTrue, yPred, labels: 2 }, ['accuracy'], {
      draws: 2000,
      random: createRandom('clusters'),
      clusters,
    });
    const exact = wilsonInterval(32, 40);
    expect(Math.abs(accuracy.low - exact.low)).toBeLessThan(0.04);
    expect(Math.abs(accuracy.high - exact.high)).toBeLessThan(0.04);
  });

  test('a metric without a value has no interval', () => {
    const constant = { ...predictions, yTrue: new Int32Array(rows) };
    expect(bootstrap(constant, ['auroc'], { draws: 10, random: createRandom(1) }).auroc).toEqual({
      low: NaN,
      high: NaN,
    });
  });
});
