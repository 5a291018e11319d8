// Vectors as alike as their texts' sets of labels: the objective that trains an encoder on pairs where a text has several labels or none.
// As contrastive.ts, but that two texts may be alike in part.
import { likenessLoss } from '../losses/pairs.ts';
import type { Random } from '../random.ts';
import { pairBatches } from '../sampling/pair-batches.ts';
import type { Batch } from './train.ts';
import type { Objective } from './tune-net.ts';

/** Texts that have several labels or none. */
export interface TextsWithSets {
  readonly texts: readonly string[];
  /** Label numbers of each text, rising. */
  readonly sets: readonly (readonly number[])[];
}

export interface SetPairOptions {
  /** About how many texts a step has. */
  readonly size: number;
  readonly random: Random;
}

/** With the number of steps in which every text takes part once. */
export function contrastiveSets(
  { texts, sets }: TextsWithSets,
  { size, random }: SetPairOptions,
): Objective & { readonly stepsAPass: number } {
  const batches = pairBatches({ labels: rarestLabels(sets), size, random });
  return {
    stepsAPass: batches.perPass,
    weights: {},
    plan: (steps) => Array.from({ length: steps }, () => batches.next()),
    inputs: (members, room) => pairsOf(members, texts, sets, room),
    loss: (vectors, { same, different, likeness }) => {
      if (same === undefined || different === undefined || likeness === undefined)
        throw new Error('a step without pairs');
      return likenessLoss(vectors, { same, different }, likeness);
    },
  };
}

/** Labels in both over labels in either (Jaccard); nothing for two texts without any, of which nothing says that they are alike. */
export function likenessOf(one: readonly number[], other: readonly number[]): number | undefined {
  const either = new Set([...one, ...other]).size;
  if (either === 0) return undefined;
  return (one.length + other.length - either) / either;
}

/** Of each text the label that the fewest have, so that every label's texts come in company; -1 for a text without. */
function rarestLabels(sets: readonly (readonly number[])[]): Int32Array {
  const counts = new Map<number, number>();
  for (const label of sets.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const rarer = (a: number, b: number): number => ((counts.get(b) ?? 0) < (counts.get(a) ?? 0) ? b : a);
  return Int32Array.from(sets, (set) => (set.length === 0 ? -1 : set.reduce(rarer)));
}

/** Both directions of every pair; none of a text with itself or with one that reads the same. */
function pairsOf(
  members: readonly number[],
  texts: readonly string[],
  sets: readonly (readonly number[])[],
  size: number,
): Batch {
  const [same, different, likeness] = [1, 2, 3].map(() => new Float32Array(size * size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  members.forEach((one, i) => {
    members.forEach((other, j) => {
      const alike = texts[one] === texts[other] ? undefined : likenessOf(sets[one] ?? [], sets[other] ?? []);
      if (alike === undefined) return;
      (alike > 0 ? same : different)[i * size + j] = 1;
      likeness[i * size + j] = alike;
    });
  });
  const tensor = (data: Float32Array) => ({ data, shape: [size, size], type: 'float32' }) as const;
  return { same: tensor(same), different: tensor(different), likeness: tensor(likeness) };
}
