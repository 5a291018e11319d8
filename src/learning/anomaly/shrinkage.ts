// How far the covariance of a few vectors is drawn towards a multiple of the identity, from their inner products alone: of few vectors in many
// columns the sample covariance cannot be inverted. As scikit-learn's `ledoit_wolf_shrinkage` and `oas`. Knows no distances.

export const shrinkages = ['ledoit_wolf', 'oas'] as const;
export type Shrinkage = (typeof shrinkages)[number];

export interface Shrunk {
  /** Share of the identity, in [0, 1]: (1 - share) * covariance + share * mean * identity. */
  readonly share: number;
  /** The mean of the variances of the columns. */
  readonly mean: number;
}

/**
 * Of vectors that are centred already, by their inner products [rows, rows].
 *
 * `ledoit_wolf`: Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004.
 * `oas`: Chen, Wiesel, Eldar and Hero, "Shrinkage algorithms for MMSE covariance estimation", 2010, without its term in 1 / columns, as in scikit-learn.
 */
export function shrink(products: Float64Array, rows: number, columns: number, kind: Shrinkage): Shrunk {
  let [trace, fourth, squares] = [0, 0, 0];
  for (let i = 0; i < rows; i += 1) {
    trace += products[i * rows + i];
    fourth += products[i * rows + i] ** 2;
  }
  for (const product of products) squares += product * product;
  const mean = trace / rows / columns;
  const square = squares / rows ** 2; // the sum of the squares of the sample covariance
  switch (kind) {
    case 'ledoit_wolf': {
      const noise = (fourth / rows - square) / (columns * rows);
      const spread = square / columns - mean ** 2;
      const beta = Math.min(noise, spread);
      return { share: beta > 0 ? beta / spread : 0, mean };
    }
    case 'oas': {
      if (columns === 1) return { share: 0, mean }; // there is nothing to shrink towards
      const alpha = square / columns ** 2;
      const numerator = alpha + mean ** 2;
      const denominator = (rows + 1) * (alpha - mean ** 2 / columns);
      return { share: denominator > 0 ? Math.min(1, numerator / denominator) : 1, mean };
    }
    default:
      return kind satisfies never;
  }
}
