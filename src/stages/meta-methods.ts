// The methods `meta-learn` knows, and their arguments.
import type { Adapting } from '../learning/meta/learner.ts';
import type { MetaRule, VectorRule } from '../learning/meta/meta-rule.ts';
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
        {
          doc: 'What nearest means. Without it: `euclidean` for `conv4`; for a `model` what it was trained with by `meta-learn` before, else `cosine`.',
        },
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

/** As it is asked for. */
export type AskedMetaMethod = CallOf<typeof metaMethods>;
/** With nothing left open. */
export type MetaMethod =
  | Exclude<AskedMetaMethod, { readonly name: 'prototypical' }>
  | { readonly name: 'prototypical'; readonly arguments: { readonly distance: 'euclidean' | 'cosine' } };
type AdaptingMethod = Extract<MetaMethod, { readonly name: 'maml' | 'anil' | 'reptile' }>;

export function settledMetaMethod(asked: AskedMetaMethod, usual: 'euclidean' | 'cosine'): MetaMethod {
  if (asked.name !== 'prototypical') return asked;
  const { distance = usual } = asked.arguments;
  return { name: 'prototypical', arguments: { distance } };
}

/** Whether the trained net adapts to the support of an episode. */
export function isAdapting<M extends AskedMetaMethod>(method: M): method is M & AdaptingMethod {
  return adaptingOf(method) !== undefined;
}

export function ruleOf(method: MetaMethod): MetaRule {
  return adaptingOf(method) ?? { name: 'vectors', rule: vectorRuleOf(method) };
}

/** Only of methods by vectors. */
export function vectorRuleOf(method: MetaMethod): VectorRule {
  if (method.name === 'matching') return 'matching';
  if (method.name === 'prototypical') return method.arguments.distance;
  throw new Error(`\`${method.name}\` does not go by vectors`);
}

/** Nothing for methods by vectors. */
export function adaptingOf(method: AskedMetaMethod): Adapting | undefined {
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
