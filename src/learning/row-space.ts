// Coordinates of rows in the space they span. A linear model with an L2 penalty has its weights in that space (the
// representer theorem), so with few rows of many columns it is fitted in `rank` coordinates and carried back, exactly.
import { backwardSolve, pivotedCholesky } from './cholesky.ts';
import { innerProducts } from './dense.ts';

export interface RowSpace {
  readonly rank: number;
  /** [rows, rank]; the same inner products as the rows themselves. */
  readonly coordinates: Float64Array;
  /** Weights [rank] over coordinates as weights [columns] over the rows' columns, of the same length. */
  carryBack(weights: Float64Array): Float64Array;
}

/** `data` is [rows, columns]. Worth it where rows are fewer than columns; otherwise the coordinates are the data itself. */
export function rowSpace(data: Float64Array, rows: number, columns: number): RowSpace {
  if (rows >= columns) return { rank: columns, coordinates: data, carryBack: (weights) => weights.slice() };
  const { rank, pivots, factor } = pivotedCholesky(innerProducts(data, data, columns), rows);
  const triangle = new Float64Array(rank * rank);
  pivots.forEach((pivot, i) => triangle.set(factor.subarray(pivot * rank, (pivot + 1) * rank), i * rank));
  return {
    rank,
    coordinates: factor,
    carryBack: (weights) => {
      const shares = weights.slice();
      backwardSolve(triangle, rank, shares);
      const result = new Float64Array(columns);
      pivots.forEach((pivot, i) => {
        const share = shares[i];
        for (let j = 0; j < columns; j += 1) result[j] += share * data[pivot * columns + j];
      });
      return result;
    },
  };
}
