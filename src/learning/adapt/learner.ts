// What learns from a stream: rows come a few at a time, labels may be new, and every state stays as it was when rows are learnt on top of
// it, so that an update can be undone. Knows no streams.
import type { Head } from '../heads/head.ts';
import type { Matrix } from '../matrix.ts';

export interface LabelledRows {
  /** [rows, width] */
  readonly vectors: Matrix;
  /** Label number of each row. */
  readonly targets: Int32Array;
}

/** All that was learnt up to some row. */
export interface Learner {
  readonly labels: number;
  /** The state with these rows learnt, too. `labels`: how many there are now; new ones have the highest numbers. */
  learn(rows: LabelledRows, labels: number): Learner;
  /** What says the labels of rows. */
  head(): Promise<Head>;
  /** Of learners that can tell: scores [rows, labels] of rows that were learnt once, each as if it alone had not been. */
  leftOut?(rows: LabelledRows): Float64Array;
}
