// A report of `compare` as tables: the spread of every metric, and the paired differences.
import { showable } from '../../parser/display-width.ts';
import type { ComparisonReport, Sample } from '../../stages/report.ts';
import { budgetText } from './budget-text.ts';
import type { Paint } from './paint.ts';
import { figure, grouped, probability } from './quantity.ts';
import { textTable, type Column } from './text-table.ts';

const right = (head: string): Column => ({ head, align: 'right' });

/** Lines of both tables and the notes; the second table is absent where nothing is compared with anything. */
export function comparisonTable(report: ComparisonReport, paint: Paint): readonly string[] {
  const rows = Object.entries(report.metrics).flatMap(([metric, samples]) =>
    Object.entries(samples).map(([name, sample]) => [
      metric,
      name,
      spread(sample),
      between(sample.low, sample.high, figure),
      `${figure(sample.min)} … ${figure(sample.max)}`,
      grouped(sample.n),
    ]),
  );
  const samples = textTable(
    [
      { head: 'metric' },
      { head: 'of' },
      { head: 'mean ± sd' },
      { head: '95 % interval' },
      { head: 'range' },
      right('n'),
    ],
    rows,
    paint,
  );
  return [...samples, ...budgets(report, paint), ...differences(report, paint), ...notes(report, paint)];
}

/** Of each name that of the instance that used most; once where all are alike. */
function budgets({ names, label_budgets }: ComparisonReport, paint: Paint): readonly string[] {
  const texts = label_budgets.map(budgetText);
  const [first] = texts;
  if (first === undefined) return [];
  const lines = texts.every((text) => text === first)
    ? [first]
    : texts.map((text, i) => `${names[i] ?? ''}: ${text}`);
  return lines.map((line) => paint.dim(showable(line)));
}

/** `0.912 ± 0.013` */
function spread({ mean, sd }: Sample): string {
  return sd === null ? figure(mean) : `${figure(mean)} ± ${figure(sd)}`;
}

function differences(report: ComparisonReport, paint: Paint): readonly string[] {
  if (report.differences.length === 0) return [];
  const rows = report.differences.map((difference) => [
    difference.metric,
    `${difference.a} - ${difference.b}`,
    signed(difference.mean),
    between(difference.low, difference.high, signed),
    grouped(difference.n),
    difference.test,
    difference.p_holm === null ? '' : probability(difference.p_holm),
  ]);
  const table = textTable(
    [
      { head: 'metric' },
      { head: 'difference' },
      right('mean'),
      { head: '95 % interval' },
      right('pairs'),
      { head: 'test' },
      right('p (Holm)'),
    ],
    rows,
    paint,
  );
  return ['', ...table, ...shares(report, paint)];
}

/** `student keeps 96.2 % of the accuracy of teacher (95 % interval 94.8 … 97.6)` */
function shares(report: ComparisonReport, paint: Paint): readonly string[] {
  return report.differences.flatMap(({ metric, a, b, kept }) => {
    if (kept === undefined) return [];
    const percent = (value: number): string => (100 * value).toFixed(1);
    const interval = between(kept.low, kept.high, percent);
    const told = interval === '' ? '' : ` (95 % interval ${interval})`;
    return [paint.dim(showable(`${a} keeps ${percent(kept.mean)} % of the ${metric} of ${b}${told}`))];
  });
}

function notes(report: ComparisonReport, paint: Paint): readonly string[] {
  if (report.notes.length === 0) return [];
  return ['', ...report.notes.map((note) => `${paint.yellow('!')} ${showable(note)}`)];
}

function between(low: number | null, high: number | null, text: (value: number) => string): string {
  return low === null || high === null ? '' : `${text(low)} … ${text(high)}`;
}

function signed(value: number): string {
  return value < 0 ? figure(value) : `+${figure(value)}`;
}
