import { expect, test } from 'vitest';
import { normaliseText } from '../../src/learning/identity.ts';
import { pairFeatures, pairWidth } from '../../src/learning/pair-features.ts';
import { pairIn, shownText, textPair, withoutMark } from '../../src/learning/text-pair.ts';

const matrix = (...rows: number[][]) => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  data: Float32Array.from(rows.flat()),
});

test('differences, products, and the cosine', () => {
  const made = pairFeatures(matrix([3, 4, 0, 0], [0, 0, 0, 0]), matrix([3, -4, 1, 0], [1, 2, 3, 4]));
  expect(made.columns).toBe(pairWidth(4));
  const [cosine, ...others] = [...made.data.subarray(0, 9)].reverse();
  expect(others.reverse()).toEqual([0, 8, 1, 0, 9, -16, 0, 0]);
  expect(cosine).toBeCloseTo(-7 / (5 * Math.sqrt(26)), 6);
  // Of a vector that is nothing there is no angle.
  expect([...made.data.subarray(9)]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0]);
});

test('the same two texts in the other order have the same features', () => {
  const [u, v] = [matrix([1, -2, 0.5]), matrix([0.25, 3, -1])];
  expect(pairFeatures(u, v)).toEqual(pairFeatures(v, u));
});

test('two pairs are one where both texts are', () => {
  const one = normaliseText(textPair(' Where  is it? ', 'Here'));
  expect(normaliseText(textPair('where is it?', ' HERE '))).toBe(one);
  expect(normaliseText(textPair('where is it? Here', ''))).not.toBe(one);
});

test('two texts travel as one', () => {
  expect(pairIn(textPair('a', 'b | c'))).toEqual(['a', 'b | c']);
  expect(pairIn(textPair('', ''))).toEqual(['', '']);
  expect(pairIn('a | b')).toBeUndefined();
  expect(shownText(textPair('a', 'b'))).toBe('a | b');
  expect(withoutMark(textPair('a', 'b'))).toBe('ab');
});
