// Batches of texts for the tests of training: by rows or by tokens, in one part or several, padded to few shapes. What is asked of a row
// besides its texts (labels, which pairs are alike) is for the caller to add, row by row, in the order given.
import type { HostTensors } from '../../../src/engine/program.ts';
import { toHostTexts } from '../../../src/learning/encoders/packed-texts.ts';
import { fillPack } from '../../../src/learning/encoders/packs.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { chooseShapes, type ShapeLimits, type TextShape } from '../../../src/learning/training/shapes.ts';

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

export interface PaddedBatch extends TextBatch {
  readonly shape: TextShape;
  /** Rows there is room for: those of the batch, and rows that count for nothing. */
  readonly capacity: number;
}

/** Padded to at most `limits.shapes` shapes, rows included. `lengths`: tokens of each text. */
export function paddedBatches(
  batches: readonly TextBatch[],
  lengths: readonly number[],
  limits: ShapeLimits,
): readonly PaddedBatch[] {
  const fitted = chooseShapes(
    batches.map(({ texts }) => needOf(texts, lengths)),
    limits,
  );
  const capacities = new Map<TextShape, number>();
  batches.forEach(({ rows }, i) => {
    const shape = fitted[i];
    if (shape !== undefined) capacities.set(shape, Math.max(capacities.get(shape) ?? 1, rows.length));
  });
  return batches.flatMap((batch, i) => {
    const shape = fitted[i];
    return shape === undefined ? [] : [{ ...batch, shape, capacity: capacities.get(shape) ?? 1 }];
  });
}

/**
 * Numbers of a batch for `packedTexts`, and beside them `sides` [capacity, texts a row], where in the batch's texts those of a row are,
 * and `weights` [capacity], what a row counts for: 0 for rows that are none.
 */
export function hostBatch(
  { texts, places, shape, capacity, weight }: PaddedBatch,
  tokens: readonly (readonly number[])[],
  heads: number,
): HostTensors {
  const own = texts.map((text) => tokens[text] ?? []);
  const sides = places[0]?.length ?? 1;
  const flat = new Int32Array(capacity * sides);
  flat.set(places.flat());
  const weights = new Float32Array(capacity).fill(weight, 0, places.length);
  return {
    ...toHostTexts(fillPack(own, shape, heads), shape, heads),
    sides: { data: flat, type: 'int32', shape: [capacity, sides] },
    weights: { data: weights, type: 'float32', shape: [capacity] },
  };
}

function needOf(texts: readonly number[], lengths: readonly number[]): TextShape {
  const own = texts.map((text) => lengths[text] ?? 0);
  return {
    texts: Math.max(1, texts.length),
    places: Math.max(1, ...own),
    tokens: own.reduce((sum, length) => sum + length, 0),
  };
}

/** The batches of all epochs: `accumulate` of them a step, of which the last may be empty. */
export function planBatches(rows: Rows, settings: BatchSettings): readonly TextBatch[] {
  const { seed, epochs, grouping, accumulate = 1, distinct = true } = settings;
  const lengthOf = (row: number): number =>
    Math.max(0, ...(rows.texts[row] ?? []).map((text) => rows.lengths[text] ?? 0));
  const batches: TextBatch[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = createRandom(seed, 'order', epoch).shuffle([...rows.texts.keys()]);
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

function textBatch(
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
