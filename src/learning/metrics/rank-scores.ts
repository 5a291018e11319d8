// How well one score sets anomalous rows above normal ones, without a threshold: scikit-learn's `roc_auc_score` and `average_precision_score`. Equal scores
// are a tie, wherever their rows are. Sorted once, and then computed for any weights of the rows.
import { multiLabelMetrics } from './multi-label-metrics.ts';
import { auroc, type Weighted } from './probability-scores.ts';

export interface RankFigures {
  /** NaN where all rows are of one kind. */
  readonly auroc: Weighted;
  /** NaN where no row is anomalous. */
  readonly average_precision: Weighted;
}

/** `truth`: 1 for anomalous rows. */
export function rankFigures(truth: Uint8Array, scores: Float64Array): RankFigures {
  const yTrue = Int32Array.from(truth);
  const probabilities = Float64Array.from({ length: 2 * scores.length }, (_, at) => {
    const score = scores[Math.floor(at / 2)];
    return at % 2 === 0 ? -score : score;
  });
  const one = { yTrue: truth, yPred: truth, labels: 1, probabilities: scores };
  return {
    auroc: auroc({ yTrue, labels: 2, probabilities }),
    average_precision: multiLabelMetrics.average_precision.prepare(one),
  };
}
