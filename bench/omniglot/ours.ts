// Initial weights and training episodes that `meta-learn` draws with a seed, for the twin: as files, in the form that the twins reads.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initialConv4 } from '../../src/learning/encoders/conv4-initial.ts';
import { drawEpisode } from '../../src/learning/meta/episodes.ts';
import { initialLearner } from '../../src/learning/meta/learner.ts';
import { createRandom } from '../../src/learning/random.ts';
import { writeSafetensors } from '../../src/learning/safetensors.ts';

interface Asked {
  readonly seed: number;
  readonly rows: readonly (readonly number[])[];
  readonly shape: { readonly ways: number; readonly shots: number; readonly queries: number };
  readonly episodes: number;
  readonly statistics: number;
  /** Whether the net has a head that adapts. */
  readonly adapts: boolean;
}

const [given = '', folder = ''] = process.argv.slice(2);
const { seed: stage, rows, shape, episodes, statistics, adapts } = JSON.parse(given) as Asked; // by run.mjs
const seed = createRandom(stage, 'meta-learn', 'train').below(2 ** 32);
const random = createRandom(seed, 'meta-learn');
const turned = Array.from({ length: rows.length * 4 }, (_, i) => rows[Math.floor(i / 4)] ?? []);
const drawn = (purpose: string, first: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const { classes, support, queries } = drawEpisode(turned, shape, random.derive(purpose, first + i));
    return { turns: classes.map((number) => number % 4), support, queries };
  });
await writeFile(
  join(folder, 'training.json'),
  JSON.stringify({ episodes: drawn('episode', 1, episodes), statistics: drawn('statistics', 0, statistics) }),
);
const initial = adapts
  ? initialLearner({ height: 28, width: 28, channels: 1 }, shape.ways, seed)
  : initialConv4(1, seed);
await writeFile(join(folder, 'initial.safetensors'), writeSafetensors(initial));
