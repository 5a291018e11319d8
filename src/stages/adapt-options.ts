// The options of `adapt` that are calls, and what each makes of the rows of a model. With adapt.ts the one place that names them.
import type { DriftTest } from '../learning/adapt/drift-watch.ts';
import type { Learner } from '../learning/adapt/learner.ts';
import type { Random } from '../learning/random.ts';
import type { ClassifierDescription } from './classifier.ts';
import { fitHead, methods, plainHead, trainsHead, type Method } from './fine-tune-method.ts';
import { call, count, either, float, int, word, type CallOf } from './option.ts';
import type { CallValue } from './value.ts';

const { distance, temperature } = methods.prototype.arguments;

export const updates = {
  ridge: {
    doc: 'ridge regression on +1 and -1, updated with every batch: after each it is what `head(kind: ridge)` would be, fitted on all rows so far. In the end its scores are divided by the temperature at which the last 500 rows that it learnt, each left out, are most probable',
    arguments: { alpha: float({ above: 0, default: 1, doc: 'Strength of the penalty.' }) },
  },
  prototypes: {
    doc: 'the mean vector of each label, which moves with every row',
    arguments: { distance, temperature },
  },
  head: {
    doc: 'the head that the model has, fitted again on the rows that `replay` remembers',
    arguments: {},
  },
  full: {
    doc:
      'the encoder itself, and a linear classifier on it, by a few steps with every batch: in each half of the rows, or more, are earlier ones that `replay` ' +
      'remembers, of all labels alike',
    arguments: {
      learning_rate: float({
        above: 0,
        doc: 'Of the weights of the encoder. Without it: 5e-5; for pictures 1e-3. It is reached in 20 steps.',
      }),
      head_learning_rate: float({ above: 0, default: 1e-2, doc: 'Of the classifier.' }),
      passes: int({ min: 1, max: 100, default: 2, doc: 'How often each row of a batch is learnt from.' }),
    },
  },
} as const;

/** The test as the stream knows it. */
export function driftTest(drift: CallOf<typeof drifts>): DriftTest {
  switch (drift.name) {
    case 'none':
      return { name: 'none' };
    case 'surprise':
      return { name: 'surprise', ...drift.arguments };
    case 'mmd':
      return { name: 'mmd', ...drift.arguments };
    case 'adwin':
      return { name: 'adwin', ...drift.arguments };
    case 'ddm':
      return { name: 'ddm', ...drift.arguments };
    case 'psi':
      return { name: 'psi', ...drift.arguments };
    default:
      return drift satisfies never;
  }
}

export type UpdateMethod = CallOf<typeof updates>;
/** Of rows as vectors that stay as they are. */
export type VectorUpdate = Exclude<UpdateMethod, { readonly name: 'full' }>;

export const updateOption = call(updates, {
  default: { name: 'ridge', arguments: { alpha: 1 } },
  doc: "How labels are learnt, starting from the model's training rows. With all but `full` the encoder stays as it is.",
});

export const labelsOption = call(
  {
    all: { doc: 'every row of the stream tells its label once it has been foretold', arguments: {} },
    budget: {
      doc: 'so many labels are asked for, spread evenly over the stream; the labels of the other rows are only measured with',
      arguments: {
        labels: int({ min: 1, max: 1_000_000, required: true, doc: 'How many labels are asked for.' }),
        query: word(
          {
            uncertainty: 'of the rows of a batch those whose most probable label is least probable',
            margin: 'those whose two most probable labels are closest',
            random: 'any',
          },
          { default: 'uncertainty', doc: 'Which rows are asked for.' },
        ),
      },
    },
  },
  {
    default: { name: 'all', arguments: {} },
    doc: 'Which labels of the stream are learnt. They count in the label budget.',
  },
);

const drifts = {
  none: { doc: 'no test', arguments: {} },
  surprise: {
    doc:
      'how surprising the labels that were asked for are to the model, next to those before: a conformal test martingale (Vovk et al. 2021), ' +
      'the quickest of those that need labels',
    arguments: {
      between: int({
        min: 100,
        max: 1_000_000_000,
        default: 100_000,
        doc: 'False alarms have on average at least so many labels between them, where rows come in any order.',
      }),
    },
  },
  mmd: {
    doc:
      'the vectors of all rows, labelled or not: the last 50 and 100 against the first 200, by their maximum mean discrepancy with a Gaussian ' +
      'kernel (Gretton et al. 2012)',
    arguments: {
      delta: float({
        above: 0,
        max: 0.5,
        default: 0.00001,
        doc: 'The share of false alarms at each look, of which there is one every 10 rows.',
      }),
    },
  },
  adwin: {
    doc: 'the errors on rows whose label was asked for: their rate has risen within a window of its own choosing (Bifet and Gavaldà 2007)',
    arguments: {
      delta: float({
        above: 0,
        max: 0.5,
        default: 0.002,
        doc: 'About the share of false alarms: smaller is surer and later.',
      }),
    },
  },
  ddm: {
    doc: 'the same errors: their rate is so much above its lowest (Gama et al. 2004); quicker than `adwin` where errors are few, with more false alarms',
    arguments: {
      deviations: float({ above: 0, default: 3, doc: 'How many standard deviations above.' }),
    },
  },
  psi: {
    doc:
      'the vectors of all rows, labelled or not: the mean population stability index along 32 random directions, of the last rows against ' +
      'the first ones',
    arguments: {
      threshold: float({ above: 0, default: 0.2, doc: 'The index above which the alarm is raised.' }),
      window: int({
        min: 50,
        default: 100,
        doc: 'How many of the last rows are looked at; they are compared with the first two windows.',
      }),
    },
  },
} as const;

export const driftOption = call(drifts, {
  default: { name: 'surprise', arguments: { between: 100_000 } },
  doc: 'Whether the stream is watched for drift. An alarm is told, and changes nothing in the model.',
});

export const replayOption = either(word({ all: 'all rows so far' }, { doc: '' }), count({ doc: '' }), {
  default: 'all',
  doc:
    'Which of the rows so far, the training rows of the model included, are remembered: `update: head` is fitted on them, and `update: full` learns from some of them ' +
    'again with every batch. `20 per label` remembers an even sample of each label. The other updates keep what they need of every row.',
});

/** How a classifier was made that `adapt` gave. `method`: of the head before, where it can be fitted again. */
export type Adaptation = CallValue<
  'adapt',
  { readonly update: UpdateMethod; readonly method: Method | null }
>;

/** How the head of a model is fitted on rows, or nothing where it was made from something else than its rows. */
export function methodOf({ method, validation }: ClassifierDescription): Method | undefined {
  switch (method.name) {
    case 'adapt':
      return method.arguments.method ?? undefined;
    case 'distill':
    case 'cloze':
      return undefined;
    case 'head':
      return method.arguments.c === 'auto'
        ? { name: 'head', arguments: { ...method.arguments, c: validation?.c ?? 1 } }
        : method;
    default:
      return trainsHead(method) ? plainHead : method;
  }
}

export interface LearnerRequest {
  readonly update: VectorUpdate;
  readonly replay: 'all' | number;
  readonly description: ClassifierDescription;
  readonly width: number;
  readonly labels: number;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Without a row. Throws where the head cannot be fitted again: `check` has told. */
export async function learnerOf(request: LearnerRequest): Promise<Learner> {
  const { update, replay, description, width, labels, random, signal } = request;
  switch (update.name) {
    case 'ridge': {
      const { recursiveRidge } = await import('../learning/adapt/recursive-ridge.ts');
      return recursiveRidge(width, labels, update.arguments.alpha);
    }
    case 'prototypes': {
      const { runningPrototypes } = await import('../learning/adapt/running-prototypes.ts');
      return runningPrototypes(width, labels, update.arguments);
    }
    case 'head': {
      const { refittedHead } = await import('../learning/adapt/refitted-head.ts');
      const method = methodOf(description);
      if (method === undefined) throw new Error('a head that cannot be fitted again');
      const settings = { classWeights: description.class_weights, signal };
      return refittedHead(width, labels, {
        fit: ({ vectors, targets }, known) => fitHead(vectors, targets, known, method, settings),
        replay,
        random: random.derive('replay'),
      });
    }
    default:
      return update satisfies never;
  }
}
