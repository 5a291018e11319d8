// What `fine-tune` does with validation rows: stops the fit early, chooses `c`, or only measures. All by their loss.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Measured } from '../learning/training/best-weights.ts';
import { choosesStrength, fitHead, type FitSettings, type Method } from './fine-tune-method.ts';
import type { TrainingRows } from './training-rows.ts';

/** What was found on the validation rows: kept in the description of the model. */
export interface ValidationRecord {
  readonly rows: number;
  /** Mean negative log probability of the true label. */
  readonly loss: number;
  readonly accuracy: number;
  /** Where the fit was stopped early: the iteration that was kept, and how many there were. */
  readonly iteration?: number;
  readonly tried?: number;
  /** Where the encoder was trained with early stopping: the step whose weights were kept, the last one made, and what was measured. */
  readonly step?: number;
  readonly last_step?: number;
  readonly measured?: readonly Measured[];
  /** Where it was chosen: the inverse strength of the penalty, and the loss with each at its best temperature. */
  readonly c?: number;
  readonly losses?: readonly { readonly c: number; readonly loss: number }[];
}

export interface Validated {
  readonly head: Head;
  readonly record: ValidationRecord;
}

export interface ValidationRows {
  /** [rows, width] */
  readonly vectors: Matrix;
  /** Label numbers. */
  readonly truth: Int32Array;
}

/** What `c: auto` chooses from: decades, the stronger penalty first. */
const strengths = [0.01, 0.1, 1, 10, 100, 1000];

/**
 * Of several strengths the one whose head has the lowest loss on the validation rows at the temperature that suits it best; of
 * equal ones the stronger. Without the temperature a penalty would be chosen for how sure it lets the head be, which
 * `calibrate_on` mends without touching a label.
 * @throws RangeError where a label has no row
 */
export async function fitValidated(
  rows: TrainingRows,
  labels: number,
  method: Method,
  settings: FitSettings & { readonly patience: number | undefined },
  validation: ValidationRows,
): Promise<Validated> {
  const measure = await measureOf(validation);
  const { patience, ...rest } = settings;
  const stopping =
    patience === undefined ? undefined : { patience, loss: (head: Head) => measure(head).loss };
  const fit = (one: Method): Promise<Head> =>
    fitHead(rows.vectors, rows.targets, labels, one, { ...rest, stopping });
  if (!choosesStrength(method)) {
    const head = await fit(method);
    return { head, record: { ...measure(head), ...stoppedAt(head) } };
  }
  const fits: { readonly c: number; readonly head: Head; readonly loss: number }[] = [];
  for (const c of strengths) {
    const head = await fit({ ...method, arguments: { ...method.arguments, c } });
    fits.push({ c, head, loss: await calibratedLoss(head, validation) });
  }
  const best = fits.reduce((lowest, one) => (one.loss < lowest.loss ? one : lowest));
  const losses = fits.map(({ c, loss }) => ({ c, loss }));
  return {
    head: best.head,
    record: { ...measure(best.head), ...stoppedAt(best.head), c: best.c, losses },
  };
}

/** As it is told when the model has been made. */
export function validationNote(record: ValidationRecord): string {
  const told = `the ${record.rows} validation rows: loss ${figure(record.loss)}, accuracy ${figure(record.accuracy)}`;
  const chosen = [...strengthText(record), ...iterationText(record), ...stepText(record)];
  return `${told}; ${chosen.length === 0 ? 'nothing was chosen by them' : chosen.join(', and ')}`;
}

function strengthText({ c, losses = [] }: ValidationRecord): readonly string[] {
  if (c === undefined) return [];
  const lossOf = (wanted: number): string => figure(losses.find((one) => one.c === wanted)?.loss ?? NaN);
  const against = c === 1 ? '' : ` against ${lossOf(1)} with c = 1`;
  return [`they chose c = ${c} (loss at the best temperature ${lossOf(c)}${against})`];
}

function iterationText({ iteration, tried = iteration }: ValidationRecord): readonly string[] {
  return iteration === undefined ? [] : [`the fit was kept at iteration ${iteration} of ${tried}`];
}

function stepText({ step, last_step: last, measured = [] }: ValidationRecord): readonly string[] {
  if (step === undefined) return [];
  const lossOf = (wanted: number): string => figure(measured.find((one) => one.step === wanted)?.loss ?? NaN);
  const kept =
    step === 0 ? 'the encoder was kept as it was before training' : `training was kept at step ${step}`;
  const against = step === 0 ? '' : `, against ${lossOf(0)} before training`;
  return [
    `${kept} of ${last} (loss at the best temperature ${lossOf(step)}${against}; ${measured.length} measurements)`,
  ];
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function stoppedAt({ settings }: Head): Pick<ValidationRecord, 'iteration' | 'tried'> {
  const { iterations, tried } = settings;
  return typeof iterations === 'number' && typeof tried === 'number' ? { iteration: iterations, tried } : {};
}

async function measureOf({
  vectors,
  truth,
}: ValidationRows): Promise<(head: Head) => Pick<ValidationRecord, 'rows' | 'loss' | 'accuracy'>> {
  const [{ headProbabilities, mostProbable }, { metrics }] = await Promise.all([
    import('../learning/heads/probabilities.ts'),
    import('../learning/metrics/metrics.ts'),
  ]);
  return (head) => {
    const probabilities = headProbabilities(head, vectors);
    const predicted = mostProbable(probabilities, head.labels);
    const predictions = { yTrue: truth, yPred: predicted, labels: head.labels, probabilities };
    return {
      rows: truth.length,
      loss: metrics.nll.compute(predictions),
      accuracy: metrics.accuracy.compute(predictions),
    };
  };
}

/** What early stopping of a training goes by: the loss at the temperature that suits the head best, and the accuracy. */
export async function measureHead(head: Head, validation: ValidationRows): Promise<Omit<Measured, 'step'>> {
  const measure = await measureOf(validation);
  return { loss: await calibratedLoss(head, validation), accuracy: measure(head).accuracy };
}

async function calibratedLoss(head: Head, { vectors, truth }: ValidationRows): Promise<number> {
  const [{ headProbabilities }, { atTemperature, fitTemperature }, { nll }] = await Promise.all([
    import('../learning/heads/probabilities.ts'),
    import('../learning/temperature.ts'),
    import('../learning/metrics/probability-scores.ts'),
  ]);
  const { labels } = head;
  const plain = headProbabilities(head, vectors);
  const probabilities = atTemperature(plain, labels, fitTemperature(plain, truth, labels));
  return nll({ yTrue: truth, labels, probabilities })();
}
