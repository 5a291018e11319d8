// Which labels a stream has just brought. Counts rows by their labels, and knows nothing else of them.

export interface YoungLabels {
  has(label: string): boolean;
  /** Told of the labels of rows that have been learnt. */
  learn(labels: readonly string[]): void;
}

/** Rows of a label that are learnt before it is no longer young. */
const grownUp = 5;

/** `known`: labels that are not young, however few rows they have. */
export function youngLabels(known: readonly string[]): YoungLabels {
  const rows = new Map<string, number>(known.map((label) => [label, Infinity]));
  return {
    has: (label) => (rows.get(label) ?? 0) < grownUp,
    learn: (labels) => {
      for (const label of labels) rows.set(label, (rows.get(label) ?? 0) + 1);
    },
  };
}
