// Streams of drawn vectors, and what goes through them.
import { recursiveRidge } from '../../../src/learning/adapt/recursive-ridge.ts';
import type { LabelledVectors } from '../../../src/learning/adapt/stream.ts';
import type { Start, VectorSettings } from '../../../src/learning/adapt/vector-stream.ts';
import { createRandom } from '../../../src/learning/random.ts';

export const width = 12;

interface Drawn {
  readonly rows: number;
  readonly seed?: number;
  /** Of a row by its place. */
  readonly label?: (i: number, drawn: string) => string;
  /** Added to every number of the vector. */
  readonly shift?: (i: number) => number;
  readonly names?: readonly string[];
  /** How far rows lie around their centre. */
  readonly noise?: number;
}

/** Each label has a centre of its own; rows lie around it. */
export function drawn({
  rows,
  seed = 1,
  label = (_, name) => name,
  shift = () => 0,
  names = ['a', 'b', 'c', 'd'],
  noise = 0.4,
}: Drawn): LabelledVectors {
  const random = createRandom(seed, 'drawn');
  const labels: string[] = [];
  const data: number[] = [];
  for (let i = 0; i < rows; i += 1) {
    const name = names[random.below(names.length)] ?? '';
    const centre = createRandom(name);
    for (let k = 0; k < width; k += 1) data.push(0.5 * centre.normal() + noise * random.normal() + shift(i));
    labels.push(label(i, name));
  }
  return { vectors: { rows, columns: width, data: Float32Array.from(data) }, labels };
}

export function started(rows: LabelledVectors): Start {
  const labels = [...new Set(rows.labels)].sort();
  const targets = Int32Array.from(rows.labels, (label) => labels.indexOf(label));
  const learner = recursiveRidge(width, labels.length, 1).learn(
    { vectors: rows.vectors, targets },
    labels.length,
  );
  return { learner, labels };
}

export const settings = (more: Partial<VectorSettings> = {}): VectorSettings => ({
  batch: 16,
  asking: 'all',
  drift: { name: 'none' },
  random: createRandom(0, 'stream'),
  signal: new AbortController().signal,
  onBatch: async () => undefined,
  ...more,
});

export const few = started(drawn({ rows: 20, seed: 2 }));
export const accuracyOf = (
  rows: LabelledVectors,
  foretold: readonly { readonly predicted: string }[],
  from = 0,
) =>
  foretold.slice(from).filter(({ predicted }, i) => predicted === rows.labels[from + i]).length /
  (foretold.length - from);

/** Labels drawn at random for the rows of a stretch. */
export function shuffled(from: number, to: number, seed?: number): (i: number, name: string) => string {
  const random = seed === undefined ? createRandom('poison') : createRandom('poison', seed);
  return (i, name) => (i >= from && i < to ? (['a', 'b', 'c', 'd'][random.below(4)] ?? name) : name);
}
