// A linear head whose scores are no log probabilities, as those of ridge, which lie about -1 and +1: they are divided by the temperature at
// which rows that were left out are most probable, so that a model that is mostly right is as sure of it. Labels stay the same.
import type { Head } from '../heads/head.ts';
import { softmaxRows } from '../softmax.ts';
import { fitTemperature } from '../temperature.ts';
import type { LabelledRows, Learner } from './learner.ts';

/** The head as it is of learners that cannot leave rows out, and where there are no rows. */
export async function sharpened(learner: Learner, rows: LabelledRows): Promise<Head> {
  const head = await learner.head();
  if (learner.leftOut === undefined || rows.targets.length === 0) return head;
  const { labels } = learner;
  const temperature = fitTemperature(softmaxRows(learner.leftOut(rows), labels), rows.targets, labels);
  const tensors = Object.entries(head.tensors).map(([name, { shape, data }]) => {
    const divided = Float32Array.from(data, (value) => value / temperature);
    return [name, { shape, data: divided }] as const;
  });
  return { ...head, tensors: Object.fromEntries(tensors) };
}
