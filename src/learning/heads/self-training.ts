// Self-training: a head labels rows that have no labels, and is fitted anew with those that it is surest of (pseudo-labels; Yarowsky
// 1995, Lee 2013), a few times over. Knows no encoders and no kinds of heads.
import { stacked, takeRows, type Matrix } from '../matrix.ts';
import { withLabels, type Targets } from '../targets.ts';
import type { Head } from './head.ts';
import { headProbabilities, mostProbable } from './probabilities.ts';

export interface SelfTraining {
  /** [rows, width] */
  readonly vectors: Matrix;
  readonly targets: Targets;
  readonly labels: number;
  /** Rows without labels. [pool, width] */
  readonly pool: Matrix;
  /**
   * Of each label at most this share of the rows that the head expects of it is learnt (the sum of its probabilities over the pool): those
   * with the highest probability. An even share instead teaches wrong labels wherever the pool has few rows of one.
   */
  readonly share: number;
  readonly rounds: number;
  /** `weights` says how much each row counts: the learnt rows of the pool together as much as the labelled ones. */
  readonly fit: (vectors: Matrix, targets: Targets, weights: Float64Array | undefined) => Promise<Head>;
}

export interface SelfTrained {
  readonly head: Head;
  /** Rows of the pool that the last fit learnt, of each label. */
  readonly learnt: readonly number[];
}

export async function fitSelfTrained(training: SelfTraining): Promise<SelfTrained> {
  const { vectors, targets, labels, pool, share, rounds, fit } = training;
  let head = await fit(vectors, targets, undefined);
  let learnt: readonly number[] = Array.from({ length: labels }, () => 0);
  for (let round = 0; round < rounds; round += 1) {
    const sure = surest(headProbabilities(head, pool), labels, share);
    if (sure.rows.length === 0) break;
    const own = vectors.rows;
    const weights = new Float64Array(own + sure.rows.length).fill(own / sure.rows.length);
    weights.fill(1, 0, own);
    head = await fit(
      stacked(vectors, takeRows(pool, sure.rows)),
      withLabels(targets, labels, sure.labels),
      weights,
    );
    learnt = Array.from({ length: labels }, (_, label) => sure.labels.filter((one) => one === label).length);
  }
  return { head, learnt };
}

interface Sure {
  readonly rows: readonly number[];
  readonly labels: readonly number[];
}

/** Of the rows of each most probable label, those with the highest probability. `probabilities` [rows, labels]. */
function surest(probabilities: Float64Array, labels: number, share: number): Sure {
  const said = mostProbable(probabilities, labels);
  const expected = columnSums(probabilities, labels);
  const of = (row: number): number => probabilities[row * labels + said[row]];
  const chosen = Array.from({ length: labels }, (_, label) =>
    [...said.keys()]
      .filter((row) => said[row] === label)
      .sort((a, b) => of(b) - of(a) || a - b)
      .slice(0, Math.round(share * expected[label])),
  ).flat();
  return { rows: chosen, labels: chosen.map((row) => said[row]) };
}

function columnSums(numbers: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  numbers.forEach((value, i) => (sums[i % columns] += value));
  return sums;
}
