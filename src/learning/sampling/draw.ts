// Drawing parts of a data set one after the other. What is drawn for a part are the first rows of one random order, so
// that a smaller draw is contained in a larger one; the order is by contents, so that it outlasts other rows coming and going.
import type { Random } from '../random.ts';
import { countSets, drawInProportion, drawPerLabel, type LabelSets } from './draw-sets.ts';
import { fingerprints, ranks, type Fingerprints } from './ranks.ts';
import type { Units } from './units.ts';

export type Draw =
  /** So many rows of each label; at least so many where rows carry several labels. */
  | { readonly per_label: number }
  /** So many rows; `stratify` keeps the proportions of the labels that are still there. */
  | { readonly rows: number; readonly stratify: boolean }
  /** About so many rows: whole units, as many as are no more, and at least one. */
  | { readonly whole: number }
  | 'rest';

export interface Pool {
  readonly units: Units;
  readonly unitPrints: Fingerprints;
  /** Of the crowded rows. */
  readonly rowPrints: Fingerprints;
  /** Index of each row's label, or of each of them; `undefined` without labels. */
  readonly labels: Int32Array | LabelSets | undefined;
  readonly labelCount: number;
  /** 1 for units that a part has. */
  readonly taken: Uint8Array;
  /** 1 for rows that no part may have. */
  readonly barred: Uint8Array;
}

export function createPool(
  units: Units,
  labels: { readonly of: Int32Array | LabelSets; readonly count: number } | undefined,
  barred: Uint8Array,
): Pool {
  return {
    units,
    unitPrints: fingerprints(units.keys),
    rowPrints: fingerprints(units.crowdedKeys),
    labels: labels?.of,
    labelCount: labels?.count ?? 0,
    taken: new Uint8Array(units.keys.length),
    barred,
  };
}

/** Rows of units that no part has, in the order of the data. */
export function freeRows(pool: Pool): readonly number[] {
  const free: number[] = [];
  pool.units.of.forEach((unit, row) => {
    if (pool.taken[unit] === 0 && pool.barred[row] === 0) free.push(row);
  });
  return free;
}

/** Number of free rows of each label. */
export function freeByLabel({ labels, labelCount }: Pool, free: readonly number[]): Int32Array {
  if (labels !== undefined && !(labels instanceof Int32Array)) return countSets(labels, labelCount, free);
  const counts = new Int32Array(labelCount);
  for (const row of free) counts[labels?.[row] as number] += 1;
  return counts;
}

/** Takes rows out of the pool, together with the units they belong to; the other rows of a unit go into no part. */
export function take(pool: Pool, rows: readonly number[]): void {
  for (const row of rows) pool.taken[pool.units.of[row]] = 1;
}

/** The rows of a draw, in the order of the data; fewer where there are not enough. They are taken out of the pool. */
export function drawPart(pool: Pool, draw: Draw, random: Random): readonly number[] {
  const free = freeRows(pool);
  const rows = draw === 'rest' ? free : chosen(pool, inRandomOrder(pool, free, random), draw);
  take(pool, rows);
  return [...rows].sort((a, b) => a - b);
}

/** Units in random order, the rows of a unit one after the other, likewise in random order. */
function inRandomOrder(pool: Pool, free: readonly number[], random: Random): readonly number[] {
  const { of, crowded } = pool.units;
  const unitRanks = ranks(pool.unitPrints, random.derive('units'));
  const rowRanks = new Float64Array(of.length); // only asked within a unit
  ranks(pool.rowPrints, random.derive('rows')).forEach((rank, i) => (rowRanks[crowded[i]] = rank));
  return [...free].sort((a, b) => {
    const [x, y] = [of[a], of[b]];
    if (x !== y) return unitRanks[x] - unitRanks[y];
    return rowRanks[a] - rowRanks[b];
  });
}

function chosen(pool: Pool, ordered: readonly number[], draw: Exclude<Draw, 'rest'>): readonly number[] {
  if ('whole' in draw) return wholeUnits(pool, ordered, draw.whole);
  const { labels, labelCount } = pool;
  if (labels !== undefined && !(labels instanceof Int32Array)) {
    if ('per_label' in draw) return drawPerLabel(labels, labelCount, ordered, draw.per_label);
    if (draw.stratify) return drawInProportion(labels, labelCount, ordered, draw.rows);
    return ordered.slice(0, draw.rows);
  }
  if ('per_label' in draw) {
    const left = new Int32Array(pool.labelCount).fill(draw.per_label);
    return ordered.filter((row) => {
      const label = labels?.[row] as number;
      left[label] -= 1;
      return left[label] >= 0;
    });
  }
  return (draw.stratify ? interleaved(pool, ordered) : ordered).slice(0, draw.rows);
}

function wholeUnits({ units: { of } }: Pool, ordered: readonly number[], most: number): readonly number[] {
  const ends = ordered.flatMap((row, i) =>
    i + 1 < ordered.length && of[ordered[i + 1] ?? 0] === of[row] ? [] : [i + 1],
  );
  return ordered.slice(0, ends.findLast((end) => end <= most) ?? ends[0] ?? 0);
}

/**
 * The order in which every beginning has the labels in proportion: the j-th of c rows of a label stands at (j - 1/2) / c.
 * That is the apportionment of Webster (Sainte-Laguë), which unlike that of the largest remainders never gives a label
 * fewer seats when there are more of them, so that draws nest.
 */
function interleaved(pool: Pool, ordered: readonly number[]): readonly number[] {
  const counts = freeByLabel(pool, ordered);
  const before = new Int32Array(pool.labelCount);
  const place = new Float64Array(pool.units.of.length);
  for (const row of ordered) {
    const label = pool.labels?.[row] as number;
    place[row] = (before[label] + 0.5) / counts[label];
    before[label] += 1;
  }
  return [...ordered].sort((a, b) => place[a] - place[b]);
}
