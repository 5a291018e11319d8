// The batches of a training over texts as numbers for the encoder, padded to few shapes. What is asked of a row besides its texts
// (labels, which pairs are alike) is for the caller to add, row by row, in the order given.
import type { HostTensors } from '../../engine/program.ts';
import { toHostTexts } from '../encoders/packed-texts.ts';
import { fillPack } from '../encoders/packs.ts';
import type { TextBatch } from './batches.ts';
import { chooseShapes } from './shapes.ts';
import type { ShapeLimits, TextShape } from './shapes.ts';

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
