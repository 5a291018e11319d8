// `calibrate_on`: temperatures for the probabilities of a classifier, fitted on labelled rows that are neither learnt from nor
// measured on. Knows how the rows are read and checked; the fit itself is in `learning`.
import type { Artifact, StaticDataset, StaticModel } from './artifact.ts';
import type { Classifier } from './classifier.ts';
import { labelNumbers, unknownLabelProblem } from './classifier-labels.ts';
import type { Consumed } from './consumed.ts';
import { identities } from './consumed-rows.ts';
import type { Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import type { Check } from './evaluate-checks.ts';
import { checkLabelledTexts, severalLabels } from './labelled-texts.ts';
import { metricValues, type Measurement } from './measurement.ts';
import type { EncodeProgress } from './model-source.ts';
import type { Calibratedness, Calibration } from './report.ts';
import { pairProblem } from './pairs.ts';
import { checkAsFitted } from './row-encoder.ts';
import type { CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';

const at = 'calibrate_on';

/** What is wrong with the rows before anything is read. */
export function checkCalibration(
  stage: string,
  rows: StaticDataset | undefined,
  model: StaticModel | undefined,
  report: CheckContext<never>['report'],
): void {
  if (rows?.labelled === false)
    report(at, {
      code: 'needs-labels',
      message: '`calibrate_on` compares probabilities with labels, and these rows have none',
      hint: 'use a labelled part, such as `.validation`',
    });
  else if (rows?.multi_label === true) report(at, severalLabels(stage));
  else {
    const problem = unknownLabelProblem(rows, model?.labels) ?? pairProblem(rows, model);
    if (problem !== undefined) report(at, problem);
  }
}

/** Throws `Failure` where the rows cannot be calibrated on. */
export async function readCalibrationRows(stage: string, artifact: Artifact): Promise<Dataset> {
  const rows = await readDataset(artifact);
  checkLabelledTexts(rows, { stage, does: 'compares probabilities with labels', at });
  if (hasMixedRows(rows))
    throw stepFailure(
      {
        code: 'not-supported',
        message: 'the rows were mixed by `mixup`: they are made to learn from, not to calibrate on',
        hint: 'calibrate on rows that were not augmented',
      },
      at,
    );
  return rows;
}

/** Probabilities [rows, labels] of rows, of one classifier or of several. */
export type Ask = (rows: Dataset, progress: EncodeProgress) => Promise<readonly Float64Array[]>;

/** One for each of the probabilities that are given. */
export async function temperaturesOf(
  classifier: Classifier,
  ask: Ask,
  rows: Dataset,
): Promise<readonly number[]> {
  const { fitTemperature } = await import('../learning/temperature.ts');
  checkAsFitted(rows, classifier.description, at);
  const truth = labelNumbers(rows, classifier.labels, at);
  const probabilities = await ask(rows, () => undefined);
  return probabilities.map((values) => fitTemperature(values, truth, classifier.labels.length));
}

export interface Calibrated {
  /** By which the log probabilities of each head were divided. */
  readonly temperatures: readonly number[];
  /** As they were given, with other probabilities. */
  readonly measurements: readonly Measurement[];
  /** Of the first. */
  readonly calibration: Calibration;
  readonly checks: readonly Check[];
}

/**
 * Calibrates what the heads said of the measured rows, each at a temperature of its own, fitted on `rows`. `consumed` is what
 * the classifier itself has consumed.
 */
export async function calibrate(
  classifier: Classifier,
  ask: Ask,
  plain: readonly Measurement[],
  rows: Dataset,
  consumed: Consumed,
): Promise<Calibrated> {
  const { atTemperature } = await import('../learning/temperature.ts');
  const temperatures = await temperaturesOf(classifier, ask, rows);
  const measurements = plain.map((one, i) => ({
    ...one,
    probabilities: atTemperature(one.probabilities, one.labels.length, temperatures[i] ?? 1),
  }));
  const [before, after] = await Promise.all([calibratedness(plain[0]), calibratedness(measurements[0])]);
  const [temperature = 1] = temperatures;
  return {
    temperatures,
    measurements,
    calibration: { temperature, rows: rows.rows, before, after },
    checks: await learntRows(rows, consumed),
  };
}

async function calibratedness(measurement: Measurement | undefined): Promise<Calibratedness> {
  const { ece = NaN, nll = NaN } = measurement ? await metricValues(measurement, ['ece', 'nll']) : {};
  return { ece, nll };
}

/** Calibration rows on which the model is surer than on others. */
export async function learntRows(rows: Dataset, consumed: Consumed): Promise<readonly Check[]> {
  const fitted = new Set(
    consumed.rows.filter((row) => row.fitted || row.seen).map(({ identity }) => identity),
  );
  const learnt = (await identities(rows)).filter((identity) => fitted.has(identity)).length;
  if (learnt === 0) return [];
  const said = `${learnt} of the ${rows.rows} calibration rows ${learnt === 1 ? 'is' : 'are'} among those the model was fitted on`;
  return [{ name: 'calibration', message: `${said}, where it is surer than elsewhere` }];
}
