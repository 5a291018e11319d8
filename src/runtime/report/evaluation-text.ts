// Reports of `evaluate` as tables: one row a step in the overview, everything for a single one.
import { showable } from '../../parser/display-width.ts';
import type { EvaluationReport, Figure } from '../../stages/report.ts';
import type { Mark } from '../../compiler/pipeline.ts';
import { markLines, markSuffix } from './mark-text.ts';
import { budgetFigure, budgetRange, budgetText } from './budget-text.ts';
import { stageName, stepKeys } from './graph.ts';
import type { Paint } from './paint.ts';
import { counted, figure, grouped } from './quantity.ts';
import { textTable, type Column } from './text-table.ts';
import { toldOnce } from './told-once.ts';
import { textWidth } from './text-width.ts';

export interface NamedEvaluation {
  readonly step: string;
  readonly report: EvaluationReport;
  readonly marks: readonly Mark[];
}

/** More instances of one stage than this are drawn as one row with the spread. */
const mostRows = 12;

/**
 * One row a report, or one row a stage where it has many instances. Where the table is wider than `columns`, only the first
 * metric keeps its interval, then none: `show` has them all.
 */
export function evaluationTable(
  reports: readonly NamedEvaluation[],
  paint: Paint,
  columns: number,
): readonly string[] {
  const metrics = [...new Set(reports.flatMap(({ report }) => Object.keys(report.metrics)))];
  const baselines = [...new Set(reports.flatMap(({ report }) => Object.keys(report.baselines)))];
  const tables = [metrics.length, 1, 0].map((intervals) =>
    tableWith({ metrics, baselines, intervals }, reports, paint),
  );
  const fitting = tables.find((lines) => lines.every((line) => textWidth(line) <= columns));
  const [main = ''] = metrics;
  const notes = [
    ...(baselines.length === 0 ? [] : [`${baselines.join(', ')}: the ${main} anyone gets for free.`]),
    ...(reports.some(({ report }) => report.label_budget.selected > 0)
      ? ['labels used: to fit + to select.']
      : []),
  ];
  return [...(fitting ?? tables.at(-1) ?? []), ...notes.map((note) => paint.dim(note))];
}

interface Shown {
  readonly metrics: readonly string[];
  readonly baselines: readonly string[];
  /** How many of the metrics are shown with their intervals. */
  readonly intervals: number;
}

function tableWith(shown: Shown, reports: readonly NamedEvaluation[], paint: Paint): readonly string[] {
  const columns: readonly Column[] = [
    { head: 'report' },
    ...shown.metrics.map((head): Column => ({ head })),
    ...shown.baselines.map((head): Column => ({ head, align: 'right' })),
    { head: 'rows', align: 'right' },
    { head: 'labels used', align: 'right' },
  ];
  const byStage = new Map<string, NamedEvaluation[]>();
  for (const one of reports) {
    const name = stageName(one.step);
    byStage.set(name, [...(byStage.get(name) ?? []), one]);
  }
  const rows = [...byStage].flatMap(([stage, members]) =>
    members.length > mostRows
      ? [spreadRow(stage, members, shown)]
      : members.map((member) => reportRow(member, shown)),
  );
  return textTable(columns, rows, paint);
}

/** Metrics, baselines, per-label figures, confusion (of one label a row) and checks of one report. */
export function evaluationText(given: EvaluationReport, known: readonly Mark[], paint: Paint): string {
  const { report, marks } = toldOnce(given, known);
  const right = (head: string): Column => ({ head, align: 'right' });
  const baselines = Object.keys(report.baselines);
  const metrics = textTable(
    [{ head: 'metric' }, right('value'), { head: '95 % interval' }, ...baselines.map(right)],
    Object.entries(report.metrics).map(([name, value]) => [
      name,
      figure(value.value),
      interval(value),
      ...baselines.map((baseline) => optionalFigure(report.baselines[baseline]?.[name])),
    ]),
    paint,
  );
  const labels = textTable(
    [{ head: 'label' }, right('precision'), right('recall'), right('f1'), right('rows')],
    [...report.per_label, ...averages(report)].map((row) => [
      row.label,
      figure(row.precision),
      figure(row.recall),
      figure(row.f1),
      grouped(row.support),
    ]),
    paint,
  );
  const confusion =
    report.confusion === null
      ? []
      : textTable(
          [{ head: 'true \\ predicted' }, ...report.labels.map(right)],
          report.confusion.map((counts, i) => [report.labels[i] ?? '', ...counts.map(grouped)]),
          paint,
        );
  return [
    ...markLines(marks, paint),
    `${grouped(report.rows)} rows, ${budgetText(report.label_budget)}; interval: ${report.interval}`,
    ...episodeLines(report),
    ...severalLines(report),
    ...anomalyLines(report),
    ...probabilityLines(report),
    '',
    ...metrics,
    '',
    ...labels,
    ...(confusion.length === 0 ? [] : ['', ...confusion]),
    ...kindLines(report, paint),
    ...sliceLines(report, paint),
    ...(report.checks.length === 0 ? [] : ['']),
    ...report.checks.map((check) => `${paint.yellow('!')} ${check.name}: ${showable(check.message)}`),
    '',
  ].join('\n');
}

function averages({ multi_label: several }: EvaluationReport): EvaluationReport['per_label'] {
  if (several === undefined) return [];
  return Object.entries(several.averages).map(([name, scores]) => ({
    label: `(${name} average)`,
    ...scores,
  }));
}

function episodeLines({ episodes }: EvaluationReport): readonly string[] {
  if (episodes === undefined) return [];
  const { ways, shots, queries, method, accuracies, differences } = episodes;
  return [
    `${grouped(accuracies.length)} episodes of ${ways} new classes, ${counted(shots, 'row')} of each to learn from and ${grouped(queries)} to be asked about, by \`${method}\``,
    ...differences.map(({ baseline, difference: { value, ...ends } }) => {
      const range = interval(ends);
      return `accuracy above that of \`${baseline}\` by ${figure(value)}${range === '' ? '' : ` (${range})`} on the same episodes`;
    }),
  ];
}

function anomalyLines({ anomalies }: EvaluationReport): readonly string[] {
  if (anomalies === undefined) return [];
  const { normal, distance, threshold, fitted } = anomalies;
  const by = distance === 'mahalanobis' ? 'Mahalanobis' : distance;
  return [
    `normal is \`${showable(normal)}\`, learnt from ${counted(fitted, 'row')}; anomalous is a row beyond the ${by} distance ${figure(threshold)}`,
  ];
}

/** Which rows were taken for anomalous, where more labels than one are. */
function kindLines({ anomalies }: EvaluationReport, paint: Paint): readonly string[] {
  if (anomalies === undefined || anomalies.kinds.length < 3) return [];
  const right = (head: string): Column => ({ head, align: 'right' });
  return [
    '',
    ...textTable(
      [{ head: 'kind of row' }, right('taken for anomalous'), right('rows')],
      anomalies.kinds.map(({ label, rows, anomalous }) => [label, grouped(anomalous), grouped(rows)]),
      paint,
    ),
  ];
}

function severalLines({ multi_label: several }: EvaluationReport): readonly string[] {
  if (several === undefined) return [];
  const { threshold, labels_per_row: mean } = several;
  return [
    `several labels a row: ${figure(mean.true)} on average, ${figure(mean.predicted)} given (from a probability of ${threshold} on); ` +
      '`accuracy` is the share of rows that were given exactly their labels',
  ];
}

/** What was done to the probabilities, and which rows they left without an answer. */
function probabilityLines({
  calibration,
  abstention,
  out_of_scope: scope,
}: EvaluationReport): readonly string[] {
  const lines: string[] = [];
  if (calibration !== undefined) {
    const { temperature, rows, before, after } = calibration;
    lines.push(
      `calibrated at temperature ${figure(temperature)}, fitted on ${counted(rows, 'row')}: ` +
        `ece ${figure(before.ece)} -> ${figure(after.ece)}, nll ${figure(before.nll)} -> ${figure(after.nll)}`,
    );
  }
  if (abstention !== undefined) {
    const { threshold, answered, abstained } = abstention;
    lines.push(
      `${counted(answered, 'row')} answered, ${grouped(abstained)} abstained from (below a probability of ${threshold}); ` +
        'all figures but `coverage` and `selective_accuracy` are of all rows',
    );
  }
  if (scope !== undefined) {
    const silent =
      scope.abstained === undefined ? '' : `, ${grouped(scope.abstained)} of them without an answer`;
    lines.push(
      `${counted(scope.rows, 'row')} more out of scope (\`${showable(scope.label)}\`)${silent}: only \`oos_…\` and \`open_accuracy\` are of them`,
    );
  }
  return lines;
}

function sliceLines(report: EvaluationReport, paint: Paint): readonly string[] {
  const metrics = Object.keys(report.metrics);
  return Object.entries(report.slices).flatMap(([column, slices]) => [
    '',
    ...textTable(
      [{ head: column }, ...[...metrics, 'rows'].map((head): Column => ({ head, align: 'right' }))],
      slices.map(({ value, rows, metrics: figures }) => [
        value,
        ...metrics.map((name) => optionalFigure(figures[name])),
        grouped(rows),
      ]),
      paint,
    ),
  ]);
}

/** `0.886 … 0.934`, or nothing. */
function interval({ low, high }: Omit<Figure, 'value'>): string {
  return low === undefined || high === undefined ? '' : `${figure(low)} … ${figure(high)}`;
}

/** `score seed=13` */
export function stepLabel(step: string): string {
  const keys = stepKeys(step).map(([name, value]) => ` ${name}=${value}`);
  return showable(stageName(step) + keys.join(''));
}

function reportRow(
  { step, report, marks }: NamedEvaluation,
  { metrics, baselines, intervals }: Shown,
): readonly string[] {
  const [main = ''] = metrics;
  return [
    stepLabel(step) + markSuffix(marks),
    ...metrics.map((name, i) => {
      const value = report.metrics[name];
      if (value === undefined) return '';
      const range = i < intervals ? interval(value) : '';
      return range === '' ? figure(value.value) : `${figure(value.value)} [${range}]`;
    }),
    ...baselines.map((name) => optionalFigure(report.baselines[name]?.[main])),
    grouped(report.rows),
    budgetFigure(report.label_budget),
  ];
}

function spreadRow(
  stage: string,
  members: readonly NamedEvaluation[],
  { metrics, baselines, intervals }: Shown,
): readonly string[] {
  const [main = ''] = metrics;
  const reports = members.map(({ report }) => report);
  return [
    `${stage} ×${members.length}${markSuffix(members.flatMap(({ marks }) => marks))}`,
    ...metrics.map((name, i) => {
      const values = reports.flatMap(({ metrics: { [name]: value } }) =>
        value === undefined ? [] : [value.value],
      );
      if (values.length === 0) return '';
      if (i >= intervals) return figure(mean(values));
      return `${figure(mean(values))} (${figure(Math.min(...values))} … ${figure(Math.max(...values))})`;
    }),
    ...baselines.map((name) => {
      const values = reports.flatMap((report) => report.baselines[name]?.[main] ?? []);
      return values.length === 0 ? '' : figure(mean(values));
    }),
    range(reports.map((report) => report.rows)),
    budgetRange(reports.map((report) => report.label_budget)),
  ];
}

function range(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? grouped(low) : `${grouped(low)} … ${grouped(high)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function optionalFigure(value: number | undefined): string {
  return value === undefined ? '' : figure(value);
}
