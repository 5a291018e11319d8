// Batches of texts for losses over all pairs of a batch: pass by pass, every text once a pass, and each beside another of its label
// where it has one. Holds the rows once, never the pairs.
import type { Random } from '../random.ts';

export interface PairBatches {
  /** How many batches are one pass over the rows. */
  readonly perPass: number;
  /** The most rows that a batch can have. */
  readonly largest: number;
  /** Rows of the next batch, each once; without end. */
  next(): readonly number[];
}

export interface PairBatchOptions {
  /** Label numbers of the rows. */
  readonly labels: ArrayLike<number>;
  /** About how many rows a batch has. */
  readonly size: number;
  readonly random: Random;
}

export function pairBatches({ labels, size, random }: PairBatchOptions): PairBatches {
  const rows = labels.length;
  const perPass = Math.max(1, Math.round(rows / size));
  const members = rowsOf(labels);
  const all = Array.from({ length: rows }, (_, row) => row);
  let pass: (readonly number[])[] = [];
  let passes = 0;
  return {
    perPass,
    // The last group of a batch, of three rows at most, may reach beyond its end.
    largest: perPass === 1 ? rows : Math.min(rows, Math.ceil(rows / perPass) + 2),
    next: () => {
      if (perPass === 1) return all; // the same pairs in every order
      if (pass.length === 0) pass = onePass(members, rows, perPass, random.derive(passes++));
      return pass.shift() ?? [];
    },
  };
}

function rowsOf(labels: ArrayLike<number>): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0;
    const known = members.get(label);
    if (known === undefined) members.set(label, [row]);
    else known.push(row);
  }
  return [...members.values()];
}

/** Groups of rows of one label, in random order, filled into batches of about equal size. */
function onePass(
  members: readonly (readonly number[])[],
  rows: number,
  batches: number,
  random: Random,
): (readonly number[])[] {
  const filled: number[][] = [];
  let batch: number[] = [];
  let placed = 0;
  for (const group of random.shuffle(members.flatMap((own) => inTwos(random.shuffle(own))))) {
    batch.push(...group);
    placed += group.length;
    if (placed < Math.round((rows * (filled.length + 1)) / batches)) continue;
    filled.push(batch);
    batch = [];
  }
  return filled;
}

/** In twos, the last three where the number is odd; one that is alone stays so. */
function inTwos(rows: readonly number[]): readonly (readonly number[])[] {
  const groups = Math.max(1, Math.floor(rows.length / 2));
  return Array.from({ length: groups }, (_, i) =>
    rows.slice(2 * i, i === groups - 1 ? undefined : 2 * i + 2),
  );
}
