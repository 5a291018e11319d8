// The methods `meta-learn` knows, and their arguments.
import type { Adapting } from '../learning/meta/learner.ts';
import type { MetaRule } from '../learning/meta/meta-rule.ts';
import { float, int, word, type CallOf } from './option.ts';

/** Of a step of training. */
const tasks = int({
  min: 1,
  max: 1000,
  default: 4,
  doc: 'How many episodes a step of training learns from.',
});

function adapting(steps: number, rate: number) {
  return {
    inner_steps: int({
      min: 1,
      max: 100,
      default: steps,
      doc: 'Steps of descent on the support of an episode.',
    }),
    inner_rate: float({ above: 0, default: rate, doc: 'How far they go along the gradient.' }),
    tasks,
  };
}

const order = int({
  min: 1,
  max: 2,
  default: 2,
  doc: 'With 2 the derivative goes through the steps; with 1 the gradients of the steps count as given numbers, which is cheaper (FOMAML).',
});

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
  maml: {
    doc:
      'The net has a linear head, and learns weights from which a few steps of descent on the support of an episode tell its queries apart (Finn et al. 2017). ' +
      'It takes the same steps when it is measured.',
    arguments: { ...adapting(1, 0.4), order },
  },
  anil: {
    doc: 'As `maml`, but the steps change the head alone (Raghu et al. 2020).',
    arguments: { ...adapting(5, 0.1), order },
  },
  reptile: {
    doc:
      'As `maml` with `order: 1`, but the weights go towards where the steps lead, of which each sees `shots` other pictures of each class, as long as there are any: the queries are ' +
      'learnt from too (Nichol et al. 2018).',
    arguments: adapting(5, 0.1),
  },
} as const;

export type MetaMethod = CallOf<typeof metaMethods>;
type AdaptingMethod = Extract<MetaMethod, { readonly name: 'maml' | 'anil' | 'reptile' }>;

/** Whether the trained net adapts to the support of an episode. */
export function isAdapting(method: MetaMethod): method is AdaptingMethod {
  return adaptingOf(method) !== undefined;
}

export function ruleOf(method: MetaMethod): MetaRule {
  if (method.name === 'matching') return { name: 'vectors', rule: 'matching' };
  if (method.name === 'prototypical') return { name: 'vectors', rule: method.arguments.distance };
  return adaptingOf(method) as Adapting;
}

/** Nothing for methods by vectors. */
export function adaptingOf(method: MetaMethod): Adapting | undefined {
  switch (method.name) {
    case 'prototypical':
    case 'matching':
      return undefined;
    case 'maml':
    case 'anil':
    case 'reptile': {
      const { inner_steps: steps, inner_rate: rate } = method.arguments;
      const first = method.name === 'reptile' || method.arguments.order === 1;
      return { name: method.name, steps, rate, order: first ? 1 : 2 };
    }
    default:
      return method satisfies never;
  }
}

/** Episodes of a step of training. */
export function tasksOf(method: MetaMethod): number {
  return isAdapting(method) ? method.arguments.tasks : 1;
}

/** As written in a program. */
export function adaptingText({ name, steps, rate, order }: Adapting): string {
  const of = `${name}(inner_steps: ${steps}, inner_rate: ${rate}`;
  return name === 'reptile' ? `${of})` : `${of}, order: ${order})`;
}
