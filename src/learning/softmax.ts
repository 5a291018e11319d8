// Softmax over the rows of a table, safe for large values.

/** Each row of `values` [rows, columns] as a distribution. */
export function softmaxRows(values: Float64Array, columns: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += columns) {
    let top = -Infinity;
    for (let k = start; k < start + columns; k += 1) top = Math.max(top, values[k]);
    let sum = 0;
    for (let k = start; k < start + columns; k += 1) {
      const value = Math.exp(values[k] - top);
      result[k] = value;
      sum += value;
    }
    for (let k = start; k < start + columns; k += 1) result[k] /= sum;
  }
  return result;
}
