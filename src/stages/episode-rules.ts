// How the queries of an episode find their class by vectors: as `evaluate` is told, or as the model was trained.
import type { EpisodeRule } from '../learning/meta/score-episodes.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Artifact } from './artifact.ts';
import { texts, type Dataset } from './dataset.ts';
import { type EpisodeMethod } from './episode-options.ts';
import { fitHead, methodText } from './fine-tune-method.ts';
import { pixelsOf } from './image-source.ts';
import type { Images } from './images.ts';
import { readMetaDescription } from './meta-encoder.ts';
import { encoderOf } from './model-source.ts';

/** With nothing left to the model. */
export type SettledRule = Exclude<EpisodeMethod, { readonly name: 'own' }>;

export async function settledRule(method: EpisodeMethod, model: Artifact): Promise<SettledRule> {
  if (method.name !== 'own') return method;
  const trained = (await readMetaDescription(encoderOf(model)))?.method;
  if (trained?.name === 'matching') return trained;
  return prototype(trained?.name === 'prototypical' ? trained.arguments.distance : 'cosine');
}

function prototype(distance: 'cosine' | 'euclidean'): SettledRule {
  return { name: 'prototype', arguments: { distance, temperature: 0.1 } }; // a temperature changes no label
}

/** As written in a program. */
export function ruleText(method: SettledRule): string {
  switch (method.name) {
    case 'prototype':
      return `prototype(distance: ${method.arguments.distance})`;
    case 'matching':
      return 'matching';
    case 'head':
      return method.arguments.kind === 'knn'
        ? `head(kind: knn, k: ${method.arguments.k}, distance: ${method.arguments.distance})`
        : methodText(method);
    default:
      return method satisfies never;
  }
}

/** By vectors of all rows that episodes are drawn from, [rows, width]. */
export function vectorRule(vectors: Matrix, method: SettledRule, signal: AbortSignal): EpisodeRule {
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

/** The baseline of pictures: the nearest support picture by its pixels. */
export async function pixelsRule(rows: Dataset, images: Images, signal: AbortSignal): Promise<EpisodeRule> {
  const { createPixels } = await import('../learning/images/pixels.ts');
  const vectors = await createPixels().encode(await pixelsOf(images, texts(rows)), { signal });
  return vectorRule(vectors, nearestPicture, signal);
}

const nearestPicture: SettledRule = {
  name: 'head',
  arguments: {
    kind: 'knn',
    c: 1,
    alpha: 1,
    k: 1,
    distance: 'euclidean',
    weights: 'uniform',
  },
};
