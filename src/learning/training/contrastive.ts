// Vectors of one label near each other and those of others far: the objective that trains an encoder on pairs (SetFit; Tunstall et al.
// 2022, arXiv:2209.11055). A batch's distinct texts are encoded once, and every pair among them counts.
import type { PairLoss } from '../losses/pairs.ts';
import {
  cosineLoss,
  multipleNegativesLoss,
  supervisedContrastiveLoss,
  tripletLoss,
} from '../losses/pairs.ts';
import type { Random } from '../random.ts';
import { pairBatches } from '../sampling/pair-batches.ts';
import type { Batch } from './train.ts';
import type { Objective } from './tune-net.ts';

export const pairLosses = {
  cosine: cosineLoss,
  supervised_contrastive: supervisedContrastiveLoss,
  triplet: tripletLoss,
  multiple_negatives: multipleNegativesLoss,
} as const satisfies Readonly<Record<string, PairLoss>>;

export type PairLossName = keyof typeof pairLosses;

export interface LabelledTexts {
  readonly texts: readonly string[];
  /** Label numbers of the texts. */
  readonly labels: ArrayLike<number>;
}

export interface ContrastiveOptions {
  readonly loss: PairLossName;
  /** About how many texts a step has. */
  readonly size: number;
  readonly random: Random;
}

/** With the number of steps in which every text takes part once. */
export function contrastive(
  { texts, labels }: LabelledTexts,
  { loss, size, random }: ContrastiveOptions,
): Objective & { readonly stepsAPass: number } {
  const batches = pairBatches({ labels, size, random });
  return {
    stepsAPass: batches.perPass,
    weights: {},
    plan: (steps) => Array.from({ length: steps }, () => batches.next()),
    inputs: (members, room) => pairsOf(members, texts, labels, room),
    loss: (vectors, { same, different }) => {
      if (same === undefined || different === undefined) throw new Error('a step without pairs');
      return pairLosses[loss](vectors, { same, different });
    },
  };
}

/** Both directions of every pair; none of a text with itself or with one that reads the same. */
function pairsOf(
  members: readonly number[],
  texts: readonly string[],
  labels: ArrayLike<number>,
  size: number,
): Batch {
  const [same, different] = [new Float32Array(size * size), new Float32Array(size * size)];
  members.forEach((one, i) => {
    members.forEach((other, j) => {
      if (texts[one] === texts[other]) return;
      (labels[one] === labels[other] ? same : different)[i * size + j] = 1;
    });
  });
  const shape = [size, size];
  return {
    same: { data: same, shape, type: 'float32' },
    different: { data: different, shape, type: 'float32' },
  };
}
