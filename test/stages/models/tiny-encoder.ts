// A tiny BERT with random weights, and texts that it cannot tell apart before it is trained.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../../src/learning/random.ts';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { artifactOf, type Files } from '../data/memory.ts';
import type { Row } from './rig.ts';

export const folder = join(import.meta.dirname, '../../fixtures/encoders/odd-bert');
export const files: Files = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
);
export const tiny = (): Artifact => artifactOf('model', files);

/** Texts of four words of which one tells the label: hard for a random encoder as it is. */
export function rows(purpose: string, count: number): Row[] {
  const filler = [
    'the',
    'quick',
    'brown',
    'over',
    'lazy',
    'one',
    'two',
    'three',
    'four',
    'word',
    'test',
    'sat',
  ];
  const random = createRandom(1, purpose);
  return Array.from({ length: count }, (_, i): Row => {
    const words = Array.from({ length: 3 }, () => filler[random.below(filler.length)] ?? '');
    words.splice(random.below(4), 0, i % 2 === 0 ? 'cat' : 'dog');
    return [words.join(' '), i % 2 === 0 ? 'cats' : 'dogs'];
  });
}
export const training = rows('train', 48);
export const testing = rows('test', 60);
