// Which row of a model's table of distances belongs to two tokens: near distances have a row each, far ones share rows, those beyond
// 128 one (Raffel et al. 2020, arXiv:1910.10683, as MPNet has it). Knows no tensors.

/** Rows of one direction; the other has as many after them. */
const rowsEachWay = 16;
export const distanceRows = 2 * rowsEachWay;
const exact = 8;
const farthest = 128;

/** For each place of a text and each place it looks at, a row of the table. [places * places] */
export function distanceBuckets(places: number): Int32Array {
  const byDistance = bucketsByDistance(places);
  const rows = new Int32Array(places * places);
  for (let from = 0; from < places; from++)
    rows.set(byDistance.subarray(places - 1 - from, 2 * places - 1 - from), from * places);
  return rows;
}

/** For each distance from -(places - 1) to places - 1, a row of the table. [2 * places - 1] */
export function bucketsByDistance(places: number): Int32Array {
  return Int32Array.from({ length: 2 * places - 1 }, (_, i) => distanceBucket(i - places + 1));
}

function distanceBucket(distance: number): number {
  const way = distance > 0 ? rowsEachWay : 0;
  const far = Math.abs(distance);
  if (far < exact) return way + far;
  // In single precision, as PyTorch computes it: at powers of two the result stands on the edge of two rows.
  const octaves = Math.fround(Math.log(Math.fround(far / exact)));
  const share = Math.fround(octaves / Math.fround(Math.log(farthest / exact)));
  const row = exact + Math.trunc(Math.fround(share * (rowsEachWay - exact)));
  return way + Math.min(row, rowsEachWay - 1);
}
