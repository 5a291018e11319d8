// What `fslrun gc` has removed, or would, for people: what, how much and why, and what stays. Pure.
import { showable } from '../../parser/display-width.ts';
import { bytesOfRemoval, type Limits, type Removal, type Why } from '../gc/choose.ts';
import type { Judged } from '../gc/collect.ts';
import type { Uses } from '../gc/last-uses.ts';
import type { LooseKind } from '../gc/loose-items.ts';
import type { Removed } from '../gc/remove.ts';
import { stageName } from './graph.ts';
import type { Paint } from './paint.ts';
import { bytes, counted, dateText, duration } from './quantity.ts';
import { textTable } from './text-table.ts';

export interface GcReport {
  /** As shown to people. */
  readonly store: string;
  readonly dryRun: boolean;
  readonly limits: Limits;
  /** `interrupted`: before anything was removed. Without `removed` it was only asked what would go. */
  readonly outcome: 'no-store' | 'interrupted' | (Judged & { readonly removed?: Removed });
}

/** More stages than this are summed up. */
const mostRows = 30;
const mostFailures = 10;

export function gcText(report: GcReport, paint: Paint): string {
  const { outcome, store } = report;
  if (outcome === 'no-store') return `There is no store at ${showable(store)}: nothing to free.\n`;
  if (outcome === 'interrupted') return 'Interrupted: nothing was removed.\n';
  const { choice, removed, uses } = outcome;
  const removals = removed?.done ?? choice.removals;
  const table = removals.length === 0 ? [] : [...removalTable(removals, uses, paint), ''];
  const failures = (removed?.failed ?? []).map(
    ({ path, code }) => `${paint.red('✘')} ${showable(path)} cannot be removed: ${code}`,
  );
  const more = failures.length - mostFailures;
  return `${[
    ...table,
    ...failures.slice(0, mostFailures),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...closingLines(report, outcome),
  ].join('\n')}\n`;
}

function closingLines(
  { store, dryRun, limits }: GcReport,
  { inventory, choice, removed, uses }: Exclude<GcReport['outcome'], string>,
): readonly string[] {
  const { foreign, size } = inventory;
  const freed = removed?.bytes ?? size - choice.left;
  const left = removed === undefined ? choice.left : size - removed.bytes;
  const nothing = (removed?.done ?? choice.removals).length === 0;
  const over = limits.maxSize === undefined ? 0 : left - limits.maxSize;
  const lines = [
    nothing
      ? `Nothing to free: ${showable(store)} has ${bytes(size)}.`
      : dryRun
        ? `Would free ${bytes(freed)} of ${bytes(size)} in ${showable(store)}. Nothing was removed.`
        : `Freed ${bytes(freed)} of ${bytes(size)} in ${showable(store)}.`,
    staysLine(choice, uses),
  ];
  if (removed?.interrupted === true) lines[0] = `Interrupted: ${lowerFirst(lines[0] ?? '')}`;
  else if (over > 0)
    lines.push(
      `The store ${dryRun ? 'would have' : 'has'} ${bytes(over)} more than \`--max-size\`: the rest is needed, or is no result.`,
    );
  const spared = removed?.spared.length ?? 0;
  if (spared > 0) lines.push(`${counted(spared, 'thing')} came into use meanwhile and stayed.`);
  if (nothing && limits.maxSize === undefined && limits.olderThan === undefined)
    lines.push('Results that can be made again go with `--older-than 30d` or `--max-size 20GB`.');
  if (foreign.length > 0) lines.push(foreignLine(foreign));
  return lines;
}

function staysLine(
  { stays: { running, newest, recent, bytes: size } }: Judged['choice'],
  uses: Uses,
): string {
  const total = running + newest + recent;
  if (total === 0) return 'No results stay.';
  const parts = [
    ...(running > 0 ? [`${running} in use now`] : []),
    ...(newest > 0
      ? [
          `${newest} of the newest ${uses.programs.length === 1 ? 'run' : 'runs'} of ${counted(uses.programs.length, 'program')}`,
        ]
      : []),
    ...(recent > 0 ? [`${recent} others`] : []),
  ];
  return `${counted(total, 'result')} ${total === 1 ? 'stays' : 'stay'} (${bytes(size)}): ${parts.join(', ')}.`;
}

function foreignLine(foreign: readonly string[]): string {
  const [first = ''] = foreign;
  const more = foreign.length > 1 ? ` and ${foreign.length - 1} more` : '';
  return `Left alone: ${showable(first)}${more}, which ${foreign.length > 1 ? 'are links or were' : 'is a link or was'} not written by fslrun.`;
}

interface Row {
  readonly what: string;
  readonly why: Why;
  number: number;
  size: number;
  seconds: number;
  used: number;
}

/** Removals of the same kind, of the same stage, for the same reason in one row, the largest first. */
function removalTable(removals: readonly Removal[], uses: Uses, paint: Paint): readonly string[] {
  const rows = new Map<string, Row>();
  for (const removal of removals) {
    const what = whatOf(removal, uses);
    const { why } = removal;
    const id = `${what}\n${why}`;
    const row = rows.get(id) ?? { what, why, number: 0, size: 0, seconds: 0, used: 0 };
    row.number += 1;
    row.size += bytesOfRemoval(removal);
    row.seconds += removal.type === 'result' ? removal.result.seconds : 0;
    row.used = Math.max(row.used, usedOf(removal));
    rows.set(id, row);
  }
  const sorted = [...rows.values()].sort((a, b) => b.size - a.size || (a.what < b.what ? -1 : 1));
  const shown = sorted.slice(0, mostRows);
  const rest = sorted.slice(mostRows);
  const right = (head: string): { head: string; align: 'right' } => ({ head, align: 'right' });
  const heads = [
    { head: 'what' },
    right('number'),
    right('size'),
    { head: 'last used' },
    right('made in'),
    { head: 'why' },
  ];
  const cells = shown.map(({ what, why, number, size, seconds, used }) => [
    what,
    String(number),
    bytes(size),
    used === 0 ? '' : dateText(used),
    seconds === 0 ? '' : duration(seconds),
    whyTexts[why],
  ]);
  if (rest.length > 0) {
    const sum = (of: (row: Row) => number): number => rest.reduce((total, row) => total + of(row), 0);
    cells.push([
      `${rest.length} more`,
      String(sum((row) => row.number)),
      bytes(sum((row) => row.size)),
      '',
      '',
      '',
    ]);
  }
  return textTable(heads, cells, paint);
}

const looseNames: Readonly<Record<LooseKind, string>> = {
  attempt: 'folders of runs',
  draft: 'unfinished files',
  claim: 'notes of processes',
  checkpoint: 'checkpoints',
  vectors: 'cached vectors',
  facts: 'counts of data files',
  removed: 'notes of removed results',
};

function whatOf(removal: Removal, { names }: Uses): string {
  switch (removal.type) {
    case 'loose':
      return looseNames[removal.item.kind];
    case 'object':
      return 'stored files';
    case 'record':
      return 'records';
    case 'result': {
      const { key, kind } = removal.result;
      const name = names.get(key);
      return name === undefined ? `results of ${kind}` : `${kind} ${stageName(name.step)} of ${name.program}`;
    }
    default:
      return removal satisfies never;
  }
}

/** 0 where it does not matter. */
function usedOf(removal: Removal): number {
  if (removal.type === 'result') return removal.used;
  return removal.type === 'loose' && removal.item.garbage === undefined ? removal.item.used : 0;
}

const whyTexts: Readonly<Record<Why, string>> = {
  'process-gone': 'their process is gone',
  'never-finished': 'nobody has finished them for an hour',
  'step-finished': 'their steps are finished',
  abandoned: 'nobody went on from them for a week, or they are too many',
  'there-again': 'their results are there again',
  unreferenced: 'no result consists of them',
  damaged: 'they are not as they were written',
  incomplete: 'a part of them is lost',
  unused: 'unused for longer than `--older-than`',
  'over-size': 'unused for longest, and the store is over `--max-size`',
  'no-room': 'the disk was full',
};

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
