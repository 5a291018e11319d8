// Makes an evaluation report of rows that carry several labels or none, from what a model and its baseline said of them. Knows no
// files and no models.
import type { MultiLabelMetricName } from '../learning/metrics/multi-label-metrics.ts';
import type { Random } from '../learning/random.ts';
import { labelsUsed, type LabelBudget } from './consumed.ts';
import { select, texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import { figuresOfScores } from './evaluate-intervals.ts';
import { probeChecks, sampleChecks, slicesBy, unknownFigures } from './evaluation.ts';
import type { EvaluationReport, Probed } from './report.ts';
import { rowsDigest, trainingDigest } from './row-digest.ts';
import { severalWariness } from './several-checks.ts';
import {
  severalMajority,
  severalValues,
  setsOf,
  takeSeveral,
  type SeveralMeasurement,
} from './several-measurement.ts';

export interface SeveralEvaluated {
  readonly rows: Dataset;
  readonly measurement: SeveralMeasurement;
  readonly threshold: number;
  /** What the frozen probe said: `same` where the model is the frozen probe. */
  readonly probe: SeveralMeasurement | 'same';
  /** Which rows that was asked of, where not of all. */
  readonly probed: readonly number[] | undefined;
  readonly checks: readonly Check[];
  readonly budget: LabelBudget;
  /** The rows the model was fitted on. */
  readonly support: Dataset;
  readonly metrics: readonly MultiLabelMetricName[];
  /** Resamples; 0 for no intervals. */
  readonly draws: number;
  readonly random: Random;
  /** Columns. */
  readonly slices: readonly string[];
}

export async function severalReport(evaluated: SeveralEvaluated): Promise<EvaluationReport> {
  const [{ multiLabelReport }, { multiLabelMetrics }] = await Promise.all([
    import('../learning/metrics/multi-label-report.ts'),
    import('../learning/metrics/multi-label-metrics.ts'),
  ]);
  const { rows, measurement, probe, metrics, draws, random, threshold } = evaluated;
  const { labels, yTrue, yPred } = measurement;
  const predictions = { ...measurement, labels: labels.length };
  const values = await severalValues(measurement, metrics);
  const { figures, interval } = await figuresOfScores({
    ...{ rows, metrics, values, draws, random },
    prepare: (name) => multiLabelMetrics[name].prepare(predictions),
    hits: exactRows(measurement),
  });
  const sampled = evaluated.probed && (await sampledFigures(evaluated, evaluated.probed));
  const { perLabel, micro, macro, weighted, samples } = multiLabelReport(yTrue, yPred, labels);
  return {
    type: 'evaluation',
    metrics: figures,
    per_label: perLabel,
    confusion: null,
    multi_label: {
      threshold,
      labels_per_row: { true: ones(yTrue) / rows.rows, predicted: ones(yPred) / rows.rows },
      averages: { micro, macro, weighted, samples },
    },
    labels,
    rows: rows.rows,
    rows_digest: rowsDigest(rows),
    training_digest: trainingDigest(evaluated.support),
    labels_used: labelsUsed(evaluated.budget),
    label_budget: evaluated.budget,
    baselines: {
      majority: await severalMajority(measurement, metrics),
      frozen_probe: await severalValues(probe === 'same' ? measurement : probe, metrics),
    },
    ...(sampled !== undefined && { probed: sampled }),
    checks: [
      ...(await severalWariness(texts(rows), measurement)),
      ...unknownFigures(metrics, figures, draws),
      ...evaluated.checks,
      ...probeChecks(probe),
      ...sampleChecks(sampled, rows.rows),
    ],
    interval,
    slices: await slicesBy(rows, evaluated.slices, (indices) =>
      severalValues(takeSeveral(measurement, indices), metrics),
    ),
  };
}

async function sampledFigures(
  { rows, measurement, metrics, draws, random }: SeveralEvaluated,
  probed: readonly number[],
): Promise<Probed> {
  const { multiLabelMetrics } = await import('../learning/metrics/multi-label-metrics.ts');
  const part = takeSeveral(measurement, probed);
  const predictions = { ...part, labels: part.labels.length };
  const { figures } = await figuresOfScores({
    ...{ rows: select(rows, probed), metrics, draws, random: random.derive('frozen probe') },
    values: await severalValues(part, metrics),
    prepare: (name) => multiLabelMetrics[name].prepare(predictions),
    hits: exactRows(part),
  });
  return { rows: probed.length, metrics: figures };
}

/** Rows that were given exactly their labels. */
function exactRows({ labels, yTrue, yPred }: SeveralMeasurement): number {
  const given = setsOf(yPred, labels.length);
  return setsOf(yTrue, labels.length).filter((set, i) => set.join() === given[i]?.join()).length;
}

function ones(table: Uint8Array): number {
  return table.reduce((sum, one) => sum + one, 0);
}
