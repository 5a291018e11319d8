// Metrics of predicted probabilities. Each is prepared once for its rows and then computed for any weights of them, so
// that resampling sorts nothing twice.

/** Probabilities [rows, labels] beside the true labels. */
export interface Probabilistic {
  readonly yTrue: Int32Array;
  readonly labels: number;
  readonly probabilities: Float64Array;
}

/** The metric where each row counts as often as its weight says; once without weights. */
export type Weighted = (weights?: Float64Array) => number;

/** Mean negative logarithm of the probability of the true label, which is taken as at least 2.2e-16. */
export function nll({ yTrue, labels, probabilities }: Probabilistic): Weighted {
  return weightedMean(
    Float64Array.from(
      yTrue,
      (label, i) => -Math.log(Math.max(Number.EPSILON, probabilities[i * labels + label])),
    ),
  );
}

/** Mean squared distance to the true label (Brier 1950): halved for two labels, as is usual, so in [0, 1]; else in [0, 2]. */
export function brier({ yTrue, labels, probabilities }: Probabilistic): Weighted {
  return weightedMean(
    Float64Array.from(yTrue, (truth, i) => {
      let square = 0;
      for (let label = 0; label < labels; label += 1)
        square += (probabilities[i * labels + label] - Number(label === truth)) ** 2;
      return labels === 2 ? square / 2 : square;
    }),
  );
}

/** Expected calibration error of the most probable label in 15 equal bins (Guo et al. 2017). */
export function ece({ yTrue, labels, probabilities }: Probabilistic): Weighted {
  const bins = 15;
  const bin = new Int32Array(yTrue.length);
  const excess = new Float64Array(yTrue.length);
  yTrue.forEach((truth, i) => {
    let top = 0;
    for (let label = 1; label < labels; label += 1)
      if (probabilities[i * labels + label] > probabilities[i * labels + top]) top = label;
    const confidence = probabilities[i * labels + top];
    bin[i] = Math.min(bins - 1, Math.floor(confidence * bins));
    excess[i] = confidence - Number(top === truth);
  });
  return (weights) => {
    const gaps = new Float64Array(bins);
    let total = 0;
    for (let i = 0; i < bin.length; i += 1) {
      const weight = weights === undefined ? 1 : weights[i];
      gaps[bin[i]] += weight * excess[i];
      total += weight;
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
}

/**
 * Area under the ROC curve, one label against the rest, as a plain mean over the labels; with two labels that of the
 * second. Labels without rows, or with all rows, have no curve and are left out; NaN where none has one.
 */
export function auroc({ yTrue, labels, probabilities }: Probabilistic): Weighted {
  const curves = Array.from({ length: labels }, (_, label) => label)
    .slice(labels === 2 ? 1 : 0)
    .map((label) =>
      area(
        yTrue,
        Float64Array.from(yTrue, (_, i) => probabilities[i * labels + label]),
        label,
      ),
    );
  return (weights) => {
    const areas = curves.map((curve) => curve(weights)).filter((value) => !Number.isNaN(value));
    return areas.reduce((sum, value) => sum + value, 0) / areas.length;
  };
}

/** The share of pairs of a row with and one without the label that `scores` order rightly; ties count half. */
function area(yTrue: Int32Array, scores: Float64Array, label: number): Weighted {
  const order = Int32Array.from(yTrue.keys()).sort((a, b) => scores[a] - scores[b]);
  return (weights) => {
    let [pairs, below, positives] = [0, 0, 0];
    for (let start = 0; start < order.length;) {
      let [withLabel, without, end] = [0, 0, start];
      for (; end < order.length && scores[order[end]] === scores[order[start]]; end += 1) {
        const weight = weights === undefined ? 1 : weights[order[end]];
        if (yTrue[order[end]] === label) withLabel += weight;
        else without += weight;
      }
      pairs += withLabel * (below + without / 2);
      below += without;
      positives += withLabel;
      start = end;
    }
    return pairs / (positives * below);
  };
}

function weightedMean(values: Float64Array): Weighted {
  return (weights) => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < values.length; i += 1) {
      const weight = weights === undefined ? 1 : weights[i];
      sum += weight * values[i];
      total += weight;
    }
    return sum / total;
  };
}
