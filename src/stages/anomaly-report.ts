// The report of an `evaluate` of a model that knows normal rows alone, from what it and its baseline said. Knows no files and no models.
import type { Random } from '../learning/random.ts';
import { anomalyFigures, anomalyValues, type Judged } from './anomaly-figures.ts';
import { labelBudget, labelsUsed, type Consumed } from './consumed.ts';
import { labelIndices, texts, type Dataset } from './dataset.ts';
import { repeatChecks, type Check } from './evaluate-checks.ts';
import { slicesBy, unknownFigures } from './evaluation.ts';
import type { OneClassRecord } from './fine-tune-one-class.ts';
import type { AnomalyName } from './metric-words.ts';
import type { Anomalies, EvaluationReport } from './report.ts';
import { thresholdChecks } from './one-class-threshold.ts';
import { rowsDigest, trainingDigest } from './row-digest.ts';

export interface MeasuredAnomalies {
  readonly rows: Dataset;
  readonly judged: Judged;
  /** What the same method says by the counts of n-grams, or by the pixels; nothing where the model is of these itself, or has too few rows there. */
  readonly baseline: { readonly name: 'ngrams' | 'pixels'; readonly judged: Judged } | undefined;
  /** Label of normal rows, and that of all others. */
  readonly labels: readonly [string, string];
  readonly record: OneClassRecord;
  readonly distance: string;
  readonly metrics: readonly AnomalyName[];
  readonly support: Dataset;
  readonly consumed: Consumed;
  readonly checks: readonly Check[];
  /** Resamples; 0 for no intervals. */
  readonly draws: number;
  readonly random: Random;
  /** Columns. */
  readonly slices: readonly string[];
}

export async function anomalyReport(measured: MeasuredAnomalies): Promise<EvaluationReport> {
  const [{ classificationReport }, { confusion }, { normaliseText }] = await Promise.all([
    import('../learning/metrics/classification-report.ts'),
    import('../learning/metrics/confusion.ts'),
    import('../learning/identity.ts'),
  ]);
  const { rows, judged, labels, metrics, record, draws, random, baseline } = measured;
  const truth = Int32Array.from(judged.anomalous);
  const predicted = Int32Array.from(judged.distances, (distance) => (distance > judged.threshold ? 1 : 0));
  const { counts } = confusion(truth, predicted, 2);
  const { figures, interval } = await anomalyFigures(rows, judged, metrics, { draws, random });
  const budget = labelBudget(measured.consumed);
  const anomalous = truth.reduce((sum, one) => sum + one, 0);
  const chance = { auroc: 0.5, average_precision: anomalous / rows.rows };
  const asked = (name: string): boolean => metrics.some((metric) => metric === name);
  return {
    type: 'evaluation',
    metrics: figures,
    per_label: classificationReport(truth, predicted, labels).perLabel,
    confusion: [0, 1].map((i) => [...counts.subarray(2 * i, 2 * i + 2)]),
    anomalies: {
      normal: record.normal,
      distance: measured.distance,
      threshold: judged.threshold,
      fitted: record.units,
      quantile: record.quantile,
      kinds: kindsOf(measured, predicted),
    },
    labels,
    rows: rows.rows,
    rows_digest: rowsDigest(rows),
    training_digest: trainingDigest(measured.support),
    labels_used: labelsUsed(budget),
    label_budget: budget,
    baselines: {
      chance: Object.fromEntries(
        Object.entries(chance).filter(([name]) => asked(name) && figures[name] !== undefined),
      ),
      ...(baseline !== undefined && { [baseline.name]: await anomalyValues(baseline.judged, metrics) }),
    },
    checks: [
      ...repeatChecks({ texts: texts(rows), truth }, normaliseText),
      ...(anomalous === 0 ? [noAnomalies] : []),
      ...thresholdChecks(record),
      ...unknownFigures(metrics, figures, draws),
      ...measured.checks,
    ],
    interval,
    slices: await slicesBy(rows, measured.slices, (indices) =>
      anomalyValues(taken(judged, indices), metrics),
    ),
  };
}

/** The labels of the rows as they are, with how many rows of each were taken for anomalous. */
function kindsOf({ rows }: MeasuredAnomalies, predicted: Int32Array): Anomalies['kinds'] {
  const counts = rows.labels.map((label) => ({ label, rows: 0, anomalous: 0 }));
  labelIndices(rows).forEach((label, i) => {
    const kind = counts[label];
    if (kind === undefined) return;
    kind.rows += 1;
    kind.anomalous += predicted[i] ?? 0;
  });
  return counts.filter((kind) => kind.rows > 0);
}

function taken({ anomalous, distances, threshold }: Judged, indices: readonly number[]): Judged {
  return {
    anomalous: Uint8Array.from(indices, (i) => anomalous[i] ?? 0),
    distances: Float64Array.from(indices, (i) => distances[i] ?? 0),
    threshold,
  };
}

const noAnomalies: Check = {
  name: 'only_normal',
  message: 'every row is a normal one: only the rate of false alarms can be measured on them',
};
