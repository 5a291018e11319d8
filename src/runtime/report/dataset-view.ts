// A dataset for `show`: how many rows, which columns and labels, and the first rows.
import { shownText } from '../../learning/text-pair.ts';
import { showable } from '../../parser/display-width.ts';
import type { Dataset, Value } from '../../stages/dataset.ts';
import type { Prompt } from '../../stages/prompted.ts';
import { templateText } from '../../stages/prompt-template.ts';
import type { Paint } from './paint.ts';
import { counted, grouped } from './quantity.ts';
import { textTable, type Column } from './text-table.ts';
import { cutText } from './text-width.ts';

export interface DatasetView {
  readonly rows: number;
  readonly columns: readonly string[];
  /** 0-based row of the `load` that each row comes from. */
  readonly source_rows: readonly number[];
  /** Rows of each label, in label order. */
  readonly labels: Readonly<Record<string, number>>;
  /** How a model that is fitted on the rows is asked about texts, where that is said. */
  readonly prompt?: Prompt;
  readonly sample: readonly Readonly<Record<string, Value>>[];
}

const sampled = 5;
const widestCell = 60;

export function datasetView(dataset: Dataset): DatasetView {
  const columns = [...dataset.columns.keys()];
  const sample = Array.from({ length: Math.min(sampled, dataset.rows) }, (_, row) =>
    Object.fromEntries([...dataset.columns].map(([name, values]) => [name, values[row] ?? null])),
  );
  return {
    rows: dataset.rows,
    columns,
    source_rows: Array.from(dataset.source),
    labels: labelCounts(dataset),
    ...(dataset.prompt !== undefined && { prompt: dataset.prompt }),
    sample,
  };
}

export function datasetText(dataset: Dataset, paint: Paint): string {
  const { rows, columns, labels, sample } = datasetView(dataset);
  const roles = Object.entries(dataset.roles).map(([role, column]) => `${role} \`${String(column)}\``);
  const part = dataset.partition === undefined ? '' : `, ${dataset.partition} part`;
  const counts = Object.entries(labels).map(([label, n]) => [label, grouped(n)]);
  const cells = sample.map((row) => columns.map((name) => cell(row[name] ?? null)));
  return [
    `${counted(rows, 'row')}${part}${roles.length === 0 ? '' : `; ${showable(roles.join(', '))}`}`,
    ...(dataset.prompt === undefined ? [] : ['', ...promptLines(dataset.prompt).map(showable)]),
    ...(counts.length === 0
      ? []
      : ['', ...textTable([{ head: 'label' }, { head: 'rows', align: 'right' }], counts, paint)]),
    ...(cells.length === 0
      ? []
      : [
          '',
          ...textTable(
            columns.map((head): Column => ({ head })),
            cells,
            paint,
          ),
        ]),
    ...(rows > sample.length ? [paint.dim(`… and ${grouped(rows - sample.length)} more`)] : []),
    '',
  ].join('\n');
}

function promptLines({
  templates,
  label_templates,
  words,
  demonstrations,
  calibrate,
}: Prompt): readonly string[] {
  const quote = (text: string): string => JSON.stringify(text);
  return [
    ...templates.map((template) => `template: ${quote(templateText(template))}`),
    ...label_templates.map((template) => `label template: ${quote(template)}`),
    ...words.map(([label, own]) => `words of ${label}: ${own.map(quote).join(', ')}`),
    ...(demonstrations === null
      ? []
      : [`demonstrations: ${demonstrations.per_label} per label, ${demonstrations.select}`]),
    ...(calibrate ? ['calibrated'] : []),
  ];
}

function labelCounts(dataset: Dataset): Readonly<Record<string, number>> {
  const counts = new Map(dataset.labels.map((label) => [label, 0]));
  const column = dataset.roles.label === undefined ? undefined : dataset.columns.get(dataset.roles.label);
  for (const value of column ?? [])
    for (const label of Array.isArray(value) ? (value as readonly string[]) : [String(value)])
      counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function cell(value: Value): string {
  const text =
    typeof value === 'string' ? shownText(value) : value === null ? '' : JSON.stringify(value, shortened);
  return cutText(text.replace(/\s+/g, ' '), widestCell);
}

/** Sixteen digits say no more to a reader; all of them are in the file. */
function shortened(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
