import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseText } from '../../src/learning/identity.ts';

test.each([
  ['  The  cat\n sat ', 'the cat sat'],
  ['Cafe\u0301', 'café'],
  ['STRASSE', 'straße'],
  ['ΣΟΦΟΣ', 'σοφος'],
  ['a\u00a0b\u3000c', 'a b c'],
])('normaliseText: %j is %j', (a, b) => expect(normaliseText(a)).toBe(normaliseText(b)));

test.each([
  ['a b', 'ab'],
  ['it costs 1', 'it costs 2'],
  ['good!', 'good'],
])('normaliseText: %j is not %j', (a, b) => expect(normaliseText(a)).not.toBe(normaliseText(b)));

test('normaliseText twice is normaliseText', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => normaliseText(normaliseText(text)) === normaliseText(text),
    ),
    { numRuns: 500 },
  );
});
