// Model folders for tests: on disk, and with files replaced or taken away.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from '../../../src/learning/encoders/model-folder.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/encoders');
export const oddBert = join(fixtures, 'odd-bert');

export function onDisk(folder: string): ModelFolder {
  return {
    has: async (name) => existsSync(join(folder, name)),
    read: (name) => readFile(join(folder, name)),
  };
}

/** `undefined` takes the file away; other values are written as JSON, bytes as they are. */
export function changed(folder: ModelFolder, files: Readonly<Record<string, unknown>>): ModelFolder {
  return {
    has: async (name) => (name in files ? files[name] !== undefined : folder.has(name)),
    read: async (name) => {
      if (!(name in files)) return folder.read(name);
      const content = files[name];
      return content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    },
  };
}

/** sentence-transformers' modules around the transformer of the folder. */
export function withPooling(folder: ModelFolder, pooling: object, normalize: boolean): ModelFolder {
  const modules = [
    { idx: 0, path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ];
  return changed(folder, {
    'modules.json': normalize ? modules : modules.slice(0, 2),
    '1_Pooling/config.json': pooling,
  });
}

export interface Expected {
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly mean: readonly (readonly number[])[];
  readonly mean_normalized: readonly (readonly number[])[];
  readonly cls: readonly (readonly number[])[];
  readonly max: readonly (readonly number[])[];
}

export async function readExpected(): Promise<Expected> {
  return JSON.parse(await readFile(join(fixtures, 'expected.json'), 'utf8')) as Expected; // written by make.py
}

export async function readFixture(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(oddBert, name), 'utf8')) as Record<string, unknown>;
}
