// A report of `tune` as a table and what to make of it: the best trial beside the defaults, and how much of it is luck.
import { showable } from '../../parser/display-width.ts';
import type { SearchReport } from '../../stages/report.ts';
import { budgetText } from './budget-text.ts';
import { stepLabel } from './evaluation-text.ts';
import type { Paint } from './paint.ts';
import { figure, grouped } from './quantity.ts';
import { textTable, type Column } from './text-table.ts';

const right = (head: string): Column => ({ head, align: 'right' });

export function searchTable(report: SearchReport, paint: Paint): readonly string[] {
  const { best, defaults, metric } = report;
  const names = Object.keys(best.values);
  const byFold = best.scores.length > 1;
  const row = (
    label: string,
    values: readonly string[],
    one: { score: number; scores: readonly number[] },
  ) => [label, ...values, figure(one.score), ...(byFold ? [one.scores.map(figure).join(' ')] : [])];
  const rows = [
    row(
      `best, trial ${best.trial}`,
      names.map((name) => valueText(best.values[name])),
      best,
    ),
    ...(defaults === null
      ? []
      : [
          row(
            'defaults',
            names.map(() => ''),
            defaults,
          ),
        ]),
  ];
  const table = textTable(
    [{ head: '' }, ...names.map(right), right(metric), ...(byFold ? [{ head: 'by fold' }] : [])],
    rows,
    paint,
  );
  return [
    paint.dim(howText(report)),
    ...table,
    ...gainLines(report),
    ...luckLines(report),
    ...endLines(report, paint),
  ];
}

/** Searches of one stage, a row for each of its instances. */
export function searchesTable(
  searches: readonly { readonly step: string; readonly report: SearchReport }[],
  paint: Paint,
): readonly string[] {
  const [first] = searches;
  if (first === undefined) return [];
  const rows = searches.map(({ step, report: { best, defaults, difference, optimism } }) => [
    stepLabel(step),
    `trial ${best.trial}: ${Object.entries(best.values)
      .map(([name, value]) => `${name} ${valueText(value)}`)
      .join(', ')}`,
    figure(best.score),
    defaults === null ? '' : figure(defaults.score),
    difference === null ? '' : signed(difference.mean),
    luckText(optimism),
  ]);
  const columns = [
    { head: 'search' },
    { head: 'best' },
    right(first.report.metric),
    right('defaults'),
    right('gain'),
    right('luck'),
  ];
  const notes = [...new Set(searches.flatMap(({ report }) => report.notes))].map((note) => {
    const told = searches.filter(({ report }) => report.notes.includes(note)).length;
    return `${paint.yellow('!')} ${told} of ${searches.length}: ${showable(note)}`;
  });
  return [paint.dim(howText(first.report)), ...textTable(columns, rows, paint), ...notes];
}

/** `most macro_f1 of 20 trials (halving), 4 folds; 2 failed` */
function howText({ direction, metric, method, trials, folds }: SearchReport): string {
  const { tried, failed } = trials;
  const on = folds === null ? 'measured on the rows of `on`' : `${folds} folds`;
  return `${direction === 'maximize' ? 'most' : 'least'} ${metric} of ${grouped(tried)} trials (${method}), ${on}${failed === 0 ? '' : `; ${grouped(failed)} failed`}`;
}

function gainLines({ difference }: SearchReport): readonly string[] {
  if (difference === null) return [];
  const { mean, low, high } = difference;
  const interval =
    low === null || high === null ? '' : ` (95 % interval over the folds ${signed(low)} … ${signed(high)})`;
  return [`best - defaults: ${signed(mean)}${interval}`];
}

/** The best of many figures is better than what it stands for. */
function luckLines({ optimism, best, direction }: SearchReport): readonly string[] {
  if (optimism === null) return [];
  const { value, of, at_least } = optimism;
  if (value === 0) return at_least ? [] : [`the folds show no luck of the search in ${figure(best.score)}`];
  if (at_least)
    return [
      `of ${figure(best.score)} at least ${figure(value)} is the luck of the search, going by the ${grouped(of)} trials on every fold`,
    ];
  const expected = direction === 'maximize' ? best.score - value : best.score + value;
  return [
    `of ${figure(best.score)} about ${figure(value)} is the luck of the search: on new rows rather ${figure(expected)}`,
  ];
}

function endLines({ label_budget, notes }: SearchReport, paint: Paint): readonly string[] {
  return [
    paint.dim(budgetText(label_budget)),
    ...notes.map((note) => `${paint.yellow('!')} ${showable(note)}`),
  ];
}

/** Nothing is known of the luck where halving left too few to show any. */
function luckText(optimism: SearchReport['optimism']): string {
  if (optimism === null || (optimism.at_least && optimism.value === 0)) return '';
  return `${optimism.at_least ? '≥ ' : ''}${figure(optimism.value)}`;
}

function valueText(value: string | number | boolean | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value ?? '');
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${figure(Math.abs(value))}`;
}
