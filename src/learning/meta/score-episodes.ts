// Asks a rule about the queries of episodes. Knows rows by number alone, and neither vectors nor nets.
import type { Episode, EpisodeShape } from './episodes.ts';

/** Positions of the classes that queries are taken for, [queries], from the rows of an episode. */
export type EpisodeRule = (episode: Episode, shape: EpisodeShape) => Int32Array | Promise<Int32Array>;

export interface EpisodeScores {
  /** Share of the queries that are right, of each episode. */
  readonly accuracies: readonly number[];
  /** Numbers of classes, of each query of each episode. */
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
}

export async function scoreEpisodes(
  episodes: readonly Episode[],
  shape: EpisodeShape,
  rule: EpisodeRule,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (done: number) => void },
): Promise<EpisodeScores> {
  const asked = shape.ways * shape.queries;
  const truth = new Int32Array(episodes.length * asked);
  const predicted = new Int32Array(episodes.length * asked);
  const accuracies: number[] = [];
  for (const [number, episode] of episodes.entries()) {
    signal.throwIfAborted();
    const ways = await rule(episode, shape);
    if (ways.length !== asked) throw new RangeError(`${ways.length} answers to ${asked} queries`);
    let right = 0;
    ways.forEach((way, i) => {
      const own = Math.floor(i / shape.queries);
      if (way === own) right += 1;
      truth[number * asked + i] = episode.classes[own] ?? -1;
      predicted[number * asked + i] = episode.classes[way] ?? -1;
    });
    accuracies.push(right / asked);
    progress(number + 1);
  }
  return { accuracies, truth, predicted };
}
