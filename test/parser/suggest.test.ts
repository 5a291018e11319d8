// "Did you mean …?"
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, suggest } from '../../src/parser/suggest.ts';

const options = ['from', 'format', 'learning_rate', 'batch_size', 'epochs', 'seed', 'to', 'at'];

test.each([
  ['learning_rte', 'learning_rate'],
  ['learningrate', 'learning_rate'],
  ['learning-rate', 'learning_rate'],
  ['Seed', 'seed'],
  ['sede', 'seed'],
  ['form', 'from'],
  ['formt', 'format'],
  ['epoch', 'epochs'],
  ['ta', 'to'],
  ['x', undefined],
  ['wombat', undefined],
  ['', undefined],
])('%s -> %s', (name, expected) => {
  expect(suggest(name, options)).toBe(expected);
});

test('the nearest one, and of equals the first', () => {
  expect(suggest('tesd', ['best', 'text', 'test'])).toBe('test');
  expect(suggest('bat', ['cat', 'rat'])).toBe('cat');
});

test.each([
  ['kitten', 'sitting', 3],
  ['ca', 'ac', 1],
  ['a cat', 'an act', 2],
  ['', 'abc', 3],
])('distance of %s and %s', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('distance: symmetric, zero only for equals, at most the longer length, one edit is one', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, fc.nat(12), fc.string({ minLength: 1, maxLength: 1 }), (a, b, at, letter) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      const place = Math.min(at, a.length);
      expect(editDistance(a, a.slice(0, place) + letter + a.slice(place))).toBe(1);
    }),
  );
});
