// Prototypes of rows of one kind: their mean, or the means of a few clusters (Lloyd's k-means). Draws nothing: it starts from the row nearest the
// mean, then from the row farthest from all chosen ones, so that equal rows give equal prototypes in whatever order they come.
import { distances } from '../distance.ts';
import { takeRows, type Matrix } from '../matrix.ts';

export interface Centres {
  /** [centres, columns] in double precision. */
  readonly means: Float64Array;
  readonly count: number;
  /** The centre of each row. */
  readonly of: Int32Array;
}

const mostRounds = 100;

/** `count` is at least 1; more than there are rows gives every row its own. */
export function centresOf(x: Matrix, count: number): Centres {
  if (count >= x.rows)
    return meansOf(
      x,
      Int32Array.from({ length: x.rows }, (_, i) => i),
      x.rows,
    );
  let centres = meansOf(x, new Int32Array(x.rows), 1);
  if (count === 1) return centres;
  let of = nearestOf(x, takeRows(x, farthest(x, count)));
  for (let round = 0; round < mostRounds; round += 1) {
    centres = meansOf(x, of, Math.max(...of) + 1);
    const next = nearestOf(x, {
      rows: centres.count,
      columns: x.columns,
      data: Float32Array.from(centres.means),
    });
    if (next.every((centre, i) => centre === of[i])) break;
    of = next;
  }
  return meansOf(x, of, Math.max(...of) + 1);
}

/** Rows that lie apart; fewer than `count` where the others are copies of them. */
function farthest(x: Matrix, count: number): readonly number[] {
  const { means } = meansOf(x, new Int32Array(x.rows), 1);
  const middle = { rows: 1, columns: x.columns, data: Float32Array.from(means) };
  const away = distances(x, middle, 'euclidean');
  const first = away.indexOf(away.reduce((least, value) => Math.min(least, value), Infinity));
  const chosen = [first];
  const left = distances(x, takeRows(x, [first]), 'euclidean');
  while (chosen.length < count) {
    const most = left.reduce((all, value) => Math.max(all, value), 0);
    if (most === 0) break;
    const next = left.indexOf(most);
    chosen.push(next);
    distances(x, takeRows(x, [next]), 'euclidean').forEach(
      (value, i) => (left[i] = Math.min(left[i], value)),
    );
  }
  return chosen;
}

/** The number of the nearest of each row, counted without those that are nearest to none. */
function nearestOf(x: Matrix, centres: Matrix): Int32Array {
  const away = distances(x, centres, 'euclidean');
  const numbers = new Map<number, number>();
  return Int32Array.from({ length: x.rows }, (_, i) => {
    const own = away.subarray(i * centres.rows, (i + 1) * centres.rows);
    const nearest = own.indexOf(own.reduce((least, value) => Math.min(least, value), Infinity));
    const number = numbers.get(nearest) ?? numbers.size;
    numbers.set(nearest, number);
    return number;
  });
}

function meansOf(x: Matrix, of: Int32Array, count: number): Centres {
  const { rows, columns, data } = x;
  const means = new Float64Array(count * columns);
  const mass = new Float64Array(count);
  for (let i = 0; i < rows; i += 1) {
    mass[of[i]] += 1;
    for (let k = 0; k < columns; k += 1) means[of[i] * columns + k] += data[i * columns + k];
  }
  return { means: means.map((sum, at) => sum / mass[Math.floor(at / columns)]), count, of };
}
