// The table of a `load` of pictures is made from names and tables alone: thousands of pictures are opened one after the other, when they are decoded.
import { expect, test } from 'vitest';
import type { Artifact } from '../../../src/stages/artifact.ts';
import { imageTable, type ImageManner } from '../../../src/stages/load-image-sources.ts';
import { artifactOf, type Files } from './memory.ts';

const manner = { format: 'auto', header: true, pattern: undefined, image: undefined } as const;

async function opened(files: Files, given: ImageManner): Promise<unknown> {
  const names: string[] = [];
  const all = artifactOf('files', files);
  const from: Artifact = {
    ...all,
    read: (name) => {
      names.push(name);
      return all.read(name);
    },
    path: (name) => {
      names.push(name);
      return all.path(name);
    },
  };
  const { reading, sources } = await imageTable(from, given);
  if (reading.state === 'unreadable') throw new Error(reading.problem.message);
  return {
    opened: names,
    labels: reading.table.columns.get('label'),
    shown: sources.map((one) => one?.shown),
  };
}

test('folders', async () => {
  expect(await opened({ 'cat/1.png': '', 'dog/2.png': '' }, manner)).toEqual({
    opened: [],
    labels: ['cat', 'dog'],
    shown: ['cat/1.png', 'dog/2.png'],
  });
});

test('folders in folders, of which the names of some are those of others', async () => {
  const files = { '/o/greek/c1/1.png': '', '/o/greek/c2/2.png': '', '/o/latin/c1/3.png': '' };
  const { reading } = await imageTable(artifactOf('files', files), manner);
  expect(reading.state === 'read' && Object.fromEntries(reading.table.columns)).toEqual({
    file: ['greek/c1/1.png', 'greek/c2/2.png', 'latin/c1/3.png'],
    label: ['c1', 'c2', 'c1'],
    folder: ['greek/c1', 'greek/c2', 'latin/c1'],
  });
});

test('a column of paths', async () => {
  const files = {
    '/d/cat/1.png': '',
    '/d/dog/2.png': '',
    '/d/t.csv': 'at,label\ndog/2.png,dog\ncat/1.png,cat\n',
  };
  expect(await opened(files, { ...manner, image: 'at' })).toEqual({
    opened: ['/d/t.csv'],
    labels: ['dog', 'cat'],
    shown: ['/d/dog/2.png', '/d/cat/1.png'],
  });
});
