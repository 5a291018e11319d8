// Makes an evaluation report from what a model and its baseline said of some rows. Knows no files and no models.
import type { MetricName } from '../learning/metrics/metrics.ts';
import type { Random } from '../learning/random.ts';
import { select, texts, type Dataset } from './dataset.ts';
import { abstain } from './abstention.ts';
import { labelsUsed, type LabelBudget } from './consumed.ts';
import { wariness, type Check } from './evaluate-checks.ts';
import { figuresOf } from './evaluate-intervals.ts';
import { majorityValues, metricValues, takeMeasured, type Measurement, type Values } from './measurement.ts';
import {
  scopeChecks,
  scopeFigures,
  scopeMajority,
  scopeRecord,
  scopeValues,
  type Scoped,
} from './out-of-scope.ts';
import type { Calibration, EvaluationReport, Probed, Slice } from './report.ts';
import { rowsDigest, trainingDigest } from './row-digest.ts';

export interface Evaluated {
  readonly rows: Dataset;
  readonly measurement: Measurement;
  /** What the frozen probe said: `same` where the model is the frozen probe, `none` where there is none. */
  readonly probe: Measurement | 'same' | 'none';
  /** Which rows that was asked of, where not of all. */
  readonly probed: readonly number[] | undefined;
  /** What is to be said of the rows and of the calibration. */
  readonly checks: readonly Check[];
  /** Labels of the model, and those it was calibrated with. */
  readonly budget: LabelBudget;
  readonly calibration: Calibration | undefined;
  /** Rows that belong to no label of the model, and what it and its baseline said of them. */
  readonly scope:
    | {
        readonly label: string;
        readonly rows: Scoped;
        readonly outside: Float64Array;
        readonly probe: Float64Array | undefined;
      }
    | undefined;
  /** The least probability of a label that is given; nothing where every row is answered. */
  readonly abstain: number | undefined;
  /** The rows the model was fitted on. */
  readonly support: Dataset;
  readonly metrics: readonly MetricName[];
  /** Resamples; 0 for no intervals. */
  readonly draws: number;
  readonly random: Random;
  /** Columns. */
  readonly slices: readonly string[];
}

export async function evaluationReport(evaluated: Evaluated): Promise<EvaluationReport> {
  const [{ classificationReport }, { confusion }] = await Promise.all([
    import('../learning/metrics/classification-report.ts'),
    import('../learning/metrics/confusion.ts'),
  ]);
  const { rows, measurement, probe, metrics } = evaluated;
  const { labels, truth, predicted } = measurement;
  const width = labels.length;
  const { counts } = confusion(truth, predicted, width);
  const { figures, interval } = await figuresOf(evaluated);
  const abstained = evaluated.abstain === undefined ? undefined : await abstain(evaluated, evaluated.abstain);
  const scope = await scopeOf(evaluated);
  const sampled = evaluated.probed && (await sampledFigures(evaluated, evaluated.probed));
  return {
    type: 'evaluation',
    metrics: { ...figures, ...abstained?.figures, ...scope?.figures },
    per_label: classificationReport(truth, predicted, labels).perLabel,
    confusion: labels.map((_, i) => [...counts.subarray(i * width, (i + 1) * width)]),
    labels,
    rows: rows.rows,
    rows_digest: rowsDigest(rows),
    training_digest: trainingDigest(evaluated.support),
    labels_used: labelsUsed(evaluated.budget),
    label_budget: evaluated.budget,
    ...(evaluated.calibration !== undefined && { calibration: evaluated.calibration }),
    ...(abstained !== undefined && { abstention: abstained.abstention }),
    ...(scope !== undefined && { out_of_scope: scope.record }),
    baselines: {
      majority: { ...(await majorityValues(measurement, metrics)), ...scope?.majority },
      ...(probe !== 'none' && {
        frozen_probe: {
          ...(await metricValues(probe === 'same' ? measurement : probe, metrics)),
          ...scope?.probe,
        },
      }),
    },
    ...(sampled !== undefined && { probed: sampled }),
    checks: [
      ...(await wariness({ texts: texts(rows), ...measurement })),
      ...unknownFigures(metrics, figures, evaluated.draws),
      ...evaluated.checks,
      ...(abstained?.checks ?? []),
      ...(scope?.checks ?? []),
      ...probeChecks(probe),
      ...sampleChecks(sampled, rows.rows),
    ],
    interval,
    slices: await slicesBy(rows, evaluated.slices, (indices) =>
      metricValues(takeMeasured(measurement, indices), metrics),
    ),
  };
}

async function scopeOf({ scope, measurement, probe, abstain: threshold, draws, random }: Evaluated) {
  if (scope === undefined) return undefined;
  const { rows, outside, label } = scope;
  const judged = { rows, measurement, outside, threshold, draws, random: random.derive('out of scope') };
  const probed = probe === 'same' ? { measurement, outside } : probe;
  return {
    figures: await scopeFigures(judged),
    record: scopeRecord(judged, label),
    checks: scopeChecks(judged, label),
    majority: threshold === undefined ? {} : scopeMajority(measurement, rows.outside.rows),
    probe:
      probed === 'none'
        ? undefined
        : await scopeValues(
            'measurement' in probed
              ? judged
              : { ...judged, measurement: probed, outside: scope.probe ?? new Float64Array() },
          ),
  };
}

/** Why there are no figures of the frozen probe, or what they are. */
export function probeChecks(probe: object | keyof typeof withoutProbe): readonly Check[] {
  return typeof probe === 'string' ? [{ name: 'frozen_probe', message: withoutProbe[probe] }] : [];
}

/** What the frozen probe is measured beside, where it was asked of some rows only. */
export function sampleChecks(sampled: Probed | undefined, rows: number): readonly Check[] {
  if (sampled === undefined) return [];
  const [first] = Object.entries(sampled.metrics);
  const beside = first && `; the model's own \`${first[0]}\` on these is ${figure(first[1].value)}`;
  const message = `it was measured on ${sampled.rows} of the ${rows} rows, drawn at random (\`probe_rows\`)${beside ?? ''}`;
  return [{ name: 'frozen_probe', message }];
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

async function sampledFigures(
  { rows, measurement, metrics, draws, random, abstain: threshold }: Evaluated,
  probed: readonly number[],
): Promise<Probed> {
  const part = {
    rows: select(rows, probed),
    measurement: takeMeasured(measurement, probed),
    ...{ draws, random: random.derive('frozen probe') },
  };
  const { figures } = await figuresOf({ ...part, metrics });
  const abstained = threshold === undefined ? undefined : await abstain(part, threshold);
  return { rows: probed.length, metrics: { ...figures, ...abstained?.figures } };
}

const withoutProbe = {
  same: 'the model is made like the frozen probe, so their figures are the same',
  none: 'there is no frozen probe: it learns from labelled rows, and not every label has one',
} as const;

/** Metrics without a value, and those without an interval though one was asked for. */
export function unknownFigures(
  metrics: readonly string[],
  figures: EvaluationReport['metrics'],
  draws: number,
): readonly Check[] {
  const without = metrics.filter((name) => figures[name] === undefined);
  const alone = metrics.filter((name) => figures[name] !== undefined && figures[name].low === undefined);
  return [
    ...without.map((name) => ({
      name: 'undefined_metric',
      message: `\`${name}\` has no value on these rows`,
    })),
    ...(draws === 0 ? [] : alone).map((name) => ({
      name: 'no_interval',
      message: `\`${name}\` has no interval: it is the same in every resample, so nothing is known of its spread`,
    })),
  ];
}

/** The metrics of the rows of each value of a column, in the order of the values. */
export async function slicesBy(
  rows: Dataset,
  slices: readonly string[],
  valuesOf: (indices: readonly number[]) => Promise<Values>,
): Promise<Readonly<Record<string, readonly Slice[]>>> {
  const result: Record<string, readonly Slice[]> = {};
  for (const column of slices) {
    const groups = new Map<string, number[]>();
    rows.columns.get(column)?.forEach((value, i) => {
      const key = typeof value === 'string' ? value : JSON.stringify(value);
      const same = groups.get(key);
      if (same === undefined) groups.set(key, [i]);
      else same.push(i);
    });
    const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
    result[column] = await Promise.all(
      sorted.map(async ([value, indices]) => ({
        value,
        rows: indices.length,
        metrics: await valuesOf(indices),
      })),
    );
  }
  return result;
}
