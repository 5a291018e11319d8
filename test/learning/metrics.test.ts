import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  classificationReport,
  type ClassificationReport,
  type Scores,
} from '../../src/learning/metrics/classification-report.ts';
import { confusion } from '../../src/learning/metrics/confusion.ts';
import { multiLabelReport, type MultiLabelReport } from '../../src/learning/metrics/multi-label-report.ts';
import { metrics, type MetricName } from '../../src/learning/metrics/metrics.ts';

type Four = [precision: number, recall: number, f1: number, support: number];
interface Vector {
  labels: number;
  true: number[];
  predicted: number[];
  per_label: Four[];
  macro: Four;
  weighted: Four;
  confusion: number[];
  scores: Record<string, number>;
  only: { labels: number[]; macro: Four; weighted: Four; micro: Four | null };
}
interface Probabilities {
  labels: number;
  true: number[];
  /** In 1/128. */
  table: number[];
  weights: number[];
  scores: Record<string, number>;
  weighted: Record<string, number>;
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/learning/metrics.json', import.meta.url), 'utf8'),
) as { vectors: Vector[]; probabilities: Probabilities[] };

const names = (count: number) => Array.from({ length: count }, (_, label) => String(label));
const four = ({ precision, recall, f1, support }: Scores): Four => [precision, recall, f1, support];

function expectFour(found: Scores, wanted: Four) {
  four(found).forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 10));
}

describe('as scikit-learn on random labels', () => {
  test('there are enough vectors, with labels that do not occur among them', () => {
    expect(fixture.vectors.length).toBeGreaterThanOrEqual(200);
    expect(fixture.vectors.some(({ per_label }) => per_label.some(([, , , support]) => support === 0))).toBe(
      true,
    );
  });

  test('classificationReport', () => {
    for (const vector of fixture.vectors) {
      const given = [Int32Array.from(vector.true), Int32Array.from(vector.predicted)] as const;
      const report = classificationReport(...given, names(vector.labels));
      expect(report.perLabel.map(({ label }) => label)).toEqual(names(vector.labels));
      report.perLabel.forEach((row, label) => expectFour(row, vector.per_label[label]));
      expectFour(report.macro, vector.macro);
      expectFour(report.weighted, vector.weighted);
      expect(report.accuracy).toBeCloseTo(vector.scores['accuracy'], 12);
      expect(report.micro.f1).toBeCloseTo(report.accuracy, 12);
      expect([...confusion(...given, vector.labels).counts]).toEqual(vector.confusion);

      const part = classificationReport(...given, names(vector.labels), vector.only.labels.map(String));
      expect(part.perLabel.length).toBe(vector.only.labels.length);
      expectFour(part.macro, vector.only.macro);
      expectFour(part.weighted, vector.only.weighted);
      if (vector.only.micro) expectFour(part.micro, vector.only.micro);
    }
  });

  const scores = Object.keys(fixture.vectors[0].scores) as MetricName[];
  test.each(scores)('%s', (name) => {
    for (const { labels, scores: wanted, ...vector } of fixture.vectors) {
      const yTrue = Int32Array.from(vector.true);
      const yPred = Int32Array.from(vector.predicted);
      expect(metrics[name].compute({ yTrue, yPred, labels })).toBeCloseTo(wanted[name], 10);
    }
  });
});

describe('probabilities, as scikit-learn and torchmetrics', () => {
  const rows = fixture.probabilities.map(({ table, ...rest }) => ({
    ...rest,
    predictions: {
      yTrue: Int32Array.from(rest.true),
      yPred: Int32Array.from(rest.true),
      labels: rest.labels,
      probabilities: Float64Array.from(table, (value) => value / 128),
    },
  }));

  test.each(['auroc', 'brier', 'nll', 'ece'] as const)('%s', (name) => {
    for (const { predictions, scores } of rows)
      expect(metrics[name].compute(predictions)).toBeCloseTo(scores[name], name === 'ece' ? 7 : 10);
  });

  test.each(['auroc', 'brier', 'nll'] as const)('%s with weighted rows', (name) => {
    for (const { predictions, weights, weighted } of rows)
      expect(metrics[name].prepare(predictions)(Float64Array.from(weights))).toBeCloseTo(weighted[name], 10);
  });

  test('auroc leaves labels without rows out', () => {
    const probabilities = Float64Array.of(0.8, 0.2, 0, 0.3, 0.6, 0.1, 0.6, 0.4, 0);
    const given = { yTrue: Int32Array.of(0, 1, 1), yPred: Int32Array.of(0, 1, 0), labels: 3, probabilities };
    expect(metrics.auroc.compute(given)).toBe(1);
    expect(metrics.auroc.compute({ ...given, yTrue: Int32Array.of(0, 0, 0) })).toBeNaN();
  });

  test('probabilities are needed, of every row', () => {
    const given = { yTrue: Int32Array.of(0, 1), yPred: Int32Array.of(0, 1), labels: 2 };
    for (const { needsProbabilities, compute } of Object.values(metrics)) {
      if (needsProbabilities) expect(() => compute(given)).toThrow('probabilities of 2 rows over 2 labels');
      else expect(compute(given)).toBe(1);
    }
    expect(() => metrics.nll.compute({ ...given, probabilities: new Float64Array(2) })).toThrow(RangeError);
  });
});

const vectors = fc.integer({ min: 2, max: 5 }).chain((labels) =>
  fc.record({
    labels: fc.constant(labels),
    rows: fc.array(
      fc.record({
        truth: fc.nat(labels - 1),
        predicted: fc.nat(labels - 1),
        shares: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: labels, maxLength: labels }),
        weight: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  }),
);
type Rows = typeof vectors extends fc.Arbitrary<infer V> ? V : never;

function predictionsOf({ labels, rows }: Rows) {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    labels,
    yTrue: Int32Array.from(rows, ({ truth }) => truth),
    yPred: Int32Array.from(rows, ({ predicted }) => predicted),
    probabilities: Float64Array.from(
      rows.flatMap(({ shares }) => shares.map((share) => share / sum(shares))),
    ),
  };
}

describe.each(Object.keys(metrics) as MetricName[])('%s', (name) => {
  const metric = metrics[name];
  const close = (a: number, b: number) => (Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) < 1e-9);

  test('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(vectors, ({ labels, rows }) =>
        close(
          metric.compute(predictionsOf({ labels, rows })),
          metric.compute(predictionsOf({ labels, rows: rows.toReversed() })),
        ),
      ),
    );
  });

  test('a row of weight n counts as n rows', () => {
    fc.assert(
      fc.property(vectors, ({ labels, rows }) => {
        const repeated = rows.flatMap((row) => new Array<(typeof rows)[0]>(row.weight).fill(row));
        fc.pre(repeated.length > 0);
        const weights = Float64Array.from(rows, ({ weight }) => weight);
        return close(
          metric.prepare(predictionsOf({ labels, rows }))(weights),
          metric.compute(predictionsOf({ labels, rows: repeated })),
        );
      }),
    );
  });

  if (!metric.needsProbabilities)
    test('a label that never occurs changes nothing', () => {
      fc.assert(
        fc.property(vectors, (given) => {
          const predictions = predictionsOf(given);
          return close(
            metric.compute(predictions),
            metric.compute({
              ...predictions,
              labels: predictions.labels + 3,
              probabilities: new Float64Array(),
            }),
          );
        }),
      );
    });
});

describe('only one flat label number a row is taken', () => {
  const labels = ['a', 'b', 'c'];
  test.each<[string, readonly number[], readonly number[], string]>([
    ['padding', [0, 1, -100], [0, 1, 2], 'row 2: `-100` is not a label number in [0, 3)'],
    ['a predicted label outside', [0, 1, 2], [0, 3, 2], 'row 1: `3`'],
    ['different lengths', [0, 1], [0, 1, 2], '2 true labels, but 3 predicted ones'],
    ['no rows', [], [], 'there are no rows'],
  ])('%s', (_, yTrue, yPred, message) => {
    const given = [Int32Array.from(yTrue), Int32Array.from(yPred)] as const;
    expect(() => classificationReport(...given, labels)).toThrow(message);
    expect(() => metrics.accuracy.compute({ yTrue: given[0], yPred: given[1], labels: 3 })).toThrow(message);
  });

  test('nested labels', () => {
    const nested = [[0, 1], [2]] as unknown as Int32Array;
    expect(() => classificationReport(nested, Int32Array.of(0, 1), labels)).toThrow('row 0: `0,1`');
  });

  test('a name that is no label', () => {
    const y = Int32Array.of(0);
    expect(() => classificationReport(y, y, labels, ['d'])).toThrow('`d` is none of the labels');
  });

  test('padding that looks like a label lifts weighted F1, so rows must be counted before', () => {
    const yTrue = Int32Array.of(1, 2, 1, 2);
    const yPred = Int32Array.of(1, 1, 2, 2);
    const padded = (y: Int32Array) =>
      Int32Array.from({ length: y.length * 10 }, (_, i) => (i % 10 ? 0 : y[i / 10]));
    const score = (a: Int32Array, b: Int32Array) =>
      metrics.weighted_f1.compute({ yTrue: a, yPred: b, labels: 3 });
    expect(score(yTrue, yPred)).toBe(0.5);
    expect(score(padded(yTrue), padded(yPred))).toBeCloseTo(0.95, 12);
  });
});

interface SharedCase {
  name: string;
  y_true: readonly (number | string)[] | readonly (readonly number[])[];
  y_pred: readonly (number | string)[] | readonly (readonly number[])[];
  kwargs: { labels?: (number | string)[]; target_names?: string[] };
  dict: Record<string, Record<string, number> | number>;
  confusion_matrix?: number[][];
  mcc?: number;
  cohen_kappa?: number;
  balanced_accuracy?: number;
}

const shared = new URL(
  '../../../shared/data/sklearn_report_vectors/classification_report_vectors.json',
  import.meta.url,
);

describe.skipIf(!existsSync(shared))(
  'the report vectors in ../shared (skipped where that folder is absent)',
  () => {
    const cases = existsSync(shared)
      ? (JSON.parse(readFileSync(shared, 'utf8')) as { cases: SharedCase[] }).cases
      : [];
    const nested = (item: SharedCase) => item.y_true.some((value) => Array.isArray(value));
    const rowsOf = (report: ClassificationReport | MultiLabelReport) => {
      const rows = new Map<string, Scores>(report.perLabel.map((row) => [row.label, row]));
      rows.set('micro avg', report.micro).set('macro avg', report.macro).set('weighted avg', report.weighted);
      return 'samples' in report ? rows.set('samples avg', report.samples) : rows;
    };
    const expectRows = (rows: ReadonlyMap<string, Scores>, dict: SharedCase['dict']) => {
      for (const [name, wanted] of Object.entries(dict)) {
        if (typeof wanted === 'number') continue;
        const found = rows.get(name);
        if (found === undefined) throw new Error(`no row ${name}`);
        expectFour(found, [wanted['precision'], wanted['recall'], wanted['f1-score'], wanted['support']]);
      }
    };

    test.each(cases.filter(nested))('$name', ({ y_true, y_pred, dict }) => {
      const flat = (table: readonly unknown[]) => Uint8Array.from((table as readonly number[][]).flat());
      const labels = Object.keys(dict).filter((name) => !name.endsWith(' avg'));
      const report = multiLabelReport(flat(y_true), flat(y_pred), labels);
      expectRows(rowsOf(report), dict);
      expect(Object.keys(dict).length).toBe(labels.length + 4);
    });

    test.each(cases.filter((item) => !nested(item)))(
      '$name',
      ({ y_true, y_pred, kwargs, dict, ...expected }) => {
        const [truth, predicted] = [y_true, y_pred] as (number | string)[][];
        const occurring = [...new Set([...truth, ...predicted])].sort((a, b) => (a < b ? -1 : 1));
        const values = [...new Set([...occurring, ...(kwargs.labels ?? [])])];
        const labels = values.map((value, i) => kwargs.target_names?.[i] ?? String(value));
        const numbers = (list: (number | string)[]) =>
          Int32Array.from(list, (value) => values.indexOf(value));
        const only = kwargs.labels?.map(String);
        const given = { yTrue: numbers(truth), yPred: numbers(predicted), labels: labels.length };
        const report = classificationReport(given.yTrue, given.yPred, labels, only);
        expectRows(rowsOf(report), dict);
        if (dict['accuracy'] !== undefined)
          expect(report.accuracy).toBeCloseTo(dict['accuracy'] as number, 12);
        for (const name of ['mcc', 'cohen_kappa', 'balanced_accuracy'] as const)
          if (expected[name] !== undefined)
            expect(metrics[name].compute(given)).toBeCloseTo(expected[name], 12);
        if (expected.confusion_matrix && only === undefined)
          expect([...confusion(given.yTrue, given.yPred, given.labels).counts]).toEqual(
            expected.confusion_matrix.flat(),
          );
      },
    );
  },
);

test('several labels a row: tables that do not fit are refused', () => {
  const labels = ['a', 'b'];
  expect(() => multiLabelReport(Uint8Array.of(1, 0, 1), Uint8Array.of(1, 0, 1), labels)).toThrow(
    'for 2 labels',
  );
  expect(() => multiLabelReport(Uint8Array.of(1, 0), Uint8Array.of(1, 2), labels)).toThrow('(1)');
  const report = multiLabelReport(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 0, 1), labels);
  expect(report.samples).toEqual({ precision: 0.5, recall: 0.25, f1: 1 / 3, support: 2 });
  expect(report.micro).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
});
