// The nearest rows of a matrix, for nearest-neighbour heads and for explaining a prediction by training rows.
import { distances, type Distance } from './distance.ts';
import { takeRows, type Matrix } from './matrix.ts';

export interface Neighbour {
  /** In the searched matrix. */
  readonly row: number;
  /** Euclidean (not squared), or one minus the cosine. */
  readonly distance: number;
}

/** For each query its `k` nearest rows, nearest first and of equally near ones the earlier; all rows where there are fewer. */
export function nearest(searched: Matrix, queries: Matrix, k: number, distance: Distance): Neighbour[][] {
  const result: Neighbour[][] = [];
  const rows = Array.from({ length: searched.rows }, (_, i) => i);
  for (let i = 0; i < queries.rows; i += 1) {
    const away = distances(takeRows(queries, [i]), searched, distance);
    const order = rows.toSorted((a, b) => away[a] - away[b] || a - b).slice(0, k);
    result.push(
      order.map((row) => {
        const value = away[row];
        return { row, distance: distance === 'euclidean' ? Math.sqrt(value) : value };
      }),
    );
  }
  return result;
}
