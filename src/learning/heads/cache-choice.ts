// How much a cache counts, how sharp and how sure it is, by cross-validation in the training rows: the original chose by the rows that it was measured on
// (gaopengcuhk/Tip-Adapter, issue 11). Every row is asked of prototypes and a cache that lack its fold.
import { innerProducts } from '../dense.ts';
import type { Matrix } from '../matrix.ts';
import { unitRows, type CacheOptions } from './cache.ts';

/** What is tried. The first of each is the paper's, or the usual temperature of prototypes. */
export const alphas: readonly number[] = [1, 0, 0.1, 0.3, 3, 10];
export const betas: readonly number[] = [5.5, 1, 3, 10, 20, 50, 100, 200];
export const temperatures: readonly number[] = [0.1, 0.005, 0.01, 0.02, 0.05, 0.2, 0.5];

export interface CacheChoice extends CacheOptions {
  /** Rows that could be left out: others of their label stay. */
  readonly rows: number;
  /** Mean negative log probability of the true label of these rows. */
  readonly loss: number;
  /** The same of prototypes alone, at the temperature that suits them best. */
  readonly alone: number;
}

/** Fewer rows that can be left out say too little. */
const fewest = 8;

/** What the program says stays. `folds`: equal for rows that are left out together. Nothing where too few rows can be left out. */
export function chosenCache(
  x: Matrix,
  y: Int32Array,
  folds: Int32Array,
  labels: number,
  given: { readonly [K in keyof CacheOptions]: number | 'auto' },
): CacheChoice | undefined {
  const { data } = unitRows(x);
  const { rows } = x;
  const products = innerProducts(data, data, x.columns);
  const others = [...y.keys()].map((i) => [...y.keys()].filter((j) => folds[j] !== folds[i]));
  const asked = [...y.keys()].filter((i) => others[i]?.some((j) => y[j] === y[i]));
  if (asked.length < fewest) return undefined;
  const nearness = leftOutPrototypes(products, y, folds, labels);
  const tried = <T extends keyof CacheOptions>(name: T, all: readonly number[]): readonly number[] => {
    const one = given[name];
    return one === 'auto' ? all : [one];
  };
  const lossOf = (cached: Float64Array | undefined, alpha: number, temperature: number): number => {
    let sum = 0;
    for (const i of asked) {
      let [top, total] = [-Infinity, 0];
      const score = (label: number): number =>
        (nearness[i * labels + label] + (cached === undefined ? 0 : alpha * cached[i * labels + label])) /
        temperature;
      for (let label = 0; label < labels; label += 1) top = Math.max(top, score(label));
      for (let label = 0; label < labels; label += 1) total += Math.exp(score(label) - top);
      sum += top + Math.log(total) - score(y[i]);
    }
    return sum / asked.length;
  };
  const sure = tried('temperature', temperatures);
  const alone = Math.min(...sure.map((temperature) => lossOf(undefined, 0, temperature)));
  let best: CacheOptions & { readonly loss: number } = { alpha: 0, beta: 1, temperature: 1, loss: Infinity };
  for (const beta of tried('beta', betas)) {
    const cached = new Float64Array(rows * labels);
    for (const i of asked) {
      const own = others[i] ?? [];
      for (const j of own)
        cached[i * labels + y[j]] += (Math.exp(-beta * (1 - products[i * rows + j])) * labels) / own.length;
    }
    for (const alpha of tried('alpha', alphas))
      for (const temperature of sure) {
        const loss = lossOf(cached, alpha, temperature);
        if (loss < best.loss) best = { alpha, beta, temperature, loss };
      }
  }
  return { ...best, rows: asked.length, alone };
}

/** Cosines [rows, labels] of each row with the means of the labels, from which its fold is taken away; 0 where nothing is left. */
function leftOutPrototypes(
  products: ArrayLike<number>,
  y: Int32Array,
  folds: Int32Array,
  labels: number,
): Float64Array {
  const rows = y.length;
  const sums = new Float64Array(rows * labels); // of the products of each row with the rows of each label
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < rows; j += 1) sums[i * labels + y[j]] += products[i * rows + j];
  const squares = new Float64Array(labels);
  for (let j = 0; j < rows; j += 1) squares[y[j]] += sums[j * labels + y[j]];
  const members = new Map<number, number[]>();
  folds.forEach((fold, i) => members.set(fold, [...(members.get(fold) ?? []), i]));
  return Float64Array.from({ length: rows * labels }, (_, at) => {
    const i = Math.floor(at / labels);
    const label = at % labels;
    let [product, square] = [sums[at], squares[label]];
    const left = (members.get(folds[i]) ?? []).filter((j) => y[j] === label);
    for (const j of left) {
      product -= products[i * rows + j];
      square -= 2 * sums[j * labels + label];
      for (const k of left) square += products[j * rows + k];
    }
    return square > 1e-9 ? product / Math.sqrt(square) : 0;
  });
}
