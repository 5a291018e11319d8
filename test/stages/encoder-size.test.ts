import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Artifact } from '../../src/stages/artifact.ts';
import { isSmallEncoder } from '../../src/stages/encoder-size.ts';

const folder = (config: string | undefined): Artifact =>
  ({
    names: config === undefined ? [] : ['config.json'],
    read: async () => new TextEncoder().encode(config),
  }) as unknown as Artifact; // nothing else is asked

const sizes = (numbers: object): string => JSON.stringify({ model_type: 'bert', ...numbers });
const bundled = readFileSync(new URL('../../models/fsl-mini/config.json', import.meta.url), 'utf8');
const miniLm = { hidden_size: 384, num_hidden_layers: 6, intermediate_size: 1536 };

it.each([
  ['the built-in encoder', bundled, true],
  ['all-MiniLM-L6-v2', sizes(miniLm), false],
  ['a narrow DistilBERT', sizes({ dim: 128, n_layers: 2, hidden_dim: 512 }), true],
  ['DistilBERT', sizes({ dim: 768, n_layers: 6, hidden_dim: 3072 }), false],
  ['a ResNet', sizes({ hidden_sizes: [64, 128], depths: [2, 2] }), false],
  ['a file that is no JSON', '{', false],
  ['a list', '[1]', false],
  ['a folder without it', undefined, false],
])('whether %s is small', async (_, config, expected) => {
  expect(await isSmallEncoder(folder(config))).toBe(expected);
});
