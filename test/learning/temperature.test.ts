import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
  const fitted = fitTemperature(probabilities, truth, labels);
  if (fitted.state !== 'fitted') throw new Error(fitted.state);
  expect(fitted.temperature / item.torch).toBeCloseTo(1, 6);
  expect(fitted.temperature / item.scipy).toBeCloseTo(1, 6);
  const scaled = atTemperature(probabilities, labels, fitted.temperature);
  scaled.slice(0, 3 * labels).forEach((value, i) => expect(value).toBeCloseTo(item.scaled[i] ?? NaN, 7));
  const loss = (values: Float64Array) => nll({ yTrue: truth, labels, probabilities: values })();
  expect(loss(probabilities)).toBeCloseTo(item.nll_before, 8);
  expect(loss(scaled)).toBeCloseTo(item.nll_after, 8);
});

describe('where there is no best temperature', () => {
  const sure = [0.7, 0.3, 0.2, 0.8];
  test('because the model is right about every row', () => {
    expect(fitTemperature(Float64Array.from(sure), Int32Array.of(0, 1), 2)).toEqual({ state: 'no-errors' });
  });
  test('because it is wrong as often as it is sure', () => {
    expect(fitTemperature(Float64Array.from(sure), Int32Array.of(1, 0), 2)).toEqual({ state: 'no-signal' });
    expect(fitTemperature(Float64Array.of(0.5, 0.5), Int32Array.of(1), 2)).toEqual({ state: 'no-errors' });
  });
  test('no rows are a mistake', () => {
    expect(() => fitTemperature(new Float64Array(), new Int32Array(), 2)).toThrow(RangeError);
  });
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
      const fitted = fitTemperature(probabilities, truth, labels);
      const wrong = mostProbable(probabilities, labels).some((label, i) => label !== truth[i]);
      if (fitted.state !== 'fitted') return;
      expect(wrong).toBe(true);
      const loss = (temperature: number) =>
        nll({ yTrue: truth, labels, probabilities: atTemperature(probabilities, labels, temperature) })();
      const best = loss(fitted.temperature);
      for (const factor of [0.5, 0.9, 1.1, 2, 1 / fitted.temperature])
        expect(loss(fitted.temperature * factor)).toBeGreaterThanOrEqual(best - 1e-9);
    }),
  );
});
