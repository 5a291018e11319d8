// Successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
// AISTATS 2016), with folds as what is spent: everyone is measured on one fold, the better half on one more, and so on.

/** With how many folds in all each round ends: 1, 2, 4, …, and last all of them. */
export function rounds(folds: number): readonly number[] {
  const result: number[] = [];
  for (let measured = 1; measured < folds; measured *= 2) result.push(measured);
  return [...result, folds];
}

/**
 * Positions of those who go on: half of them, rounded up, as far as they have a score; of equal ones the earlier. In the
 * order in which they came.
 */
export function betterHalf(scores: readonly (number | undefined)[]): readonly number[] {
  const scored = [...scores.keys()].filter((i) => scores[i] !== undefined);
  const ranked = scored.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return ranked.slice(0, Math.ceil(scores.length / 2)).sort((a, b) => a - b);
}
