// Makes changed copies of rows. What becomes of a row depends on the seed, its text and the number of the copy, not on
// where it stands or which rows are beside it; only the partners of `mixup` are drawn from the others.
import type { Random } from '../learning/random.ts';
import { pairIn, textPair } from '../learning/text-pair.ts';
import type { AskedModels } from './augment-models.ts';
import type { Change } from './augment-changes.ts';
import { select, texts, withColumn, withTexts, type Dataset, type Value } from './dataset.ts';
import { openChanges, type ChangeText } from './open-changes.ts';
import type { PictureChanges } from './picture-changes.ts';
import { mixedColumns, originalColumn } from './training-rows.ts';

export interface CopySettings {
  readonly with: readonly Change[];
  readonly copies: number;
  /** Where rows are pictures, of which `text` is the name. */
  readonly pictures: PictureChanges | undefined;
  readonly models: Pick<AskedModels, 'filler' | 'writer' | 'answer'>;
  readonly random: Random;
  readonly signal: AbortSignal;
}

export interface Copy {
  /** The row it was made from. */
  readonly row: number;
  readonly text: string;
  /** Of mixed copies: the other row, and the share of the own one, at least a half. */
  readonly mixed?: { readonly row: number; readonly share: number };
}

/** How often a change is tried that gave the text itself or an earlier copy of it. */
const attempts = 3;

/** Up to `copies` different copies a row, by row and then in the order they were made. */
export async function makeCopies(dataset: Dataset, settings: CopySettings): Promise<readonly Copy[]> {
  const functions = await openChanges(settings.with, settings);
  // What models are asked while copies are drawn is known when they are drawn again.
  for (;;) {
    const copies = await drawCopies(dataset, functions, settings);
    if (!(await settings.models.answer())) return copies;
  }
}

async function drawCopies(
  dataset: Dataset,
  functions: readonly (ChangeText | undefined)[],
  settings: CopySettings,
): Promise<readonly Copy[]> {
  const { normaliseText } = await import('../learning/identity.ts');
  const { betaShare } = await import('../learning/augment/mixup.ts');
  const originals = texts(dataset);
  const mixable = dataset.columns.get(mixedColumns.text);
  const partners = sortedRows(originals).filter((row) => (mixable?.[row] ?? null) === null);
  const met = new Map<string, number>();
  const copies: Copy[] = [];
  for (const [row, text] of originals.entries()) {
    if (row % 256 === 0) await breathe(settings.signal);
    if ((mixable?.[row] ?? null) !== null) continue; // mixed already: there is no one text to change
    const identity = normaliseText(text);
    const occurrence = met.get(identity) ?? 0;
    met.set(identity, occurrence + 1);
    const random = settings.random.derive(identity, occurrence);
    const first = random.derive('first').below(functions.length);
    const seen = new Set([identity]);
    for (let number = 0; number < settings.copies; number += 1) {
      const turn = (first + number) % functions.length;
      const change = settings.with[turn];
      const own = random.derive('copy', number);
      if (change?.name === 'mixup') {
        if (partners.length < 2) continue;
        let partner = row;
        while (partner === row) partner = partners[own.below(partners.length)] ?? row;
        const drawn = betaShare(change.arguments.alpha, own);
        copies.push({ row, text, mixed: { row: partner, share: Math.max(drawn, 1 - drawn) } });
        continue;
      }
      const changed = changedText(text, functions, turn, own, (made) => !seen.has(normaliseText(made)));
      if (changed === undefined) continue;
      seen.add(normaliseText(changed));
      copies.push({ row, text: changed });
    }
  }
  return copies;
}

/** The change whose turn it is, and where it can do nothing new the next one. Nothing while a model has yet to be asked. */
function changedText(
  text: string,
  functions: readonly (ChangeText | undefined)[],
  turn: number,
  random: Random,
  isNew: (text: string) => boolean,
): string | undefined {
  for (let step = 0; step < functions.length; step += 1) {
    const change = functions[(turn + step) % functions.length];
    for (let attempt = 0; change !== undefined && attempt < attempts; attempt += 1) {
      const changed = changedOnce(text, change, random.derive(step, attempt));
      if (changed === undefined) return undefined;
      if (isNew(changed)) return changed;
    }
  }
  return undefined;
}

/** Of a pair one text is changed, by chance the first or the second: the less is changed, the likelier its label is still true. */
function changedOnce(text: string, change: ChangeText, random: Random): string | undefined {
  const pair = pairIn(text);
  if (pair === undefined) return change(text, random);
  const [first, second] = pair;
  const turn = random.derive('which').below(2);
  const changed = change(turn === 0 ? first : second, random);
  if (changed === undefined) return undefined;
  return turn === 0 ? textPair(changed, second) : textPair(first, changed);
}

/** A row as it is, by its number, or a copy. */
export type Entry = number | Copy;

/**
 * Each row followed by its copies. Without `keepOriginal` copies take the place of their row, so that only rows without
 * copies stay.
 */
export function arrange(rows: number, copies: readonly Copy[], keepOriginal: boolean): readonly Entry[] {
  const byRow = new Map<number, Copy[]>();
  for (const copy of copies) {
    const same = byRow.get(copy.row);
    if (same === undefined) byRow.set(copy.row, [copy]);
    else same.push(copy);
  }
  return Array.from({ length: rows }, (_, row): Entry[] => {
    const own = byRow.get(row) ?? [];
    return keepOriginal || own.length === 0 ? [row, ...own] : own;
  }).flat();
}

/** The dataset of these entries: copies keep all columns of their row, its label and its source. */
export function entriesOf(dataset: Dataset, order: readonly Entry[]): Dataset {
  const originals = texts(dataset);
  const rows = select(
    dataset,
    order.map((entry) => (typeof entry === 'number' ? entry : entry.row)),
  );
  const earlier = rows.columns.get(originalColumn);
  const changed = withTexts(
    rows,
    order.map((entry) => (typeof entry === 'number' ? (originals[entry] ?? '') : entry.text)),
  );
  const traced = withColumn(
    changed,
    originalColumn,
    order.map(
      (entry, i) => earlier?.[i] ?? (typeof entry === 'number' ? null : (originals[entry.row] ?? null)),
    ),
  );
  const mixes = order.some((entry) => typeof entry !== 'number' && entry.mixed !== undefined);
  return mixes ? withMixed(traced, dataset, order) : traced;
}

function withMixed(rows: Dataset, dataset: Dataset, order: readonly Entry[]): Dataset {
  const label = dataset.columns.get(dataset.roles.label ?? '') ?? [];
  const originals = texts(dataset);
  const add = (to: Dataset, name: string, value: (mixed: NonNullable<Copy['mixed']>) => Value): Dataset => {
    const before = rows.columns.get(name);
    return withColumn(
      to,
      name,
      order.map((entry, i) =>
        typeof entry === 'number' || entry.mixed === undefined ? (before?.[i] ?? null) : value(entry.mixed),
      ),
    );
  };
  const withText = add(rows, mixedColumns.text, ({ row }) => originals[row] ?? null);
  const withLabel = add(withText, mixedColumns.label, ({ row }) => label[row] ?? null);
  return add(withLabel, mixedColumns.share, ({ share }) => share);
}

/** Row numbers in an order that does not depend on where the rows stand. */
function sortedRows(originals: readonly string[]): number[] {
  return [...originals.keys()].sort((a, b) => {
    const [first = '', second = ''] = [originals[a], originals[b]];
    return first < second ? -1 : first > second ? 1 : a - b;
  });
}

async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal.throwIfAborted();
}
