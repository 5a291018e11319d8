// Streams drawn from Banking77: 57 of the intents from the beginning, 20 that appear late.
import type { LabelledVectors } from '../../src/learning/adapt/stream.ts';
import { takeRows } from '../../src/learning/matrix.ts';
import { createRandom } from '../../src/learning/random.ts';
import { joined } from './goes-through.ts';
import { mistyped, type Banking } from './vectors.ts';

export const half = 1000;
const lateIntents = 20;
const shots = 8;
const canaryRows = 200;
const testRows = 1000;

export interface Streams {
  /** Rows of Banking77 that some of the parts are made of, in their order. */
  readonly places: Readonly<Record<'start' | 'late' | 'canary', readonly number[]>>;
  /** What the model starts with: 8 rows of each of the 57 intents. */
  readonly start: LabelledVectors;
  /** 1000 rows of the 57 intents, then 1000 of all 77. */
  readonly late: LabelledVectors;
  readonly lateLabels: ReadonlySet<string>;
  /** 2000 rows of the 57 intents. */
  readonly steady: LabelledVectors;
  /** The same, of which the second 1000 are of 19 of the intents. */
  readonly narrowed: LabelledVectors;
  /** The same, of which the second 1000 are mistyped. */
  readonly mistyped: LabelledVectors;
  /** Rows of the 57 intents that are in none of the others. */
  readonly canary: LabelledVectors;
  /** Rows of the 57 intents out of the test file. */
  readonly test: LabelledVectors;
}

export function streamsOf(banking: Banking, seed: number): Streams {
  const random = createRandom(seed, 'streams');
  const { labels, training } = banking;
  const names = random.shuffle([...new Set(labels)].sort());
  const lateLabels = new Set(names.slice(0, lateIntents));
  const few = new Set(names.slice(lateIntents, lateIntents + 19));
  const isLate = (row: number): boolean => lateLabels.has(labels[row] ?? '');
  const shuffled = random.shuffle(Array.from({ length: training }, (_, i) => i));
  const early = shuffled.filter((row) => !isLate(row));
  const start = names
    .slice(lateIntents)
    .flatMap((label) => early.filter((row) => labels[row] === label).slice(0, shots));
  const used = new Set(start);
  const rest = early.filter((row) => !used.has(row));
  const canary = rest.slice(0, canaryRows);
  const first = rest.slice(canaryRows, canaryRows + half);
  const free = rest.slice(canaryRows + half);
  const taken = new Set([...start, ...canary, ...first]);
  const all = random.shuffle(shuffled.filter((row) => !taken.has(row))).slice(0, half);
  const test = random
    .shuffle(Array.from({ length: labels.length - training }, (_, i) => training + i))
    .filter((row) => !isLate(row))
    .slice(0, testRows);
  const part = (rows: readonly number[], vectorAt = (row: number) => row): LabelledVectors => ({
    vectors: takeRows(banking.vectors, rows.map(vectorAt)),
    labels: rows.map((row) => labels[row] ?? ''),
  });
  const wrong = free.filter((row) => mistyped(banking, row) !== undefined).slice(0, half);
  return {
    places: { start, late: [...first, ...all], canary },
    start: part(start),
    late: part([...first, ...all]),
    lateLabels,
    steady: part([...first, ...free.slice(0, half)]),
    narrowed: part([...first, ...free.filter((row) => few.has(labels[row] ?? '')).slice(0, half)]),
    mistyped: joined(
      part(first),
      part(wrong, (row) => mistyped(banking, row) ?? row),
    ),
    canary: part(canary),
    test: part(test),
  };
}
