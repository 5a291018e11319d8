// Metrics of predicted labels as one number, from counts alone; each as scikit-learn's function of the same name.
import { average } from './classification-report.ts';
import { margins, occurringLabels, type Confusion } from './confusion.ts';

/** Share of rows whose label is right. */
export function accuracy(counted: Confusion): number {
  const { right, total } = margins(counted);
  return sum(right) / total;
}

/** Plain mean of F1 over the labels that occur among true or predicted ones. */
export function macroF1(counted: Confusion): number {
  const sums = margins(counted);
  return average(sums, occurringLabels(sums), () => 1).f1;
}

/** Mean of F1 in which each label weighs its rows. */
export function weightedF1(counted: Confusion): number {
  const sums = margins(counted);
  return average(sums, occurringLabels(sums), (label) => sums.actual[label]).f1;
}

/** Mean recall of the labels that have rows. */
export function balancedAccuracy(counted: Confusion): number {
  const { right, actual } = margins(counted);
  const present = [...actual.keys()].filter((label) => actual[label] > 0);
  return present.reduce((all, label) => all + right[label] / actual[label], 0) / present.length;
}

/** Matthews' correlation for any number of labels (Gorodkin 2004); 0 where either side is constant. */
export function mcc(counted: Confusion): number {
  const { right, actual, predicted, total } = margins(counted);
  const covariance = sum(right) * total - dot(actual, predicted);
  const spread = (total * total - dot(predicted, predicted)) * (total * total - dot(actual, actual));
  return spread > 0 ? covariance / Math.sqrt(spread) : 0;
}

/** Agreement beyond chance (Cohen 1960); 0 where chance alone would agree always. */
export function cohenKappa(counted: Confusion): number {
  const { right, actual, predicted, total } = margins(counted);
  const chance = dot(actual, predicted) / (total * total);
  return chance < 1 ? (sum(right) / total - chance) / (1 - chance) : 0;
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((all, value, i) => all + value * b[i], 0);
}
