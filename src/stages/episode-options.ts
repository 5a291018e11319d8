// The options of `evaluate` that measure by episodes: new tasks, again and again, each with a few rows of a few classes to learn from. Any of them asks for it.
import type { EpisodeShape } from '../learning/meta/episodes.ts';
import { methods } from './fine-tune-method.ts';
import { call, float, int, type OptionValues } from './option.ts';

const { prototype, head } = methods;

const rules = {
  own: {
    doc: 'As `meta-learn` has trained the model: nets of `maml`, `anil` and `reptile` adapt to the support by the steps that they were trained with, and answer the queries together; of other encoders `prototype`.',
    arguments: {},
  },
  prototype: {
    doc: 'A query gets the class whose support has the nearest mean vector.',
    arguments: prototype.arguments,
  },
  matching: {
    doc: 'Support rows vote for their class, each by the cosine of its vector and the query’s, divided by 0.1.',
    arguments: {},
  },
  head: {
    doc: 'A classifier on the vectors, fitted anew on the support of every episode.',
    arguments: head.arguments,
  },
  full: {
    doc: 'Plain fine-tuning: all weights of the encoder, and a linear classifier on it, are trained on the support of every episode as by `fine-tune` with `method: full`, always from the same weights.',
    arguments: {
      steps: int({ min: 1, max: 10_000, default: 50, doc: 'On each support, of eight rows or fewer.' }),
      learning_rate: float({
        above: 0,
        doc: 'The greatest rate of the weights of the encoder. Without it that of `fine-tune`.',
      }),
    },
  },
} as const;

export const episodeOptions = {
  episodes: int({
    min: 2,
    max: 100_000,
    doc:
      'Measures how well new classes are learnt from a few rows, instead of the labels that a model knows: so many episodes are drawn, each of `ways` classes of the rows with ' +
      '`shots` rows of each to learn from (the support) and `queries` others to be asked about, and `accuracy` is the mean over episodes, with ' +
      "Student's 95 % interval. `model` is an encoder, or a classifier, of which the encoder is taken; the classes must be others than those it has learnt from. Equal rows are " +
      'drawn from once. With equal seeds and options two reports see the same episodes. Without it, and with `ways`, `shots` or `queries`: 600.',
  }),
  ways: int({ min: 2, max: 100, doc: 'Of an episode: how many classes. Without it: 5.' }),
  shots: int({
    min: 1,
    max: 100,
    doc: 'Of an episode: how many rows of each class to learn from. Without it: 1.',
  }),
  queries: int({
    min: 1,
    max: 100,
    doc: 'Of an episode: how many rows of each class to be asked about. Without it: 15.',
  }),
  method: call(rules, {
    default: { name: 'own', arguments: {} },
    doc: 'Of episodes: how queries find their class by the vectors of the support.',
  }),
} as const;

export type EpisodeOptions = OptionValues<typeof episodeOptions>;
export type EpisodeMethod = EpisodeOptions['method'];

/** Options each of which asks for episodes. */
export const episodeWords = ['episodes', 'ways', 'shots', 'queries'] as const;

/** What is drawn. */
export interface EpisodesAsked extends EpisodeShape {
  readonly episodes: number;
}

/** Nothing where rows are measured as they are. */
export function episodesOf(
  options: Pick<EpisodeOptions, (typeof episodeWords)[number]>,
): EpisodesAsked | undefined {
  if (episodeWords.every((name) => options[name] === undefined)) return undefined;
  const { episodes = 600, ways = 5, shots = 1, queries = 15 } = options;
  return { episodes, ways, shots, queries };
}
