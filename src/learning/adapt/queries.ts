// Which rows of a stream are worth a label, where labels are paid for: the least certain of those that came together, as many as keep the
// budget spread over the whole stream. Knows no labels.
import type { Random } from '../random.ts';

export type Query = 'uncertainty' | 'margin' | 'random';

export interface Asking {
  readonly budget: number;
  readonly query: Query;
  /** Rows of the whole stream. */
  readonly rows: number;
  readonly random: Random;
}

/**
 * Of a batch that begins at `first`, with `spent` labels paid for so far: the rows to ask for, by their places in the batch, in order.
 * `probabilities`: [batch, labels].
 */
export function rowsToAsk(
  { budget, query, rows, random }: Asking,
  probabilities: Float64Array,
  labels: number,
  { first, spent }: { readonly first: number; readonly spent: number },
): readonly number[] {
  const batch = probabilities.length / labels;
  const due = Math.floor((Math.min(budget, rows) * (first + batch)) / rows);
  const worth = Array.from({ length: batch }, (_, i) => {
    if (query === 'random') return random.derive(first + i).next();
    return doubt(probabilities.subarray(i * labels, (i + 1) * labels), query);
  });
  return [...worth.keys()]
    .sort((a, b) => worth[b] - worth[a] || a - b)
    .slice(0, Math.max(0, due - spent))
    .sort((a, b) => a - b);
}

/** `uncertainty`: how improbable the most probable label is. `margin`: how little it leads over the second. */
function doubt(probabilities: Float64Array, query: 'uncertainty' | 'margin'): number {
  let [top, second] = [0, 0];
  for (const value of probabilities)
    if (value > top) [top, second] = [value, top];
    else if (value > second) second = value;
  return query === 'uncertainty' ? 1 - top : second - top;
}
