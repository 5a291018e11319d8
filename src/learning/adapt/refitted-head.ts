// A head of any kind over a stream: it is fitted again on the rows that are remembered, all of them or an even sample of each label.
// Knows nothing of how heads are fitted.
import type { Head } from '../heads/head.ts';
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import type { LabelledRows, Learner } from './learner.ts';

export interface Refitting {
  fit(rows: LabelledRows, labels: number): Promise<Head>;
  /** Rows of each label that are remembered; of more, as many are drawn, all that came being equally likely. */
  readonly replay: 'all' | number;
  readonly random: Random;
}

interface Memory {
  readonly width: number;
  /** By label: its rows, and how many it has had. */
  readonly byLabel: readonly { readonly rows: readonly Float32Array[]; readonly seen: number }[];
}

/** Without a row; no head before every label has one. */
export function refittedHead(width: number, labels: number, refitting: Refitting): Learner {
  const byLabel = Array.from({ length: labels }, () => ({ rows: [], seen: 0 }));
  return learnerOf({ width, byLabel }, refitting);
}

function learnerOf(memory: Memory, refitting: Refitting): Learner {
  let head: Promise<Head> | undefined;
  const labels = memory.byLabel.length;
  return {
    labels,
    learn: (rows, known) => learnerOf(remembered(memory, rows, known, refitting), refitting),
    head: () => (head ??= refitting.fit(rowsOf(memory), labels)),
  };
}

/** Of each label a sample of the rows so far (Vitter, "Random sampling with a reservoir", 1985, algorithm R). */
function remembered(
  { width, byLabel }: Memory,
  { vectors, targets }: LabelledRows,
  labels: number,
  { replay, random }: Refitting,
): Memory {
  const next = Array.from({ length: labels }, (_, label) => ({
    rows: [...(byLabel[label]?.rows ?? [])],
    seen: byLabel[label]?.seen ?? 0,
  }));
  targets.forEach((label, i) => {
    const one = next[label];
    one.seen += 1;
    const vector = vectors.data.subarray(i * width, (i + 1) * width);
    if (replay === 'all' || one.rows.length < replay) one.rows.push(vector);
    else {
      const place = random.derive(label, one.seen).below(one.seen);
      if (place < replay) one.rows[place] = vector;
    }
  });
  return { width, byLabel: next };
}

function rowsOf({ width, byLabel }: Memory): LabelledRows {
  const count = byLabel.reduce((sum, { rows }) => sum + rows.length, 0);
  const vectors: Matrix = { rows: count, columns: width, data: new Float32Array(count * width) };
  const targets = new Int32Array(count);
  let at = 0;
  byLabel.forEach(({ rows }, label) => {
    for (const vector of rows) {
      vectors.data.set(vector, at * width);
      targets[at] = label;
      at += 1;
    }
  });
  return { vectors, targets };
}
