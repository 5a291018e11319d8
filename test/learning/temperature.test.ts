import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mostProbable } from '../../src/learning/heads/probabilities.ts';
import { nll } from '../../src/learning/metrics/probability-scores.ts';
import { softmaxRows } from '../../src/learning/softmax.ts';
import { atTemperature, fitTemperature } from '../../src/learning/temperature.ts';

interface Case {
  name: string;
  labels: number;
  probabilities: number[];
  truth: number[];
  torch: number;
  scipy: number;
  nll_before: number;
  nll_after: number;
  scaled: number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/temperature.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

test.each(fixture.cases)('as PyTorch and scipy fit it: $name', (item) => {
  const { labels } = item;
  const [probabilities, truth] = [Float64Array.from(item.probabilities), Int32Array.from(item.truth)];
  const temperature = fitTemperature(probabilities, truth, labels);
  expect(temperature / item.torch).toBeCloseTo(1, 6);
  expect(temperature / item.scipy).toBeCloseTo(1, 6);
  const scaled = atTemperature(probabilities, labels, temperature);
  scaled
    .slice(0, item.scaled.length)
    .forEach((value, i) => expect(value).toBeCloseTo(item.scaled[i] ?? NaN, 7));
  const loss = (values: Float64Array) => nll({ yTrue: truth, labels, probabilities: values })();
  expect(loss(probabilities)).toBeCloseTo(item.nll_before, 8);
  expect(loss(scaled)).toBeCloseTo(item.nll_after, 8);
});

test('many rows outweigh the prior, few do not', () => {
  // Nine of ten are right, and a label is given two to one: the likelihood is highest where it is given nine to one.
  const temperatureOf = (rows: number) =>
    fitTemperature(
      Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 2 / 3 : 1 / 3)),
      Int32Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? 1 : 0)),
      2,
    );
  const likeliest = Math.log(2) / Math.log(9);
  expect(temperatureOf(100_000)).toBeCloseTo(likeliest, 3);
  expect(temperatureOf(10)).toBeGreaterThan(likeliest + 0.05);
  expect(temperatureOf(10)).toBeLessThan(1);
});

test('no rows are a mistake', () => {
  expect(() => fitTemperature(new Float64Array(), new Int32Array(), 2)).toThrow(RangeError);
});

const logits = fc
  .integer({ min: 2, max: 5 })
  .chain((labels) =>
    fc.tuple(
      fc.constant(labels),
      fc.array(
        fc.tuple(
          fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: labels, maxLength: labels }),
          fc.integer({ min: 0, max: labels - 1 }),
        ),
        { minLength: 1, maxLength: 20 },
      ),
    ),
  );

test('no temperature has a lower loss, and no label changes', () => {
  fc.assert(
    fc.property(logits, ([labels, rows]) => {
      const truth = Int32Array.from(rows, ([, label]) => label);
      const probabilities = softmaxRows(Float64Array.from(rows.flatMap(([values]) => values)), labels);
      const temperature = fitTemperature(probabilities, truth, labels);
      const scaled = atTemperature(probabilities, labels, temperature);
      const loss = (tried: number) =>
        rows.length *
          nll({ yTrue: truth, labels, probabilities: atTemperature(probabilities, labels, tried) })() +
        Math.log(tried) ** 2 / 2;
      const best = loss(temperature);
      for (const factor of [0.1, 0.5, 0.9, 1.1, 2, 10, 1 / temperature])
        expect(loss(temperature * factor)).toBeGreaterThanOrEqual(best - 1e-9);
      truth.forEach((_, i) => {
        const row = scaled.slice(i * labels, (i + 1) * labels);
        expect(row[mostProbable(probabilities, labels)[i]]).toBe(Math.max(...row));
      });
    }),
  );
});
