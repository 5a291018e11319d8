// A basis of the rows that a ridge has seen, so that few rows of wide vectors stay cheap. Once it spans all columns, the axes serve.
import { mixRows } from '../dense.ts';
import { transposed } from './products.ts';

export type Basis =
  | { readonly kind: 'axes' }
  /** `rows`: orthonormal. [rank, width] */
  | { readonly kind: 'rows'; readonly rows: Float64Array };

export const axes: Basis = { kind: 'axes' };
export const emptyBasis: Basis = { kind: 'rows', rows: new Float64Array(0) };

/** A part of a vector outside the basis that is smaller than this share of it is rounding. */
const roundingShare = 1e-9;

export interface InBasis {
  readonly basis: Basis;
  readonly rank: number;
  /** [vectors, rank] */
  readonly coordinates: Float64Array;
}

/** Vectors [count, width] in the basis, which grows where they are not in it. */
export function coordinates(basis: Basis, vectors: Float64Array, width: number): InBasis {
  if (basis.kind === 'axes') return { basis, rank: width, coordinates: vectors };
  const count = vectors.length / width;
  const before = basis.rows.length / width;
  const room = Math.min(width, before + count);
  const rows = new Float64Array(room * width);
  rows.set(basis.rows);
  const found = new Float64Array(count * room);
  let rank = before;
  for (let i = 0; i < count; i += 1) {
    const rest = vectors.slice(i * width, (i + 1) * width);
    const length = norm(rest);
    const own = found.subarray(i * room, (i + 1) * room);
    // Twice, since once leaves as much of the basis in the rest as rounding put there (Giraud and Langou).
    takeOut(rows, rank, rest, own);
    takeOut(rows, rank, rest, own);
    const left = norm(rest);
    if (rank === width || !(left > roundingShare * length)) continue;
    for (let k = 0; k < width; k += 1) rows[rank * width + k] = rest[k] / left;
    own[rank] = left;
    rank += 1;
  }
  return {
    basis: { kind: 'rows', rows: rank === room ? rows : rows.slice(0, rank * width) },
    rank,
    coordinates: rank === room ? found : narrowed(found, room, rank),
  };
}

/** Takes what lies in the first `rank` rows of the basis out of a vector, and adds it to its coordinates. */
function takeOut(rows: Float64Array, rank: number, rest: Float64Array, found: Float64Array): void {
  const width = rest.length;
  for (let j = 0; j < rank; j += 1) {
    const start = j * width;
    let inner = 0;
    for (let k = 0; k < width; k += 1) inner += rows[start + k] * rest[k];
    found[j] += inner;
    for (let k = 0; k < width; k += 1) rest[k] -= inner * rows[start + k];
  }
}

/** Rows [n, rank] in the basis as vectors [n, width]. */
export function outOfBasis(basis: Basis, found: Float64Array, n: number, width: number): Float64Array {
  if (basis.kind === 'axes') return found;
  const rank = basis.rows.length / width;
  const result = new Float64Array(n * width);
  if (rank > 0) mixRows(transposed(found, n, rank), basis.rows, rank, width, result);
  return result;
}

/** The first `columns` of a table whose rows are `stride` long. */
function narrowed(table: Float64Array, stride: number, columns: number): Float64Array {
  const rows = table.length / stride;
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) result.set(table.subarray(i * stride, i * stride + columns), i * columns);
  return result;
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
