import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLogistic } from '../../src/learning/heads/logistic.ts';
import { fitOneVsRest, type FitBinary } from '../../src/learning/heads/one-vs-rest.ts';
import { headProbabilities } from '../../src/learning/heads/probabilities.ts';
import { fitRidge } from '../../src/learning/heads/ridge.ts';
import { describeHead, headTensors, restoreHead } from '../../src/learning/heads/stored.ts';
import { fitSvm } from '../../src/learning/heads/svm.ts';
import {
  multiLabelMetrics,
  type MultiLabelMetricName,
} from '../../src/learning/metrics/multi-label-metrics.ts';
import { multiLabelReport } from '../../src/learning/metrics/multi-label-report.ts';

interface HeadCase {
  readonly kind: 'logistic' | 'svm' | 'ridge';
  readonly balanced: boolean;
  readonly columns: number;
  readonly labels: number;
  readonly x: readonly number[];
  readonly carried: readonly number[];
  readonly weight: readonly number[];
  readonly bias: readonly number[];
  readonly predicted: readonly number[];
  readonly probabilities: readonly number[] | null;
}

interface MetricCase {
  readonly labels: number;
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
  readonly probabilities: readonly number[];
  readonly weights: readonly number[] | null;
  readonly scores: Readonly<Record<MultiLabelMetricName, number>>;
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/several-labels.json', import.meta.url), 'utf8'),
) as { heads: readonly HeadCase[]; metrics: readonly MetricCase[] };

function binary({ kind, balanced }: HeadCase): FitBinary {
  const shared = { classWeights: balanced ? ('balanced' as const) : undefined };
  const tight = { ...shared, c: 2, tolerance: 1e-9, maxIterations: 10_000 };
  if (kind === 'logistic') return (x, targets) => fitLogistic(x, targets, 2, tight);
  if (kind === 'svm') return (x, targets) => fitSvm(x, targets, 2, tight);
  return (x, targets) => fitRidge(x, targets, 2, { ...shared, alpha: 2 });
}

const worst = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN))), 0);

const matrix = ({ x, columns }: HeadCase) => ({
  rows: x.length / columns,
  columns,
  data: Float32Array.from(x),
});

describe.each(fixture.heads)('one $kind head a label, balanced: $balanced', (item) => {
  test('has the coefficients of OneVsRestClassifier, and says the same when stored and read back', async () => {
    const x = matrix(item);
    const head = await fitOneVsRest(x, Uint8Array.from(item.carried), item.labels, item.kind, binary(item));
    expect(head.settings).toEqual({ of: item.kind, converged: 1 });
    expect(worst(head.tensors['weight'].data, item.weight)).toBeLessThan(1e-4);
    expect(worst(head.tensors['bias'].data, item.bias)).toBeLessThan(1e-4);
    const said = headProbabilities(restoreHead(describeHead(head), headTensors(head)), x);
    expect([...said].map((value) => (value > 0.5 ? 1 : 0))).toEqual(item.predicted);
    if (item.probabilities !== null) expect(worst(said, item.probabilities)).toBeLessThan(1e-4);
  });
});

test('a label that every row carries, or none, is always or never the more probable', async () => {
  const x = { rows: 4, columns: 2, data: Float32Array.from([1, 0, 0, 1, 1, 1, 0, 0]) };
  const carried = Uint8Array.from([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0]);
  const fit: FitBinary = (of, targets) =>
    fitLogistic(of, targets, 2, { c: 1, tolerance: 1e-6, maxIterations: 100 });
  const said = headProbabilities(await fitOneVsRest(x, carried, 3, 'logistic', fit), x);
  for (let row = 0; row < 4; row += 1) {
    expect(said[row * 3]).toBeCloseTo(0.9, 6);
    expect(said[row * 3 + 1]).toBeCloseTo(0.1, 6);
    expect(said[row * 3 + 2] > 0.5).toBe(carried[row * 3 + 2] === 1);
  }
});

const predictionsOf = (item: MetricCase) => ({
  yTrue: Uint8Array.from(item.truth),
  yPred: Uint8Array.from(item.predicted),
  labels: item.labels,
  probabilities: Float64Array.from(item.probabilities),
});

describe.each(Object.keys(multiLabelMetrics) as MultiLabelMetricName[])('%s', (name) => {
  test('as scikit-learn, with ties and with weights', () => {
    for (const item of fixture.metrics) {
      const weights = item.weights === null ? undefined : Float64Array.from(item.weights);
      const found = multiLabelMetrics[name].prepare(predictionsOf(item))(weights);
      expect(found).toBeCloseTo(item.scores[name], 9);
    }
  });

  test('a row of weight two is the same row twice', () => {
    const [item] = fixture.metrics;
    if (item === undefined) throw new Error('no case');
    const twice = <T>(values: readonly T[]): readonly T[] => [...values, ...values.slice(0, item.labels)];
    const doubled = {
      ...item,
      truth: twice(item.truth),
      predicted: twice(item.predicted),
      probabilities: twice(item.probabilities),
    };
    const weights = new Float64Array(item.truth.length / item.labels).fill(1);
    weights[0] = 2;
    const { prepare } = multiLabelMetrics[name];
    expect(prepare(predictionsOf(item))(weights)).toBeCloseTo(prepare(predictionsOf(doubled))(), 12);
  });
});

test('the F1 scores are those of the report', () => {
  const table = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(table, (cells) => {
      const four = cells.flatMap((cell) => [cell, cell, cell]); // three labels a row
      const yTrue = Uint8Array.from(four, ([truth], i) => (i % 2 === 0 ? truth : 1 - truth));
      const yPred = Uint8Array.from(four, ([, said], i) => (i % 3 === 0 ? said : 1 - said));
      const report = multiLabelReport(yTrue, yPred, ['a', 'b', 'c']);
      const predictions = { yTrue, yPred, labels: 3, probabilities: Float64Array.from(yPred) };
      const score = (name: MultiLabelMetricName) => multiLabelMetrics[name].prepare(predictions)();
      expect(score('micro_f1')).toBeCloseTo(report.micro.f1, 12);
      expect(score('macro_f1')).toBeCloseTo(report.macro.f1, 12);
      expect(score('weighted_f1')).toBeCloseTo(report.weighted.f1, 12);
      expect(score('samples_f1')).toBeCloseTo(report.samples.f1, 12);
    }),
  );
});
