// The railroad diagrams: one for every rule of the grammar, in a file that loads nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { grammarRules } from '../../scripts/generate/grammar-shape.ts';

const html = readFileSync(join(import.meta.dirname, '..', '..', 'grammar', 'diagrams.html'), 'utf8');

test('every rule has a diagram', () => {
  const drawn = [...html.matchAll(/<h2 id="(\w+)">\w+<\/h2>\n<svg /g)].map(([, name = '']) => name);
  expect(drawn).toEqual([...grammarRules().map(({ name }) => name), 'operator', 'prefix']);
});

test('every link leads somewhere, and nothing is loaded', () => {
  const ids = new Set([...html.matchAll(/id="(\w+)"/g)].map(([, id]) => id));
  const links = [...html.matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  expect(html).not.toMatch(/<script|<link|https?:|NaN|undefined/);
});
