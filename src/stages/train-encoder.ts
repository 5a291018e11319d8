// Trains the encoder of a step on its rows, by one of the methods of `fine-tune` that do so.
import type { Head } from '../learning/heads/head.ts';
import type { Random } from '../learning/random.ts';
import { bothTexts } from '../learning/text-pair.ts';
import type { TextsWithSets } from '../learning/training/contrastive-sets.ts';
import type { Artifact } from './artifact.ts';
import type { Images } from './images.ts';
import type { TrainingContext } from './model-source.ts';
import type { PairReading } from './pairs.ts';
import { seenIn, trainingPlan, type TrainedMethod, type TrainingOptions } from './trained-methods.ts';
import { tuneFolder, type Aim, type EncoderWatch, type TrainedEncoder } from './tune-folder.ts';

export interface TrainingTexts {
  readonly texts: readonly string[];
  /** Label numbers of the texts. */
  readonly labels: Int32Array;
  /** Shares of each label. [texts, labels] */
  readonly targets: Float64Array;
  /** How much each text counts. [texts] */
  readonly weights: Float64Array;
}

export interface TrainingRequest {
  /** A model folder. */
  readonly files: Artifact;
  readonly method: TrainedMethod;
  readonly options: TrainingOptions & { readonly max_length?: number | undefined };
  /** With sets of labels only for `contrastive`, whose loss is then `cosine`. */
  readonly rows: TrainingTexts | TextsWithSets;
  /** Where the texts are names of pictures. */
  readonly images?: Images | undefined;
  /** For methods that train a classifier along: the one that they start from. */
  readonly start: Head | undefined;
  readonly random: Random;
  /** Where rows are pairs of texts: how they are read. `apart` is for methods that train a classifier along. */
  readonly pairs?: PairReading | undefined;
  readonly watch?: EncoderWatch | undefined;
}

export async function trainEncoder(
  request: TrainingRequest,
  context: TrainingContext,
): Promise<TrainedEncoder> {
  const { files, method, options, rows, images, random, watch, pairs } = request;
  const plan = trainingPlan(method, options, seenIn(request), pairs === 'apart');
  const labels = 'sets' in rows ? rows.sets : [[...rows.labels], [...rows.weights]];
  return tuneFolder(
    {
      files,
      maxLength: options.max_length,
      plan,
      texts: pairs === 'apart' ? rows.texts.flatMap(bothTexts) : rows.texts,
      images,
      aim: () => objectiveOf(request, plan),
      watch,
      about: [method, options, labels, watch?.about, ...(pairs === undefined ? [] : [pairs])],
      random,
    },
    context,
  );
}

async function objectiveOf(
  { method, rows, start, random, pairs }: TrainingRequest,
  { size, smoothing }: { readonly size: number; readonly smoothing: number },
): Promise<Aim> {
  if ('sets' in rows) {
    const { contrastiveSets } = await import('../learning/training/contrastive-sets.ts');
    const objective = contrastiveSets(rows, { size, random: random.derive('pairs') });
    return { objective, stepsAPass: objective.stepsAPass };
  }
  if (method.name === 'contrastive') {
    const { contrastive } = await import('../learning/training/contrastive.ts');
    const { loss = 'cosine' } = method.arguments;
    const objective = contrastive(rows, { loss, size, random: random.derive('pairs') });
    return { objective, stepsAPass: objective.stepsAPass };
  }
  const { classification, classificationHead } = await import('../learning/training/classification.ts');
  if (start === undefined) throw new Error('a classifier to start from');
  const classify =
    pairs === 'apart'
      ? (await import('../learning/training/pair-classification.ts')).pairClassification
      : classification;
  const objective = classify(
    { ...rows, start },
    { size, smoothing, seed: random.derive('order').below(2 ** 32) },
  );
  return {
    objective,
    stepsAPass: objective.stepsAPass,
    headOf: ({ head }) => classificationHead(start, head),
  };
}
