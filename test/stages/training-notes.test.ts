import { expect, test } from 'vitest';
import { trainingNotes } from '../../src/stages/training-notes.ts';
import type { TrainingRecord } from '../../src/stages/tune-folder.ts';

const record = (first: number, last: number): TrainingRecord => ({
  steps: 20,
  texts: 40,
  first_loss: first,
  last_loss: last,
});

test('a loss that was 0 all along is not put down to the rate', () => {
  const [, why = ''] = trainingNotes(record(0, 0), 'texts');
  expect(why).toContain('the loss was 0 from the first step on');
  expect(why).not.toContain('learning_rate');
});

test('a loss that did not fall is told, and one that fell is not', () => {
  expect(trainingNotes(record(1, 1), 'texts')[1]).toContain('`learning_rate`');
  expect(trainingNotes(record(1, 0.5), 'texts')).toHaveLength(1);
});
