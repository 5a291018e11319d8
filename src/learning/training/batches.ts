// Which rows each step of a training reads, for all its epochs: known before the first step, so that the shapes of batches can be chosen
// to fit them. The order of an epoch is a function of seed and epoch alone. Knows no tensors and no tokenizer.
import { createRandom } from '../random.ts';

export interface Rows {
  /** Texts of each row, by number: one for a classifier, two for a pair. */
  readonly texts: readonly (readonly number[])[];
  /** Tokens of each text. */
  readonly lengths: readonly number[];
}

export type Grouping =
  /** So many rows a step, in the order drawn. The last step of an epoch may have fewer. */
  | { readonly by: 'rows'; readonly rows: number }
  /**
   * Rows of like length together: so many rows as fill `tokens`, each counted as long as the longest beside it. Rows are sorted inside
   * windows of `window` rows of the order drawn, and the steps of a window come in an order drawn.
   */
  | { readonly by: 'tokens'; readonly tokens: number; readonly window: number };

export interface BatchSettings {
  readonly seed: number;
  readonly epochs: number;
  readonly grouping: Grouping;
  /** Batches that each step is computed in, one after the other; those of like length together. Default 1. */
  readonly accumulate?: number;
  /** Whether a text that occurs more than once in a batch is encoded once. Default true. */
  readonly distinct?: boolean;
}

/** What one run of the engine reads. */
export interface TextBatch {
  readonly rows: readonly number[];
  /** The texts to encode. */
  readonly texts: readonly number[];
  /** For each row, where in `texts` its texts are. */
  readonly places: readonly (readonly number[])[];
  /** What each row counts for, so that the mean of the step's batches is the mean of its rows. */
  readonly weight: number;
}

/** Rows in the order of an epoch, which is counted from 1. */
export function epochOrder(rows: number, seed: number, epoch: number): readonly number[] {
  return createRandom(seed, 'order', epoch).shuffle(Array.from({ length: rows }, (_, row) => row));
}

/** The batches of all epochs: `accumulate` of them a step, of which the last may be empty. */
export function planBatches(rows: Rows, settings: BatchSettings): readonly TextBatch[] {
  const { seed, epochs, grouping, accumulate = 1, distinct = true } = settings;
  const lengthOf = (row: number): number =>
    Math.max(0, ...(rows.texts[row] ?? []).map((text) => rows.lengths[text] ?? 0));
  const batches: TextBatch[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = epochOrder(rows.texts.length, seed, epoch);
    const steps =
      grouping.by === 'rows'
        ? cut(order, grouping.rows)
        : byTokens(order, lengthOf, grouping, (items) =>
            createRandom(seed, 'windows', epoch, items[0]?.[0] ?? 0).shuffle(items),
          );
    for (const step of steps) {
      const parts = accumulate === 1 ? [step] : inParts(step, accumulate, lengthOf);
      for (const part of parts)
        batches.push(textBatch(part, rows.texts, { weight: accumulate / step.length, distinct }));
    }
  }
  return batches;
}

/** A batch of these rows. `texts` as in `Rows`. */
export function textBatch(
  rows: readonly number[],
  texts: Rows['texts'],
  { weight, distinct }: { readonly weight: number; readonly distinct: boolean },
): TextBatch {
  const encoded: number[] = [];
  const placeOf = new Map<number, number>();
  const places = rows.map((row) =>
    (texts[row] ?? []).map((text) => {
      const known = distinct ? placeOf.get(text) : undefined;
      if (known !== undefined) return known;
      placeOf.set(text, encoded.length);
      return encoded.push(text) - 1;
    }),
  );
  return { rows, texts: encoded, places, weight };
}

function byTokens(
  order: readonly number[],
  lengthOf: (row: number) => number,
  { tokens, window }: Grouping & { readonly by: 'tokens' },
  shuffled: (steps: readonly (readonly number[])[]) => readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return cut(order, window).flatMap((rows) => {
    const steps: number[][] = [];
    for (const row of longestFirst(rows, lengthOf)) {
      const step = steps.at(-1);
      // The first row of a step is its longest.
      if (step !== undefined && (step.length + 1) * lengthOf(step[0] ?? 0) <= tokens) step.push(row);
      else steps.push([row]);
    }
    return shuffled(steps);
  });
}

/** Into so many parts of as equal a number of rows as can be, the longest first. */
function inParts(
  step: readonly number[],
  count: number,
  lengthOf: (row: number) => number,
): readonly (readonly number[])[] {
  const rows = longestFirst(step, lengthOf);
  const at = (part: number): number => Math.round((part * rows.length) / count);
  return Array.from({ length: count }, (_, part) => rows.slice(at(part), at(part + 1)));
}

/** Rows of one length stay in the order they were in. */
function longestFirst(rows: readonly number[], lengthOf: (row: number) => number): readonly number[] {
  return [...rows].sort((a, b) => lengthOf(b) - lengthOf(a));
}

function cut<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
