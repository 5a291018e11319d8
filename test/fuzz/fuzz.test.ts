// A slice of the fuzzer (`npm run fuzz` does 100,000), and every text that once went wrong.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '../../src/learning/random.ts';
import { examine, openLaboratory } from './examine.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { examplePrograms, root } from './programs.ts';
import { fuzz } from './run.ts';

const corpus = join(import.meta.dirname, 'corpus');
const laboratory = openLaboratory(root);

test.each(readdirSync(corpus).filter((name) => name.endsWith('.fsl')))('%s', (name) => {
  const text = readFileSync(join(corpus, name), 'utf8');
  expect(examine(text, join(root, 'pipelines'), laboratory)).toBeUndefined();
});

test('random edits of the example programs', () => {
  const { found, counts } = fuzz({ root, seed: 7, count: 1500 });
  expect(found).toEqual([]);
  expect(counts.read).toBe(1500);
  expect(counts.formatted).toBeGreaterThan(200);
  expect(counts.planned).toBeGreaterThan(20);
});

test('the same seed gives the same texts', () => {
  const texts = examplePrograms().map(({ text }) => text);
  const drawn = (seed: number): readonly string[] =>
    Array.from({ length: 5 }, (_, i) => mutate(texts, createRandom(seed, i)).text);
  expect(drawn(3)).toEqual(drawn(3));
  expect(drawn(3)).not.toEqual(drawn(4));
});

test('what goes wrong is made short', () => {
  const text = `${'let a = 1\n'.repeat(50)}let b = [1, bad, 2]\n${'let c = 1\n'.repeat(50)}`;
  expect(minimise(text, (shorter) => shorter.includes('bad'))).toBe('bad');
});
