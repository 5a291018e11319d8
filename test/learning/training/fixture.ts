// What PyTorch and transformers gave, and the numbers that they and these tests start from (test/fixtures/training/make.py).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FineTune {
  readonly texts: number;
  readonly longest: number;
  readonly rate: number;
  readonly losses: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}

interface Expected {
  readonly optimizers: Readonly<
    Record<string, { readonly w: readonly number[]; readonly b: readonly number[] }>
  >;
  readonly schedules: Readonly<Record<string, readonly number[]>>;
  readonly 'odd-bert': FineTune;
}

const folder = join(import.meta.dirname, '../../fixtures/training');

export const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected; // written by make.py
export const readMiniLm = (): FineTune =>
  JSON.parse(readFileSync(join(folder, 'minilm.json'), 'utf8')) as FineTune; // the same

const shared = process.env['FSL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const miniLmFolder = join(shared, 'models/all-MiniLM-L6-v2');
export const miniLm = existsSync(join(miniLmFolder, 'model.safetensors')) ? miniLmFolder : undefined;

export function wave(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(1 + i * 0.7 + seed));
}

/** Token ids of the texts of a step. */
export function batchOf(step: number, vocabulary: number, texts: number, longest: number): number[][] {
  return Array.from({ length: texts }, (_, text) =>
    Array.from(
      { length: 3 + ((step * 5 + text * 7) % (longest - 2)) },
      (_, place) => (11 + step * 131 + text * 37 + place * 17 + ((place * place) % 29)) % vocabulary,
    ),
  );
}
