// Episodes: some classes, some rows of each to learn from, and others of the same classes to be asked about (Vinyals et al. 2016, arXiv:1606.04080). Knows rows by
// number alone.
import type { Random } from '../random.ts';

export interface EpisodeShape {
  /** Classes of an episode. */
  readonly ways: number;
  /** Rows of each to learn from. */
  readonly shots: number;
  /** Rows of each to be asked about. */
  readonly queries: number;
}

export interface Episode {
  /** [ways]: positions in `classes`. */
  readonly classes: readonly number[];
  /** Row numbers [ways * shots] and [ways * queries], class after class. No row is in both. */
  readonly support: readonly number[];
  readonly queries: readonly number[];
}

/** Of the queries, class after class, which is theirs: [ways * queries, ways]. */
export function episodeTargets({ ways, queries }: EpisodeShape) {
  const data = new Float32Array(ways * queries * ways);
  for (let i = 0; i < ways * queries; i += 1) data[i * ways + Math.floor(i / queries)] = 1;
  return { type: 'float32', data, shape: [ways * queries, ways] } as const;
}

/** `classes`: the rows of each class. Throws RangeError where there are too few classes or rows. */
export function drawEpisode(
  classes: readonly (readonly number[])[],
  { ways, shots, queries }: EpisodeShape,
  random: Random,
): Episode {
  if (classes.length < ways) throw new RangeError(`${classes.length} classes are too few for ${ways} ways`);
  const chosen = random.shuffle([...classes.keys()]).slice(0, ways);
  const drawn = chosen.map((number) => random.shuffle(classes[number] ?? []).slice(0, shots + queries));
  if (drawn.some((rows) => rows.length < shots + queries))
    throw new RangeError(`a class has fewer than ${shots + queries} rows`);
  return {
    classes: chosen,
    support: drawn.flatMap((rows) => rows.slice(0, shots)),
    queries: drawn.flatMap((rows) => rows.slice(shots)),
  };
}
