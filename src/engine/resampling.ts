// How an axis of an image is resized, as tfjs does it: from which elements each new one is made, and with what weight.

export interface Resampling {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** The one element each new element is. */
export function nearest({ from, to, alignCorners, halfPixelCenters }: Resampling): readonly number[] {
  const step = stepOf(from, to, alignCorners);
  return Array.from({ length: to }, (_, i) => {
    const place = step * (halfPixelCenters ? i + 0.5 : i);
    return Math.max(0, Math.min(from - 1, alignCorners ? Math.round(place) : Math.floor(place)));
  });
}

/** The weights of the old elements in each new one: a matrix [to, from], row by row. */
export function linearWeights(axis: Resampling): readonly number[] {
  const { from, to, alignCorners, halfPixelCenters } = axis;
  const step = stepOf(from, to, alignCorners);
  const rows = Array.from({ length: to }, (_, i) => {
    const place = halfPixelCenters ? step * (i + 0.5) - 0.5 : step * i;
    const [low, high] = [Math.max(0, Math.floor(place)), Math.min(from - 1, Math.ceil(place))];
    const row = new Array<number>(from).fill(0);
    row[low] = 1 - (place - low);
    row[high] = (row[high] ?? 0) + place - low;
    return row;
  });
  return rows.flat();
}

function stepOf(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}
