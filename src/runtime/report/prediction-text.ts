// Labels of single texts, with their probabilities and the training rows that are nearest.
import { showable } from '../../parser/display-width.ts';
import type { Dataset, Value } from '../../stages/dataset.ts';
import type { Paint } from './paint.ts';
import { figure } from './quantity.ts';
import { cutText } from './text-width.ts';

export interface Prediction {
  readonly text: string;
  readonly label: string;
  readonly score: number;
  /** Further labels, most probable first. */
  readonly others: readonly { readonly label: string; readonly score: number }[];
  readonly neighbours: readonly Neighbour[];
}

interface Neighbour {
  readonly text: string;
  readonly label: string;
  /** Cosine of the vectors. */
  readonly similarity: number;
}

/** The columns that the stage `predict` adds, as one object a row. */
export function predictionsOf(
  dataset: Dataset,
  { top, neighbours }: { readonly top: number; readonly neighbours: number },
): readonly Prediction[] {
  const at = (column: string, row: number): Value => dataset.columns.get(column)?.[row] ?? null;
  const numbers = (count: number, from: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => i + from);
  return numbers(dataset.rows, 0).map((row) => ({
    text: String(at('text', row)),
    label: String(at('predicted', row)),
    score: Number(at('probability', row)),
    others: numbers(top - 1, 2).flatMap((i) => {
      const label = at(`predicted_${i}`, row);
      return typeof label === 'string' ? [{ label, score: Number(at(`probability_${i}`, row)) }] : [];
    }),
    neighbours: numbers(neighbours, 1).flatMap((i) => {
      const text = at(`neighbour_${i}`, row);
      if (typeof text !== 'string') return [];
      const similarity = Number(at(`neighbour_${i}_similarity`, row));
      return [{ text, label: String(at(`neighbour_${i}_label`, row)), similarity }];
    }),
  }));
}

const widestText = 100;

export function predictionsText(predictions: readonly Prediction[], paint: Paint): string {
  return predictions
    .map(({ text, label, score, others, neighbours }) => {
      const further = others.map(
        (other) => `  ${paint.dim(`${showable(other.label)} ${figure(other.score)}`)}`,
      );
      const near = neighbours.map((one) => {
        const shown = cutText(one.text.replace(/\s+/g, ' '), widestText);
        return paint.dim(`    ${figure(one.similarity)} ${showable(one.label)}: ${showable(shown)}`);
      });
      const lines = [
        `${paint.bold(showable(label))} ${figure(score)}  ${showable(text)}${further.join('')}`,
        ...near,
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('');
}
