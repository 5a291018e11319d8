// How the queries of an episode find their class by vectors: as `evaluate` is told, or as the model was trained.
import type { Adapting } from '../learning/meta/learner.ts';
import type { EpisodeRule } from '../learning/meta/score-episodes.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Artifact } from './artifact.ts';
import { texts, type Dataset } from './dataset.ts';
import type { FullRule } from './episode-fine-tuning.ts';
import { type EpisodeMethod } from './episode-options.ts';
import { fitHead, methodText } from './fine-tune-method.ts';
import { pixelsOf } from './image-source.ts';
import type { Images } from './images.ts';
import { hasLearner, type MetaDescription } from './meta-description.ts';
import { readMetaDescription } from './meta-encoder.ts';
import { readMetaLearnt } from './meta-learnt.ts';
import { adaptingOf, adaptingText } from './meta-methods.ts';
import { encoderOf } from './model-source.ts';

/** By vectors. */
export type VectorRule = Exclude<EpisodeMethod, { readonly name: 'own' | 'full' }>;
/** With nothing left to the model. */
export type SettledRule =
  | VectorRule
  | FullRule
  | { readonly name: 'adapt'; readonly adapting: Adapting; readonly description: MetaDescription };

/** Of a classifier the vectors of its encoder are asked, which may have been trained further; of a net that adapts, the net. */
export async function settledRule(method: EpisodeMethod, model: Artifact): Promise<SettledRule> {
  if (method.name !== 'own') return method;
  const description = await readMetaDescription(model);
  const adapting = description && hasLearner(description) ? adaptingOf(description.method) : undefined;
  if (description !== undefined && adapting !== undefined) return { name: 'adapt', adapting, description };
  const learnt = await readMetaLearnt(encoderOf(model));
  if (learnt !== undefined) return learnt.rule === 'matching' ? matching : prototype(learnt.rule);
  const trained = (await readMetaDescription(encoderOf(model)))?.method;
  if (trained?.name === 'matching') return trained;
  return prototype(trained?.name === 'prototypical' ? trained.arguments.distance : 'cosine');
}

const matching: VectorRule = { name: 'matching', arguments: {} };

function prototype(distance: 'cosine' | 'euclidean'): VectorRule {
  return { name: 'prototype', arguments: { distance, temperature: 0.1 } }; // a temperature changes no label
}

/** As written in a program. */
export function ruleText(method: SettledRule): string {
  switch (method.name) {
    case 'prototype':
      return `prototype(distance: ${method.arguments.distance})`;
    case 'matching':
      return 'matching';
    case 'full': {
      const { steps, learning_rate: rate } = method.arguments;
      return rate === undefined ? `full(steps: ${steps})` : `full(steps: ${steps}, learning_rate: ${rate})`;
    }
    case 'adapt':
      return adaptingText(method.adapting);
    case 'head':
      return method.arguments.kind === 'knn'
        ? `head(kind: knn, k: ${method.arguments.k}, distance: ${method.arguments.distance})`
        : methodText(method);
    default:
      return method satisfies never;
  }
}

/** By vectors of all rows that episodes are drawn from, [rows, width]. */
export function vectorRule(vectors: Matrix, method: VectorRule, signal: AbortSignal): EpisodeRule {
  return async ({ support, queries }, { ways, shots }) => {
    const { takeRows } = await import('../learning/matrix.ts');
    const [known, asked] = [takeRows(vectors, support), takeRows(vectors, queries)];
    if (method.name === 'matching') {
      const { matchingClasses } = await import('../learning/meta/matching.ts');
      return matchingClasses(known, asked, ways);
    }
    const targets = Int32Array.from(support, (_, i) => Math.floor(i / shots));
    const { headProbabilities, mostProbable } = await import('../learning/heads/probabilities.ts');
    const head = await fitHead(known, targets, ways, method, { classWeights: 'none', signal });
    return mostProbable(headProbabilities(head, asked), ways);
  };
}

/** Rows up to which all distances between pictures are worked out beforehand: 200 MB. */
const mostPairs = 5000 ** 2;

/** The baseline of pictures: the nearest support picture by its pixels, of equally near ones the first. */
export async function pixelsRule(rows: Dataset, images: Images, signal: AbortSignal): Promise<EpisodeRule> {
  const [{ createPixels }, { innerProducts }] = await Promise.all([
    import('../learning/images/pixels.ts'),
    import('../learning/dense.ts'),
  ]);
  const vectors = await createPixels().encode(await pixelsOf(images, texts(rows)), { signal });
  if (rows.rows ** 2 > mostPairs) return vectorRule(vectors, nearestPicture, signal);
  // Of whole numbers, so that equal distances are equal.
  const bytes = Float32Array.from(vectors.data, (value) => Math.round(value * 255));
  const products = innerProducts(bytes, bytes, vectors.columns);
  const product = (a: number, b: number): number => products[a * rows.rows + b] ?? NaN;
  return ({ support, queries }, { shots }) =>
    Int32Array.from(queries, (query) => {
      let [best, least] = [0, Infinity];
      support.forEach((row, i) => {
        const away = product(row, row) - 2 * product(row, query);
        if (away < least) [best, least] = [i, away];
      });
      return Math.floor(best / shots);
    });
}

const nearestPicture: VectorRule = {
  name: 'head',
  arguments: { kind: 'knn', c: 1, alpha: 1, k: 1, distance: 'euclidean', weights: 'uniform' },
};
