// The methods `fine-tune` knows: their arguments, and how each fits a head on vectors. With trained-methods.ts the one place that names them.
import type { EarlyStopping } from '../learning/heads/early-stopping.ts';
import type { Head } from '../learning/heads/head.ts';
import type { LinearTraining } from '../learning/heads/linear.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Targets } from '../learning/targets.ts';
import { call, either, float, int, share, string, word } from './option.ts';
import type { CallOf } from './option.ts';
import { layerTraining, trainedMethods, type TrainedMethod } from './trained-methods.ts';

const distances = {
  cosine: 'one minus the cosine of the angle between two vectors',
  euclidean: 'the straight line between two vectors',
} as const;

const heads = {
  logistic: 'logistic regression with an L2 penalty',
  ridge: 'ridge regression on +1 and -1, a row an example; fast, but its probabilities are not calibrated',
  linear:
    'a linear layer from weights of zero, trained to the cross-entropy by AdamW on all rows at once: 200 steps at a rate of 1e-2, unless `epochs` (a step each), `steps`, `head_learning_rate`, `weight_decay`, `warmup`, `schedule` and `label_smoothing` say otherwise',
  svm: 'linear support vector machine, one label against the rest, squared hinge loss; its probabilities are not calibrated',
  knn: 'a vote of the nearest training rows',
} as const;

const unsaidStrength =
  'Without it: 1, but for `logistic` that of 10 and 100 which in cross-validation in the training rows has a lower loss, by more than the standard error of the difference.';

export const methods = {
  head: {
    doc: 'A classifier on the frozen vectors of `model`, fitted in seconds.',
    arguments: {
      kind: word(heads, { default: 'logistic', doc: 'What is fitted on the vectors.' }),
      c: either(
        word(
          {
            auto: 'the one of 0.01, 0.1, 1, 10, 100 and 1000 whose scores have the lowest loss on `validation`, however sure they are: each at the temperature that suits it best',
          },
          { doc: '' },
        ),
        float({ above: 0, doc: '' }),
        {
          doc: `For \`logistic\` and \`svm\`: inverse strength of the penalty. Smaller keeps closer to no opinion at all. ${unsaidStrength}`,
        },
      ),
      alpha: float({ above: 0, default: 1, doc: 'For `ridge`: strength of the penalty.' }),
      k: int({ min: 1, default: 5, doc: 'For `knn`: how many of the nearest training rows vote.' }),
      distance: word(distances, { default: 'cosine', doc: 'For `knn`: what nearest means.' }),
      weights: word(
        {
          uniform: 'every vote counts the same',
          distance: 'a vote counts one over its distance',
        },
        { default: 'distance', doc: 'For `knn`: how much each vote counts.' },
      ),
    },
  },
  prototype: {
    doc: 'A text gets the label whose training texts have the nearest mean vector.',
    arguments: {
      distance: word(distances, { default: 'cosine', doc: 'What nearest means; `euclidean` is squared.' }),
      temperature: float({
        above: 0,
        default: 0.1,
        doc: 'Distances are divided by it before they become probabilities; smaller is surer. Changes no label.',
      }),
    },
  },
  cache: {
    doc:
      'The training rows themselves beside the prototypes of their labels, in the manner of Tip-Adapter (Zhang et al. 2022): each counts for its label by exp(-beta (1 - cosine)), ' +
      'and alpha times their sum, over the mean number of rows a label, is added to the cosine with the prototype. Nothing is trained. What is left open is chosen by cross-validation in the training rows, one row a label at a time where they are few.',
    arguments: {
      alpha: either(
        word(
          { auto: 'the one of 0, 0.1, 0.3, 1, 3 and 10 with the lowest loss on rows that are held out' },
          { doc: '' },
        ),
        float({ min: 0, doc: '' }),
        { default: 'auto', doc: 'How much the rows count beside the prototypes; 0 leaves these alone.' },
      ),
      beta: either(
        word({ auto: 'the same of 1, 3, 5.5, 10, 20, 50, 100 and 200' }, { doc: '' }),
        float({ above: 0, doc: '' }),
        { default: 'auto', doc: 'How sharp the cache is: with a large one only the nearest rows count.' },
      ),
      temperature: either(
        word({ auto: 'the same of 0.005, 0.01, 0.02, 0.05, 0.1, 0.2 and 0.5' }, { doc: '' }),
        float({ above: 0, doc: '' }),
        {
          default: 'auto',
          doc: 'Scores are divided by it before they become probabilities. Changes no label.',
        },
      ),
    },
  },
  one_class: {
    doc:
      'For rows of one kind, the normal ones: a row is as unlike them as its vector is far from theirs, and beyond a threshold it is `anomalous`. The ' +
      'threshold comes from the normal rows alone, each of which is measured by the others. Rows need no labels; where they have some, one is the normal one.',
    arguments: {
      distance: word(
        {
          mahalanobis:
            'the straight line in units of how the normal rows spread in each direction, by their shrunk covariance',
          euclidean: 'the straight line between two vectors',
          cosine: distances.cosine,
        },
        { default: 'mahalanobis', doc: 'How far a row is from the nearest prototype.' },
      ),
      prototypes: int({
        min: 1,
        max: 10_000,
        default: 1,
        doc: 'How many prototypes normal rows have: their mean, or the means of so many clusters (k-means); of as many as there are rows each row is one.',
      }),
      shrinkage: word(
        {
          oas: 'oracle approximating shrinkage (Chen et al. 2010)',
          ledoit_wolf: 'Ledoit and Wolf 2004',
        },
        {
          default: 'oas',
          doc: 'For `mahalanobis`: how far the covariance of few rows is drawn towards the same spread in every direction.',
        },
      ),
      quantile: either(share({ doc: '' }), float({ above: 0, max: 1, doc: '' }), {
        default: 0.95,
        doc: 'Share of normal rows that the threshold is to leave within. Of fewer rows than that takes (19 for 95 %), the threshold is the largest distance of one from the others.',
      }),
      normal: string({
        doc: 'The label of the normal rows; rows of others are not learnt from. Without it, rows of more than one label are refused, and rows without labels are called `normal`.',
      }),
    },
  },
  ...trainedMethods,
  cloze: {
    doc:
      'For rows with a `prompt` that asks for a word (`{mask}`), and a masked language model: a label is as probable as the ' +
      'model finds its words in the place of the mask. Rows without labels are not learnt from; labelled ones correct the scores.',
    arguments: {
      c: float({
        above: 0,
        default: 1,
        doc: 'Inverse strength of the penalty on what labelled rows change. Smaller keeps closer to the words of the model.',
      }),
    },
  },
} as const;

export type Method = CallOf<typeof methods>;

/** Logistic regression. */
export const plainHead = {
  name: 'head',
  arguments: { kind: 'logistic', c: undefined, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
} as const satisfies Method;

/** Linear support vector machine a label. */
export const svmHead = {
  name: 'head',
  arguments: { ...plainHead.arguments, kind: 'svm' },
} as const satisfies Method;

/** What runs where a program names no method: fine-tune-recipe.ts says which one that is. */
const recipe = {
  auto: {
    doc:
      'The default recipe. Where the encoder can be trained and the rows are texts with one label each: `contrastive`, with `iterations` ' +
      'so few that no more than 20,000 texts are learnt from, and with `label_template: auto`. Of rows with several labels: `head(kind: svm)`. Of pairs of texts: `head(kind: logistic)` on texts that are read apart. Elsewhere: `head(kind: logistic)`.',
    arguments: {},
  },
} as const;

export type AskedMethod = CallOf<typeof recipe> | Method;

export const methodOption = call(
  { ...recipe, ...methods },
  { default: { name: 'auto', arguments: {} }, doc: 'How the classifier is made.' },
);

export interface FitSettings {
  readonly classWeights: 'none' | 'balanced';
  /** Of the fit of the head, and only where `takesEarlyStopping`. */
  readonly stopping?: EarlyStopping | undefined;
  /** How much each row counts beside that; only where `learnsUnlabelled`. [rows] */
  readonly weights?: Float64Array | undefined;
  readonly signal: AbortSignal;
  /** For `head(kind: linear)`; without it what holds where a program says nothing. */
  readonly layer?: LinearTraining | undefined;
  /** For `cloze`: the scores of the labels' words. For methods that train a classifier with the encoder: that one. */
  readonly start?: Head | undefined;
}

/** Arguments of `head` that only some kinds read; the first is named as the usual one. */
const readBy: Readonly<Record<string, readonly [keyof typeof heads, ...(keyof typeof heads)[]]>> = {
  c: ['logistic', 'svm'],
  alpha: ['ridge'],
  k: ['knn'],
  distance: ['knn'],
  weights: ['knn'],
};

/** Arguments that were changed from their defaults though the chosen kind does not read them. */
export function idleArguments(
  method: Method,
): readonly { readonly argument: string; readonly for: string }[] {
  if (method.name !== 'head') return [];
  const { kind } = method.arguments;
  return Object.entries(methods.head.arguments).flatMap(([argument, option]) => {
    const readers = readBy[argument];
    const value = method.arguments[argument as keyof typeof methods.head.arguments];
    return readers === undefined || readers.includes(kind) || value === option.fallback
      ? []
      : [{ argument, for: readers[0] }];
  });
}

/** As written in a program, without the arguments that decide little: `head(kind: knn)`. */
export function methodText(method: Method): string {
  return method.name === 'head' ? `head(kind: ${method.arguments.kind})` : method.name;
}

/** Whether the encoder is trained, and does not stay as it is. */
export function trainsEncoder(method: Method): method is TrainedMethod {
  return method.name in trainedMethods;
}

/** Whether a classifier is trained together with the encoder, and none fitted afterwards. */
export function trainsHead(method: Method): boolean {
  return trainsEncoder(method) && method.name !== 'contrastive';
}

/** Whether rows can be weighted by their label with this method. */
export function takesClassWeights(method: Method): boolean {
  if (method.name === 'head') return method.arguments.kind !== 'knn';
  return !['prototype', 'cache', 'one_class'].includes(method.name);
}

/** Whether the method leaves the strength of its penalty to validation rows. */
export function choosesStrength(method: Method): method is Extract<Method, { readonly name: 'head' }> {
  return (
    method.name === 'head' && readBy['c'].includes(method.arguments.kind) && method.arguments.c === 'auto'
  );
}

/** Whether the strength of its penalty is found in the training rows, as nothing is said of it. */
export function leavesStrength(method: Method): boolean {
  if (method.name === 'contrastive') return method.arguments.c === undefined;
  return method.name === 'head' && method.arguments.kind === 'logistic' && method.arguments.c === undefined;
}

export function withStrength(method: Method, c: number | undefined): Method {
  if (method.name === 'contrastive') return { ...method, arguments: { ...method.arguments, c } };
  return method.name === 'head' ? { ...method, arguments: { ...method.arguments, c } } : method;
}

/** Whether it is trained in steps though the encoder stays as it is. */
export function isLayer(method: Method): boolean {
  return method.name === 'head' && method.arguments.kind === 'linear';
}

/** Whether the method is fitted in steps between which it can be stopped. */
export function takesEarlyStopping(method: Method): boolean {
  if (trainsEncoder(method)) return true;
  return (
    method.name === 'cloze' ||
    isLayer(method) ||
    (method.name === 'head' && method.arguments.kind === 'logistic')
  );
}

/** Whether rows without labels can be learnt too: its classifier is a logistic regression on vectors. */
export function learnsUnlabelled(method: Method): boolean {
  return (
    method.name === 'contrastive' ||
    (method.name === 'head' && method.arguments.kind === 'logistic' && method.arguments.c !== 'auto')
  );
}

/** Whether a row may belong to two labels in shares. */
export function takesMixedRows(method: Method): boolean {
  if (trainsEncoder(method) || method.name === 'one_class') return false;
  return method.name !== 'head' || method.arguments.kind !== 'knn';
}

/**
 * Fits the head on vectors [rows, width]. Distributions as targets only where `takesMixedRows`.
 * @throws RangeError where a label has no row, or the strength of the penalty is still to be chosen
 */
export async function fitHead(
  vectors: Matrix,
  targets: Targets,
  labels: number,
  method: Method,
  settings: FitSettings,
): Promise<Head> {
  const classWeights = settings.classWeights === 'balanced' ? ('balanced' as const) : undefined;
  if (method.name === 'prototype') {
    const { fitPrototype } = await import('../learning/heads/prototype.ts');
    return fitPrototype(vectors, targets, labels, method.arguments);
  }
  if (method.name === 'cloze') {
    const { fitCloze } = await import('../learning/heads/cloze.ts');
    if (settings.start === undefined) throw new RangeError('`cloze` starts from the words of the labels');
    return fitCloze(vectors, targets, settings.start, {
      c: method.arguments.c,
      tolerance: 1e-4,
      maxIterations: 1000,
      classWeights,
      stopping: settings.stopping,
      signal: settings.signal,
    });
  }
  if (method.name === 'cache') {
    const { fitCache } = await import('../learning/heads/cache.ts');
    const { alpha, beta, temperature } = method.arguments;
    if (alpha === 'auto' || beta === 'auto' || temperature === 'auto')
      throw new RangeError('what `cache` leaves open is chosen before it is fitted');
    return fitCache(vectors, targets, labels, { alpha, beta, temperature });
  }
  if (method.name === 'one_class') throw new RangeError('`one_class` is fitted on normal rows alone');
  if (trainsEncoder(method) && method.name !== 'contrastive') {
    if (settings.start === undefined) throw new RangeError('the classifier was trained with the encoder');
    return settings.start;
  }
  const {
    kind,
    c = 1,
    alpha,
    k,
    distance,
    weights,
  } = method.name === 'contrastive' ? { ...plainHead.arguments, c: method.arguments.c } : method.arguments;
  switch (kind) {
    case 'logistic': {
      const { fitLogistic } = await import('../learning/heads/logistic.ts');
      if (c === 'auto') throw new RangeError('`c: auto` is chosen before a head is fitted');
      return fitLogistic(vectors, targets, labels, {
        c,
        tolerance: 1e-4,
        maxIterations: 1000,
        classWeights,
        stopping: settings.stopping,
        ...(settings.weights !== undefined && { examples: { weights: settings.weights } }),
        signal: settings.signal,
      });
    }
    case 'svm': {
      const { fitSvm } = await import('../learning/heads/svm.ts');
      if (c === 'auto') throw new RangeError('`c: auto` is chosen before a head is fitted');
      return fitSvm(vectors, targets, labels, {
        c,
        tolerance: 1e-4,
        maxIterations: 1000,
        classWeights,
        signal: settings.signal,
      });
    }
    case 'linear': {
      const { fitLinear } = await import('../learning/heads/linear.ts');
      const { layer = layerTraining({}), stopping, signal } = settings;
      return fitLinear(vectors, targets, labels, { ...layer, classWeights, stopping, signal });
    }
    case 'ridge': {
      const { fitRidge } = await import('../learning/heads/ridge.ts');
      return fitRidge(vectors, targets, labels, { alpha, classWeights });
    }
    case 'knn': {
      const { fitKnn } = await import('../learning/heads/knn.ts');
      if (!(targets instanceof Int32Array)) throw new RangeError('knn takes one label a row');
      return fitKnn(vectors, targets, labels, { k, distance, weights });
    }
    default:
      return kind satisfies never;
  }
}
