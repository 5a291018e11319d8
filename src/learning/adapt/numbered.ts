// Names of labels as numbers, where names may be new. Pure.

export interface Numbered {
  /** Those that were known, and behind them the new ones in the order of the rows. */
  readonly labels: readonly string[];
  /** Of each row. */
  readonly targets: Int32Array;
}

export function numbered(known: readonly string[], rows: readonly string[]): Numbered {
  const labels = [...known];
  const targets = Int32Array.from(rows, (label) => {
    const number = labels.indexOf(label);
    return number < 0 ? labels.push(label) - 1 : number;
  });
  return { labels, targets };
}
