// Which rows of a stream are remembered: all of each label, or of each an even sample. Knows not what a row is.
import type { Random } from '../random.ts';

export interface Memory<T> {
  /** By label: its rows, and how many it has had. */
  readonly byLabel: readonly { readonly rows: readonly T[]; readonly seen: number }[];
}

export interface Remembering {
  /** Rows of each label that are remembered; of more, as many are drawn, all that came being equally likely. */
  readonly replay: 'all' | number;
  readonly random: Random;
}

/** Of no rows yet. */
export function freshMemory<T>(labels: number): Memory<T> {
  return { byLabel: Array.from({ length: labels }, () => ({ rows: [], seen: 0 })) };
}

/** With rows of these labels, of which there are `labels` now (Vitter, "Random sampling with a reservoir", 1985, algorithm R). */
export function remembered<T>(
  { byLabel }: Memory<T>,
  rows: readonly T[],
  targets: Int32Array,
  labels: number,
  { replay, random }: Remembering,
): Memory<T> {
  const next = Array.from({ length: labels }, (_, label) => ({
    rows: [...(byLabel[label]?.rows ?? [])],
    seen: byLabel[label]?.seen ?? 0,
  }));
  rows.forEach((row, i) => {
    const label = targets[i];
    const one = next[label];
    one.seen += 1;
    if (replay === 'all' || one.rows.length < replay) one.rows.push(row);
    else {
      const place = random.derive(label, one.seen).below(one.seen);
      if (place < replay) one.rows[place] = row;
    }
  });
  return { byLabel: next };
}
