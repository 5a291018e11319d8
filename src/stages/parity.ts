// How far what exported files give is from what the model gives, row by row. Knows no files and no engine.
import type { Dataset } from './dataset.ts';
import { shownRows } from './shown-rows.ts';
import { stepFailure } from './step-failure.ts';

/** The most that a probability may differ; labels are the same. Weights of fewer bits are others, if only by rounding. */
export const parityBounds = { fp32: 1e-3, fp16: 1e-2, int8: 5e-2 } as const;

export interface Answers {
  readonly labels: readonly string[];
  /** Where rows have any number of labels: those are given that are at least so probable. */
  readonly threshold: number | undefined;
  /** [rows, labels] */
  readonly model: Float64Array;
  readonly exported: Float64Array;
}

export interface Parity {
  readonly rows: number;
  /** Rows that get the same label, or the same labels. */
  readonly labels_agree: number;
  /** Of all probabilities of all rows. */
  readonly largest_difference: number;
  /** Where that is: a row of the loaded data, counted from 0. */
  readonly row: number;
  /** The most that is allowed. */
  readonly bound: number;
}

/** Throws `Failure` where a row gets another label, or a probability that differs by more than `bound`. */
export function checkParity(answers: Answers, rows: Dataset, bound: number): Parity {
  const compared = Array.from({ length: rows.rows }, (_, row) => compareRow(answers, row)).sort(
    (a, b) => b.difference - a.difference,
  );
  const apart = compared.filter(({ agrees, difference }) => !agrees || difference > bound);
  if (apart.length > 0) throw stepFailure(noParity(apart, answers, rows, bound), 'parity');
  const [{ row, difference } = { row: 0, difference: 0 }] = compared;
  return {
    rows: rows.rows,
    labels_agree: rows.rows,
    largest_difference: difference,
    row: rows.source[row] ?? row,
    bound,
  };
}

export function parityNote({ rows, largest_difference: largest, row, bound }: Parity): string {
  const said = `parity: all labels of ${rows} rows agree`;
  if (largest === 0) return `${said}, and so do their probabilities`;
  return `${said}; probabilities differ by at most ${rounded(largest)} (row ${row}), where ${bound} is allowed`;
}

interface ComparedRow {
  readonly row: number;
  readonly agrees: boolean;
  /** Of its probabilities; infinite where one is no number. */
  readonly difference: number;
  /** The labels that it gets. */
  readonly model: readonly number[];
  readonly exported: readonly number[];
}

function compareRow({ labels, threshold, model, exported }: Answers, row: number): ComparedRow {
  const [own, other] = [model, exported].map((all) =>
    all.subarray(row * labels.length, (row + 1) * labels.length),
  ) as [Float64Array, Float64Array];
  const differences = own.map((value, i) => Math.abs(value - (other[i] ?? NaN)));
  const given = [labelsOf(own, threshold), labelsOf(other, threshold)] as const;
  return {
    row,
    agrees: given[0].join() === given[1].join(),
    difference: differences.some(Number.isNaN) ? Infinity : Math.max(...differences),
    model: given[0],
    exported: given[1],
  };
}

/** The most probable label, of equal ones the first; with a threshold all labels from it on. */
function labelsOf(probabilities: Float64Array, threshold: number | undefined): readonly number[] {
  const most = Math.max(...probabilities);
  const labels = [...probabilities.keys()];
  if (threshold !== undefined) return labels.filter((label) => (probabilities[label] ?? 0) >= threshold);
  return labels.filter((label) => probabilities[label] === most).slice(0, 1);
}

const mostShown = 5;

function noParity(apart: readonly ComparedRow[], answers: Answers, rows: Dataset, bound: number) {
  const texts = shownRows(rows);
  const lines = apart.slice(0, mostShown).map((one) => {
    const where = `${quote(texts[one.row] ?? '')} (row ${rows.source[one.row] ?? one.row})`;
    return `${where} ${told(one, answers)}`;
  });
  const others = apart.filter(({ agrees }) => !agrees).length;
  return {
    code: 'no-parity',
    message:
      `${apart.length} of the ${rows.rows} rows ${apart.length === 1 ? 'gets' : 'get'} other answers from the exported files than from the model: ` +
      `${lines.join('; ')}${apart.length > mostShown ? '; …' : ''}. ` +
      `${others === 0 ? 'No label is another one' : `Of ${counted(others, 'row')} the label is another one`}, and probabilities may differ by ${bound}`,
    hint: 'export with another `precision`, of which `fp32` is the nearest to the model; where it is that already, the file would mislead whoever uses it',
  } as const;
}

function told({ agrees, difference, row, model, exported }: ComparedRow, answers: Answers): string {
  const width = answers.labels.length;
  const named = (given: readonly number[], probabilities: Float64Array): string =>
    given.length === 0
      ? 'no label'
      : given
          .map(
            (label) =>
              `\`${answers.labels[label] ?? ''}\` ${rounded(probabilities[row * width + label] ?? NaN)}`,
          )
          .join(' and ');
  const size = Number.isFinite(difference)
    ? `${rounded(difference)} apart`
    : 'with a probability that is no number';
  if (agrees) return `is ${size}`;
  return `is ${named(model, answers.model)} by the model, ${named(exported, answers.exported)} by the files, ${size}`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function quote(text: string): string {
  const short = [...text.replace(/\s+/g, ' ')];
  return `"${short.length > 60 ? `${short.slice(0, 59).join('')}…` : short.join('')}"`;
}
