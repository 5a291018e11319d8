// A head of any kind over a stream: it is fitted again on the rows that are remembered. Knows nothing of how heads are fitted.
import type { Head } from '../heads/head.ts';
import { row, type Matrix } from '../matrix.ts';
import type { LabelledRows, Learner } from './learner.ts';
import { freshMemory, remembered, type Memory, type Remembering } from './memory.ts';

export interface Refitting extends Remembering {
  fit(rows: LabelledRows, labels: number): Promise<Head>;
}

/** Without a row; no head before every label has one. */
export function refittedHead(width: number, labels: number, refitting: Refitting): Learner {
  return learnerOf(width, freshMemory(labels), refitting);
}

function learnerOf(width: number, memory: Memory<Float32Array>, refitting: Refitting): Learner {
  let head: Promise<Head> | undefined;
  const labels = memory.byLabel.length;
  return {
    labels,
    learn: ({ vectors, targets }, known) => {
      const rows = Array.from(targets, (_, i) => row(vectors, i));
      return learnerOf(width, remembered(memory, rows, targets, known, refitting), refitting);
    },
    head: () => (head ??= refitting.fit(rowsOf(width, memory), labels)),
  };
}

function rowsOf(width: number, { byLabel }: Memory<Float32Array>): LabelledRows {
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
