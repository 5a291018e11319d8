// What is told of a training that went on, and of one that came to nothing.
import type { Head } from '../learning/heads/head.ts';
import type { Seen } from './trained-methods.ts';
import type { TrainingRecord } from './tune-folder.ts';
import type { TrainingRows } from './training-rows.ts';

/** How it went, and that the loss did not fall where it did not. */
export function trainingNotes(
  { steps, texts, first_loss: first, last_loss: last }: TrainingRecord,
  seen: Seen | 'episodes',
): readonly string[] {
  const went = `trained in ${steps} steps on ${texts} ${seen}: loss ${figure(first)} at first, ${figure(last)} at last`;
  if (first === 0 && last === 0) return [went, noPairs];
  if (steps < 10 || last < 0.98 * first) return [went];
  return [
    went,
    'the loss did not fall: nothing was learnt. A lower or higher `learning_rate`, or more steps, may help',
  ];
}

const noPairs =
  'the loss was 0 from the first step on: nothing was learnt. With one text a label no loss but `cosine` has anything to bring ' +
  "together; more rows a label help, and so do texts of the labels' names (`label_template`)";

/** That the classifier gives one label to all rows it was fitted on, where these have several. */
export async function collapseNote(
  head: Head,
  { vectors }: TrainingRows,
  labels: readonly string[],
): Promise<string | undefined> {
  const { headProbabilities, mostProbable } = await import('../learning/heads/probabilities.ts');
  const said = new Set(mostProbable(headProbabilities(head, vectors), head.labels));
  const [only] = said;
  if (said.size > 1 || only === undefined || vectors.rows < 2) return undefined;
  return `the model gives the label \`${labels[only] ?? ''}\` to every row that it was trained on: the training has collapsed. A lower \`learning_rate\` helps, and another \`seed\` may`;
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
