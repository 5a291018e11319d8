import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosineSimilarity } from '../../src/learning/distance.ts';
import { createNgrams } from '../../src/learning/encoders/ngrams.ts';
import { row } from '../../src/learning/matrix.ts';

const encoder = createNgrams();
const options = { signal: new AbortController().signal };
const one = async (text: string) => (await encoder.encode([text], options)).data;
const likeness = async (a: string, b: string) => cosineSimilarity(await one(a), await one(b));

describe('builtin:ngrams', () => {
  test('a vector depends on its text alone, whatever else is encoded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }), async (texts) => {
        const together = await encoder.encode([...texts, ...texts.toReversed()], options);
        for (const [i, text] of texts.entries()) {
          const alone = await one(text);
          const same = (vector: Float32Array) => vector.every((value, k) => Object.is(value, alone[k]));
          expect(same(row(together, i)) && same(row(together, 2 * texts.length - 1 - i))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('vectors have length 1, or 0 without text', async () => {
    const texts = ['Where is my card?', '!', '中', 'ไทย', '🙂', 'a', 'don’t'];
    for (const text of texts) expect(await likeness(text, text)).toBeCloseTo(1, 6);
    expect((await one('')).every((value) => value === 0)).toBe(true);
    expect((await one(' \n ')).every((value) => value === 0)).toBe(true);
  });

  test('case, width and composition of letters do not count', async () => {
    expect(await one('CAFÉ Straße ２')).toEqual(await one('cafe\u0301 STRASSE 2'));
    expect(await one('ΟΔΟΣ')).toEqual(await one('οδος'));
  });

  test('the order and the parts of words do', async () => {
    expect(await likeness('dog bites man', 'man bites dog')).toBeLessThan(0.999);
    expect(await likeness('cancelled orders', 'cancelling an order')).toBeGreaterThan(0.3);
    expect(Math.abs(await likeness('cancelled orders', 'blue sky'))).toBeLessThan(0.1);
  });

  test('scripts without spaces are read by characters', async () => {
    expect(await likeness('物流很快，包装很好', '物流太快了')).toBeGreaterThan(0.2);
    expect(Math.abs(await likeness('物流很快', '音质太差'))).toBeLessThan(0.15);
    expect(await likeness('快很流物', '物流很快')).toBeLessThan(0.7);
  });

  test('the numbers stay what they were', async () => {
    const vector = await one('Where is my card?');
    const largest = [...vector.keys()].sort((a, b) => Math.abs(vector[b]) - Math.abs(vector[a])).slice(0, 3);
    expect(largest.map((at) => [at, vector[at].toFixed(4)])).toMatchInlineSnapshot(`
      [
        [
          97,
          "0.1667",
        ],
        [
          150,
          "-0.1667",
        ],
        [
          178,
          "0.1667",
        ],
      ]
    `);
    expect(encoder.width).toBe(4096);
  });

  test('says how far it is, and stops when asked', async () => {
    const seen: [number, number][] = [];
    const controller = new AbortController();
    const texts = new Array<string>(600).fill('word');
    const progress = (done: number, total: number) => {
      seen.push([done, total]);
      if (done === 512) controller.abort(new Error('enough'));
    };
    await expect(encoder.encode(texts, { signal: controller.signal, progress })).rejects.toThrow('enough');
    expect(seen).toEqual([
      [256, 600],
      [512, 600],
    ]);
  });
});
