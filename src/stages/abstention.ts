// `abstain`: rows about which a classifier is too little sure get no answer. Knows no files and no models.
import type { Check } from './evaluate-checks.ts';
import { figuresOf, type Resampled } from './evaluate-intervals.ts';
import { select } from './dataset.ts';
import { takeMeasured, type Measurement } from './measurement.ts';
import type { AbstentionName } from './metric-words.ts';
import type { Abstention, Figure } from './report.ts';

export interface Abstained {
  readonly abstention: Abstention;
  /** `selective_accuracy` is absent where no row was answered. */
  readonly figures: Readonly<Partial<Record<AbstentionName, Figure>>>;
  readonly checks: readonly Check[];
}

/** Whether each row is answered: its most probable label has at least the probability `threshold`. */
export function answeredRows(probabilities: Float64Array, labels: number, threshold: number): boolean[] {
  return Array.from({ length: probabilities.length / labels }, (_, i) =>
    probabilities.subarray(i * labels, (i + 1) * labels).some((value) => value >= threshold),
  );
}

export async function abstain(
  { rows, measurement, draws, random }: Omit<Resampled, 'metrics'>,
  threshold: number,
): Promise<Abstained> {
  const answered = answeredRows(measurement.probabilities, measurement.labels.length, threshold);
  const indices = [...answered.keys()].filter((i) => answered[i]);
  const { accuracy: coverage } = await accuracyOf({
    rows,
    measurement: shareAsMeasurement(answered),
    draws,
    random: random.derive('coverage'),
  });
  const { accuracy: selective } =
    indices.length === 0
      ? {}
      : await accuracyOf({
          rows: select(rows, indices),
          measurement: takeMeasured(measurement, indices),
          draws,
          random: random.derive('selective accuracy'),
        });
  return {
    abstention: { threshold, answered: indices.length, abstained: rows.rows - indices.length },
    figures: {
      ...(coverage !== undefined && { coverage }),
      ...(selective !== undefined && { selective_accuracy: selective }),
    },
    checks: silences(measurement, answered),
  };
}

async function accuracyOf(
  resampled: Omit<Resampled, 'metrics'>,
): Promise<Readonly<Record<string, Figure | undefined>>> {
  return (await figuresOf({ ...resampled, metrics: ['accuracy'] })).figures;
}

/** Answers whose accuracy is the share of rows that were answered, so that its interval is made in the same way. */
function shareAsMeasurement(answered: readonly boolean[]): Measurement {
  const truth = new Int32Array(answered.length);
  return {
    labels: ['answered', 'abstained'],
    truth,
    predicted: Int32Array.from(answered, (yes) => (yes ? 0 : 1)),
    probabilities: new Float64Array(2 * answered.length).fill(0.5),
  };
}

function silences({ labels, truth }: Measurement, answered: readonly boolean[]): readonly Check[] {
  if (!answered.includes(true))
    return [{ name: 'abstention', message: 'no row was answered: no label is ever probable enough' }];
  const rows = labels.map(() => ({ all: 0, answered: 0 }));
  truth.forEach((label, i) => {
    const counts = rows[label];
    if (counts === undefined) return;
    counts.all += 1;
    if (answered[i] === true) counts.answered += 1;
  });
  const silent = labels.filter((_, label) => (rows[label]?.all ?? 0) > 0 && rows[label]?.answered === 0);
  if (silent.length === 0) return [];
  const names = silent.map((label) => `\`${label}\``).join(', ');
  return [{ name: 'abstention', message: `no row that has the label ${names} was answered` }];
}
