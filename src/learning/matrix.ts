// A dense row-major matrix of single-precision numbers: what encoders give and heads take.

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` values, row by row. */
  readonly data: Float32Array;
}

/** Row `i` as a view, not a copy. */
export function row(matrix: Matrix, i: number): Float32Array {
  return matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns);
}

/** The given rows, in the given order, copied. */
export function takeRows(matrix: Matrix, indices: readonly number[]): Matrix {
  const data = new Float32Array(indices.length * matrix.columns);
  indices.forEach((index, i) => data.set(row(matrix, index), i * matrix.columns));
  return { rows: indices.length, columns: matrix.columns, data };
}

/** The rows of both, which are equally wide. */
export function stacked(above: Matrix, below: Matrix): Matrix {
  const data = new Float32Array(above.data.length + below.data.length);
  data.set(above.data);
  data.set(below.data, above.data.length);
  // Of no rows the width may not be known.
  const { columns } = above.rows === 0 ? below : above;
  return { rows: above.rows + below.rows, columns, data };
}
