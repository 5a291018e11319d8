// How texts are put together: each once, in a run of its own bucket, within the sizes of that bucket.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsUpTo, fillPack, packTexts, tokensPerGpuRun } from '../../../src/learning/encoders/packs.ts';

describe('buckets', () => {
  it('double up to the longest text', () => {
    expect(bucketsUpTo(256).map(({ places }) => places)).toEqual([16, 32, 64, 128, 256]);
    expect(bucketsUpTo(48).map(({ places }) => places)).toEqual([16, 32, 48]);
    expect(bucketsUpTo(5).map(({ places }) => places)).toEqual([5]);
  });

  it('have room for at least one text of their length', () => {
    for (const { places, texts, tokens } of bucketsUpTo(2000)) {
      expect(tokens).toBeGreaterThanOrEqual(places);
      expect(texts).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('packing', () => {
  it('puts every text once into a run of the bucket that its own length decides', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 300 }), (lengths) => {
        const buckets = bucketsUpTo(200);
        const packs = packTexts(lengths, buckets);
        const all = packs.flatMap(({ members }) => members).sort((a, b) => a - b);
        expect(all).toEqual(lengths.map((_, i) => i));
        for (const { bucket, members } of packs) {
          const sizes = members.map((i) => lengths[i] ?? 0);
          expect(members.length).toBeLessThanOrEqual(bucket.texts);
          expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(bucket.tokens);
          for (const size of sizes) expect(buckets.find(({ places }) => size <= places)).toBe(bucket);
        }
      }),
    );
  });

  it('wastes little of the runs between the first and the last of a bucket', () => {
    const lengths = Array.from({ length: 1000 }, (_, i) => 17 + ((i * 7) % 16));
    const total = lengths.reduce((a, b) => a + b, 0);
    expect(packTexts(lengths, bucketsUpTo(256)).length).toBeLessThanOrEqual(Math.ceil(total / 768) + 1);
  });

  it('fills larger runs where more go together', () => {
    const lengths = Array.from({ length: 1000 }, (_, i) => 17 + ((i * 7) % 16));
    const total = lengths.reduce((a, b) => a + b, 0);
    const buckets = bucketsUpTo(256, tokensPerGpuRun);
    expect(packTexts(lengths, buckets).length).toBeLessThanOrEqual(Math.ceil(total / tokensPerGpuRun) + 1);
  });

  it('refuses a text longer than every bucket', () => {
    expect(() => packTexts([17], bucketsUpTo(16))).toThrow('17 tokens');
  });
});

describe('the numbers of a run', () => {
  it('lay two texts out, spread them by head and bring them back', () => {
    const arrays = fillPack([[7, 8, 9], [5]], { places: 3, texts: 3, tokens: 6 }, 2);
    expect([...arrays.ids]).toEqual([7, 8, 9, 5, 0, 0]);
    expect([...arrays.positions]).toEqual([0, 1, 2, 0, 0, 0]);
    expect([...arrays.tokens]).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 0]);
    expect([...arrays.present]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...arrays.mask].map((value) => value === 0)).toEqual(
      [...arrays.present].map((value) => value === 1),
    );
    // Token t, head h stands at 2 t + h before, and at (2 text + h) 3 + place after.
    expect([...arrays.spread.subarray(0, 6)]).toEqual([0, 2, 4, 1, 3, 5]);
    expect([...arrays.pack.subarray(0, 8)]).toEqual([0, 3, 1, 4, 2, 5, 6, 9]);
    for (let i = 0; i < 8; i++) expect(arrays.spread[arrays.pack[i] ?? -1]).toBe(i);
  });
});
