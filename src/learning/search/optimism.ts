// How much of the best figure of a search is luck: the best of many noisy figures is better than what it stands for.
// Estimated by leaving one fold after the other out of the choice, and measuring on it what the others chose: the inner loop
// of nested cross-validation (Varma and Simon, "Bias in error estimation when using cross-validation for model selection",
// BMC Bioinformatics 7:91, 2006) without fitting anything again. The estimate of Tibshirani and Tibshirani ("A bias correction
// for the minimum error rate in cross-validation", Annals of Applied Statistics 3(2), 2009) compares the winner of each fold
// with the winner of all: where trials differ little, it is 0.4 times too small with 2 folds and 2 to 3 times too large with 10.

/**
 * `scores[trial][fold]`, higher is better; all trials have all folds. Nothing for fewer than two folds. Negative where the
 * choice does worse than chance would.
 */
export function optimismOf(scores: readonly (readonly number[])[], best: number): number | undefined {
  const own = scores[best] ?? [];
  if (own.length < 2) return undefined;
  let sum = 0;
  for (const [left, score] of own.entries()) {
    const others = scores.map((folds) =>
      folds.reduce((total, value, fold) => (fold === left ? total : total + value), 0),
    );
    // Of equal ones the earlier, as in the search itself.
    const chosen = others.reduce(
      (top, total, trial) => (total > (others[top] ?? -Infinity) ? trial : top),
      0,
    );
    sum += score - (scores[chosen]?.[left] ?? 0);
  }
  return sum / own.length;
}
