// What exported files give against what the model gives.
import { expect, test } from 'vitest';
import type { Dataset } from '../../src/stages/dataset.ts';
import { Failure } from '../../src/parser/diagnostic.ts';
import { checkParity, parityNote } from '../../src/stages/parity.ts';

const rows: Dataset = {
  rows: 3,
  columns: new Map([['text', ['one', 'two', 'three']]]),
  roles: { text: 'text' },
  labels: [],
  multiLabel: false,
  partition: undefined,
  source: Int32Array.of(4, 7, 9),
};
const labels = ['a', 'b'];
const model = Float64Array.of(0.9, 0.1, 0.501, 0.499, 0.2, 0.8);

const asked = (exported: readonly number[], threshold?: number) =>
  checkParity({ labels, threshold, model, exported: Float64Array.from(exported) }, rows, 0.01);

const problemOf = (exported: readonly number[], threshold?: number): string => {
  try {
    asked(exported, threshold);
  } catch (error) {
    if (error instanceof Failure) return error.diagnostics[0]?.message ?? '';
    throw error;
  }
  return '';
};

test('rows that agree have the largest difference, and the row of the loaded data where it is', () => {
  const parity = asked([0.9, 0.1, 0.502, 0.498, 0.205, 0.795]);
  expect(parity).toEqual({
    rows: 3,
    labels_agree: 3,
    largest_difference: expect.closeTo(0.005) as number,
    row: 9,
    bound: 0.01,
  });
  expect(parityNote(parity)).toBe(
    'parity: all labels of 3 rows agree; probabilities differ by at most 0.005 (row 9), where 0.01 is allowed',
  );
  expect(parityNote(asked([...model]))).toBe(
    'parity: all labels of 3 rows agree, and so do their probabilities',
  );
});

test('a probability that is too far away, another label and no number are told, the worst first', () => {
  expect(problemOf([0.88, 0.12, 0.501, 0.499, 0.2, 0.8])).toBe(
    '1 of the 3 rows gets other answers from the exported files than from the model: "one" (row 4) is 0.02 apart. ' +
      'No label is another one, and probabilities may differ by 0.01',
  );
  expect(problemOf([0.9, 0.1, 0.499, 0.501, NaN, 0.8])).toBe(
    '2 of the 3 rows get other answers from the exported files than from the model: ' +
      '"three" (row 9) is `b` 0.8 by the model, no label by the files, with a probability that is no number; ' +
      '"two" (row 7) is `a` 0.5 by the model, `b` 0.5 by the files, 0.002 apart. ' +
      'Of 2 rows the label is another one, and probabilities may differ by 0.01',
  );
});

test('with a threshold the sets of labels count', () => {
  expect(asked([0.9, 0.1, 0.499, 0.501, 0.2, 0.8], 0.4).labels_agree).toBe(3);
  expect(problemOf([0.9, 0.1, 0.499, 0.501, 0.2, 0.8], 0.5)).toContain(
    '`a` 0.5 by the model, `b` 0.5 by the files',
  );
});
