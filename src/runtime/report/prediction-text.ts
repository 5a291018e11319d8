// Labels of single texts, with their probabilities and the training rows that are nearest.
import { showable } from '../../parser/display-width.ts';
import type { Dataset, Value } from '../../stages/dataset.ts';
import type { Paint } from './paint.ts';
import { figure } from './quantity.ts';
import { cutText } from './text-width.ts';

export interface Prediction {
  readonly text: string;
  /** A list where the model gives any number of labels, with a score each. */
  readonly label: string | readonly string[];
  readonly score: number | readonly number[];
  /** Of a model that knows normal rows alone, whose score is a distance: beyond it a text is none of them. */
  readonly threshold?: number;
  /** Further labels, most probable first. */
  readonly others: readonly { readonly label: string; readonly score: number }[];
  readonly neighbours: readonly Neighbour[];
}

interface Neighbour {
  readonly text: string;
  readonly label: string | readonly string[];
  /** Cosine of the vectors. */
  readonly similarity: number;
}

/** The columns that the stage `predict` adds, as one object a row; `shown` is how the rows are called: texts, or the files of pictures. */
export function predictionsOf(
  dataset: Dataset,
  shown: readonly string[],
  { top, neighbours }: { readonly top: number; readonly neighbours: number },
): readonly Prediction[] {
  const at = (column: string, row: number): Value => dataset.columns.get(column)?.[row] ?? null;
  const numbers = (count: number, from: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => i + from);
  return numbers(dataset.rows, 0).map((row) => {
    const given = [labelOf(at('predicted', row))].flat();
    return {
      text: shown[row] ?? '',
      label: labelOf(at('predicted', row)),
      ...(at('threshold', row) === null
        ? { score: scoreOf(at('probability', row)) }
        : { score: Number(at('score', row)), threshold: Number(at('threshold', row)) }),
      others: numbers(top - 1, 2).flatMap((i) => {
        const label = at(`predicted_${i}`, row);
        return typeof label === 'string' && !given.includes(label)
          ? [{ label, score: Number(at(`probability_${i}`, row)) }]
          : [];
      }),
      neighbours: numbers(neighbours, 1).flatMap((i) => {
        const text = at(`neighbour_${i}`, row);
        if (typeof text !== 'string') return [];
        const similarity = Number(at(`neighbour_${i}_similarity`, row));
        return [{ text, label: labelOf(at(`neighbour_${i}_label`, row)), similarity }];
      }),
    };
  });
}

function labelOf(value: Value): string | readonly string[] {
  return typeof value === 'object' && value !== null ? value.map(String) : String(value);
}

function scoreOf(value: Value): number | readonly number[] {
  return typeof value === 'object' && value !== null ? value.map(Number) : Number(value);
}

const widestText = 100;

export function predictionsText(predictions: readonly Prediction[], paint: Paint): string {
  return predictions
    .map(({ text, label, score, threshold, others, neighbours }) => {
      const further = others.map(
        (other) => `  ${paint.dim(`${showable(other.label)} ${figure(other.score)}`)}`,
      );
      const near = neighbours.map((one) => {
        const shown = cutText(one.text.replace(/\s+/g, ' '), widestText);
        return paint.dim(
          `    ${figure(one.similarity)} ${showable(labelText(one.label))}: ${showable(shown)}`,
        );
      });
      const beyond = threshold === undefined ? '' : paint.dim(` (anomalous beyond ${figure(threshold)})`);
      const lines = [
        `${scoredText(label, score, paint)}${beyond}  ${showable(text)}${further.join('')}`,
        ...near,
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('');
}

/** `card 0.912`; of several labels `card 0.912, lost 0.61`, or `no label`. */
function scoredText(
  label: Prediction['label'],
  score: Prediction['score'],
  { bold }: Pick<Paint, 'bold'>,
): string {
  const labels = typeof label === 'string' ? [label] : label;
  const scores = typeof score === 'number' ? [score] : score;
  if (labels.length === 0) return bold('no label');
  return labels.map((one, i) => `${bold(showable(one))} ${figure(scores[i] ?? NaN)}`).join(', ');
}

function labelText(label: string | readonly string[]): string {
  if (typeof label === 'string') return label;
  return label.length === 0 ? 'no label' : label.join(', ');
}
