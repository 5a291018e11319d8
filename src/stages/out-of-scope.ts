// `out_of_scope`: rows that belong to no label of a classifier, and how well its probabilities tell them from the others. Knows no
// files and no models.
import type { Random } from '../learning/random.ts';
import { answeredRows } from './abstention.ts';
import { select, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import { figuresOf } from './evaluate-intervals.ts';
import type { Measurement, Values } from './measurement.ts';
import type { OutOfScopeName } from './metric-words.ts';
import type { Figure, OutOfScope } from './report.ts';

/** The rows that are measured, cut in two. */
export interface Scoped {
  /** Rows of labels that the model may know. */
  readonly inside: Dataset;
  readonly outside: Dataset;
  /** All of them: those inside, then those outside. */
  readonly all: Dataset;
}

export function cutByScope(rows: Dataset, label: string): Scoped {
  const column = rows.columns.get(rows.roles.label ?? '') ?? [];
  const numbers = [...column.keys()];
  const [inside, outside] = [
    numbers.filter((i) => column[i] !== label),
    numbers.filter((i) => column[i] === label),
  ];
  const known = { ...rows, labels: rows.labels.filter((name) => name !== label) };
  return {
    inside: select(known, inside),
    outside: select(rows, outside),
    all: select(rows, [...inside, ...outside]),
  };
}

export interface ScopedAnswers {
  /** Of the rows inside. */
  readonly measurement: Measurement;
  /** Probabilities [rows outside, labels]. */
  readonly outside: Float64Array;
}

interface Judged extends ScopedAnswers {
  readonly rows: Scoped;
  /** The least probability of a label that is given; nothing where every row is answered. */
  readonly threshold: number | undefined;
  readonly draws: number;
  readonly random: Random;
}

type Figures = Readonly<Partial<Record<OutOfScopeName, Figure>>>;

/** `oos_precision` is absent where no row went without an answer. */
export async function scopeFigures(judged: Judged): Promise<Figures> {
  const { rows, threshold } = judged;
  const auroc = (await figure(judged, rows.all, 'auroc', scores(judged))).auroc;
  const found: Partial<Record<OutOfScopeName, Figure>> = auroc === undefined ? {} : { oos_auroc: auroc };
  if (threshold === undefined) return found;
  const { answered, right } = answers(judged, threshold);
  const inside = rows.inside.rows;
  const numbers = [...answered.keys()];
  const share = async (of: readonly number[], hit: (i: number) => boolean): Promise<Figure | undefined> =>
    of.length === 0
      ? undefined
      : (await figure(judged, select(rows.all, of), 'accuracy', sharing(of.map(hit)))).accuracy;
  const [recall, precision, open] = [
    await share(numbers.slice(inside), (i) => answered[i] === false),
    await share(
      numbers.filter((i) => answered[i] === false),
      (i) => i >= inside,
    ),
    await share(numbers, (i) => right[i] === true),
  ];
  return {
    ...found,
    ...(recall !== undefined && { oos_recall: recall }),
    ...(precision !== undefined && { oos_precision: precision }),
    ...(open !== undefined && { open_accuracy: open }),
  };
}

/** The figures alone, for a baseline. */
export async function scopeValues(judged: Omit<Judged, 'draws'>): Promise<Values> {
  const figures = await scopeFigures({ ...judged, draws: 0 });
  return Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]));
}

/** The best constant guess where leaving every row without an answer is one of the guesses. */
export function scopeMajority({ truth, labels }: Measurement, outside: number): Values {
  const counts = labels.map((_, label) => truth.filter((one) => one === label).length);
  return { open_accuracy: Math.max(outside, ...counts) / (truth.length + outside) };
}

export function scopeRecord(judged: Judged, label: string): OutOfScope {
  const { rows, threshold } = judged;
  const record = { label, rows: rows.outside.rows };
  if (threshold === undefined) return record;
  const { answered } = answers(judged, threshold);
  return { ...record, abstained: answered.slice(rows.inside.rows).filter((yes) => !yes).length };
}

export function scopeChecks(judged: Judged, label: string): readonly Check[] {
  const { rows } = judged.rows.outside;
  if (rows > 0) return [];
  return [
    { name: 'out_of_scope', message: `no row has the label \`${label}\`, so nothing is known of others` },
  ];
}

/** Whether each row was answered, and whether that was right: those inside by their label, those outside by no answer. */
function answers(
  { measurement, outside }: ScopedAnswers,
  threshold: number,
): { readonly answered: readonly boolean[]; readonly right: readonly boolean[] } {
  const { truth, predicted, probabilities, labels } = measurement;
  const own = answeredRows(probabilities, labels.length, threshold);
  const others = answeredRows(outside, labels.length, threshold);
  return {
    answered: [...own, ...others],
    right: [...own.map((yes, i) => yes && truth[i] === predicted[i]), ...others.map((yes) => !yes)],
  };
}

/** Two labels, inside and outside, by how sure the classifier is of its most probable one. */
function scores({ measurement, outside }: ScopedAnswers): Measurement {
  const { probabilities, labels, truth } = measurement;
  const sure = (values: Float64Array): readonly number[] =>
    Array.from({ length: values.length / labels.length }, (_, i) =>
      Math.max(...values.subarray(i * labels.length, (i + 1) * labels.length)),
    );
  const all = [...sure(probabilities), ...sure(outside)];
  return {
    labels: ['inside', 'outside'],
    truth: Int32Array.from(all, (_, i) => (i < truth.length ? 0 : 1)),
    predicted: new Int32Array(all.length),
    probabilities: Float64Array.from(all.flatMap((value) => [value, 1 - value])),
  };
}

/** Answers whose accuracy is the share of hits, so that its interval is made as that of accuracy. */
function sharing(hits: readonly boolean[]): Measurement {
  return {
    labels: ['hit', 'miss'],
    truth: new Int32Array(hits.length),
    predicted: Int32Array.from(hits, (yes) => (yes ? 0 : 1)),
    probabilities: new Float64Array(2 * hits.length).fill(0.5),
  };
}

async function figure(
  { draws, random }: Judged,
  rows: Dataset,
  metric: 'auroc' | 'accuracy',
  measurement: Measurement,
): Promise<Readonly<Record<string, Figure | undefined>>> {
  const { figures } = await figuresOf({ rows, measurement, metrics: [metric], draws, random });
  return figures;
}
