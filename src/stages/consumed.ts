// What a model has consumed: the labelled rows it was fitted on and those it was selected with, those of the models it was
// made from included. The label budget is counted from it, and rows to measure on are compared with it. Pure.

/** `fitted`: learnt from. `selected`: used to choose (validation, early stopping, calibration, a search). */
export type Purpose = 'fitted' | 'selected';

export interface ConsumedRow {
  /** Equal for equal texts, without regard to white space and case: `identityOf`. */
  readonly identity: string;
  /** 0-based row of the loaded data; -1 where only the text is known. */
  readonly row: number;
  /** Its label was learnt. */
  readonly fitted: boolean;
  /** Its label helped to choose. */
  readonly selected: boolean;
  /** Its text was learnt from without costing a label: an unlabelled row, or a changed copy of a row that counts itself. */
  readonly seen: boolean;
}

export interface Consumed {
  /** Each once, sorted by identity and then by row. */
  readonly rows: readonly ConsumedRow[];
}

/** Labelled examples; one that was both fitted and selected with counts as fitted. */
export interface LabelBudget {
  readonly fitted: number;
  readonly selected: number;
}

export const nothingConsumed: Consumed = { rows: [] };

/** All that any of them holds. */
export function uniteConsumed(...all: readonly Consumed[]): Consumed {
  return consumedOf(all.flatMap(({ rows }) => rows));
}

/** Equal rows become one; a text whose row is not known is taken for a row of the same text where there is one. */
export function consumedOf(rows: readonly ConsumedRow[]): Consumed {
  const byIdentity = new Map<string, Map<number, ConsumedRow>>();
  const add = (row: ConsumedRow, number: number): void => {
    const same = byIdentity.get(row.identity) ?? new Map<number, ConsumedRow>();
    byIdentity.set(row.identity, same);
    const before = same.get(number);
    same.set(number, before === undefined ? row : merged(before, row));
  };
  for (const row of rows) if (row.row >= 0) add(row, row.row);
  for (const row of rows) {
    const [known] = byIdentity.get(row.identity)?.keys() ?? [];
    if (row.row < 0) add(row, known ?? -1);
  }
  const united = [...byIdentity.values()].flatMap((same) => [...same.values()]);
  return { rows: united.sort(byIdentityAndRow) };
}

/** The label budget: copies of a row count once, unlabelled rows not at all. */
export function labelBudget({ rows }: Consumed): LabelBudget {
  const fitted = rows.filter((row) => row.fitted).length;
  return { fitted, selected: rows.filter((row) => row.selected && !row.fitted).length };
}

/** Labelled examples in all. */
export function labelsUsed({ fitted, selected }: LabelBudget): number {
  return fitted + selected;
}

function merged(a: ConsumedRow, b: ConsumedRow): ConsumedRow {
  return {
    ...a,
    fitted: a.fitted || b.fitted,
    selected: a.selected || b.selected,
    seen: a.seen || b.seen,
  };
}

function byIdentityAndRow(a: ConsumedRow, b: ConsumedRow): number {
  return a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : a.row - b.row;
}
