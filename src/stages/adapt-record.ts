// What is told of a stream that was gone through: a record of the model, a row for each row of the stream and for each update, and why
// each update was kept or undone. Pure.
import type { Suspicion } from '../learning/adapt/label-guard.ts';
import type { GoneThrough, Update } from '../learning/adapt/stream.ts';
import type { Column, Dataset } from './dataset.ts';
import { percentTenths } from './percent.ts';

type Told = Pick<GoneThrough<unknown>, 'foretold' | 'updates'>;

/** Kept in the description of the model. */
export interface AdaptationRecord {
  /** Of the stream. */
  readonly rows: number;
  /** Labels that were asked for. */
  readonly asked: number;
  readonly updates: number;
  /** By the canary rows. */
  readonly undone: number;
  /** Not made, as their labels were suspicious. */
  readonly suspicious: number;
  /** Share of the rows that were foretold wrongly, each before its label was learnt. */
  readonly error: number;
}

/** Rows of the stream over which the recent error is told. */
const recentRows = 100;

export function recordOf({ updates }: Told, wrong: readonly boolean[]): AdaptationRecord {
  const made = updates.filter(({ asked }) => asked.length > 0);
  return {
    rows: wrong.length,
    asked: made.reduce((sum, { asked }) => sum + asked.length, 0),
    updates: made.length,
    undone: made.filter(({ kept, suspicion }) => !kept && suspicion?.suspicious !== true).length,
    suspicious: made.filter(({ suspicion }) => suspicion?.suspicious === true).length,
    error: share(wrong),
  };
}

/** Of each row of the stream, whether it was foretold wrongly. */
export function wrongOf({ foretold }: Told, labels: readonly string[]): readonly boolean[] {
  return foretold.map(({ predicted }, i) => predicted !== labels[i]);
}

export const curveColumns = [
  'position',
  'label',
  'predicted',
  'probability',
  'correct',
  'error',
  'recent_error',
  'asked',
  'drift',
] as const;

/** A row for each row of the stream, in its order. */
export function curveOf(stream: Dataset, streamed: Told, labels: readonly string[]): Dataset {
  const { foretold, updates } = streamed;
  const wrong = wrongOf(streamed, labels);
  const asked = new Set(updates.flatMap((update) => update.asked));
  const alarms = new Set(updates.flatMap((update) => update.alarms));
  let errors = 0;
  let recent = 0;
  const rows = foretold.map(({ predicted, probability }, i) => {
    errors += Number(wrong[i]);
    recent += Number(wrong[i]) - Number(wrong[i - recentRows] ?? false);
    return {
      position: i,
      label: labels[i] ?? null,
      predicted,
      probability,
      correct: !wrong[i],
      error: errors / (i + 1),
      recent_error: recent / Math.min(i + 1, recentRows),
      asked: asked.has(i),
      drift: alarms.has(i),
    };
  });
  return table(curveColumns, rows, stream.source);
}

export const decisionColumns = [
  'update',
  'first',
  'last',
  'asked',
  'new_labels',
  'canary_before',
  'canary_after',
  'canary_least',
  'surprise_chance',
  'kept',
  'drift_at',
  'why',
] as const;

/** A row for each batch, in their order; `kept` is null where nothing was learnt. */
export function decisionsOf({ updates }: Pick<Told, 'updates'>, canaryRows: number): Dataset {
  const rows = updates.map((update, i) => ({
    update: i + 1,
    first: update.first,
    last: update.last,
    asked: update.asked.length,
    new_labels: update.added.join(', '),
    canary_before: update.canary && update.canary.before / canaryRows,
    canary_after: update.canary && update.canary.after / canaryRows,
    canary_least: update.canary && update.canary.least,
    surprise_chance: update.suspicion && update.suspicion.chance,
    kept: update.asked.length === 0 ? null : update.kept,
    drift_at: update.alarms.join(', '),
    why: whyOf(update, canaryRows),
  }));
  return table(decisionColumns, rows, new Int32Array(rows.length).fill(-1));
}

function whyOf(update: Update, canaryRows: number): string {
  const { added, alarms, kept } = update;
  const said = [verdictText(update, canaryRows)];
  if (kept && added.length > 0) said.push(`new: ${added.join(', ')}`);
  if (alarms.length > 0) said.push(`drift at ${alarms.join(', ')}`);
  return said.join('; ');
}

function verdictText({ asked, suspicion, canary, kept }: Update, rows: number): string {
  if (asked.length === 0) return 'no label was asked for, so nothing was learnt';
  if (suspicion?.suspicious === true) return suspicionText(suspicion);
  if (canary === null) return 'kept: there are no canary rows to judge it by';
  const { before, after, least } = canary;
  const figures = `${after} of ${rows} canary rows right, ${before} before`;
  if (least === 0) return `kept: ${figures}`;
  const bound = `${(least * rows).toFixed(1)} must be`;
  return kept ? `kept: ${figures}; ${bound}` : `undone: ${figures}; ${bound}`;
}

/** Where nothing was learnt. */
function suspicionText({ judged, wrong, usual, chance }: Suspicion): string {
  const contradict = `${wrong} of ${judged} labels contradict the model, ${percentTenths(usual)} of those before`;
  return `not learnt: ${contradict}; so surprising are labels by chance ${oftenText(chance)}`;
}

/** Beyond a billion the figure says nothing more, and the chance may have become 0. */
function oftenText(chance: number): string {
  if (chance < 1e-9) return 'less than once in a billion times';
  return `once in ${Number((1 / chance).toPrecision(1)).toLocaleString('en')} times`;
}

function table<const N extends string>(
  names: readonly N[],
  rows: readonly Readonly<Record<N, Column[number]>>[],
  source: Int32Array,
): Dataset {
  return {
    rows: rows.length,
    columns: new Map(names.map((name) => [name, rows.map((row) => row[name])])),
    roles: {},
    labels: [],
    multiLabel: false,
    partition: undefined,
    source,
  };
}

/** What the user is told of it. */
export function notesOf(
  streamed: Told,
  record: AdaptationRecord,
  wrong: readonly boolean[],
): readonly string[] {
  const { updates } = streamed;
  const last = wrong.slice(-recentRows);
  const lately =
    wrong.length > recentRows ? `, ${percentTenths(1 - share(last))} of the last ${recentRows}` : '';
  const asked = `${record.asked} of ${record.rows} labels were asked for in ${record.updates} updates`;
  const undone = record.undone === 0 ? '' : `, of which ${record.undone} were undone by the canary rows`;
  const added = updates.flatMap((update) => (update.kept ? update.added : []));
  const alarms = updates.flatMap((update) => update.alarms);
  return [
    `${asked}${undone}; ${percentTenths(1 - record.error)} of the rows were foretold right${lately}`,
    ...(record.suspicious === 0
      ? []
      : [
          `${record.suspicious} updates were not made, as their labels contradict the model far more than labels did before`,
        ]),
    ...(added.length === 0 ? [] : [`new labels: ${added.join(', ')}`]),
    ...(alarms.length === 0
      ? []
      : [`drift was found at row ${alarms.join(', ')} of the stream, counted from 0`]),
  ];
}

function share(wrong: readonly boolean[]): number {
  return wrong.length === 0 ? 0 : wrong.filter(Boolean).length / wrong.length;
}
