// The methods `meta-learn` knows, and their arguments.
import { word, type CallOf } from './option.ts';

export const metaMethods = {
  prototypical: {
    doc: 'A query gets the class whose support pictures have the nearest mean vector (Snell et al. 2017).',
    arguments: {
      distance: word(
        {
          euclidean: 'the square of the straight line between two vectors',
          cosine: 'the cosine of the angle between two vectors, divided by 0.1',
        },
        { default: 'euclidean', doc: 'What nearest means.' },
      ),
    },
  },
  matching: {
    doc: 'Support pictures vote for their class, each by the cosine of its vector and the query’s, divided by 0.1 (Vinyals et al. 2016).',
    arguments: {},
  },
} as const;

export type MetaMethod = CallOf<typeof metaMethods>;
