// Rows that must not be separated when a data set is cut into parts: copies of one row, rows of one group, equal texts.

export interface RowKeys {
  /** What makes two rows the same example: their text, normalised. */
  readonly identity: readonly string[];
  /** Tells rows of one identity apart, so that choosing among them does not depend on their places. */
  readonly detail: (row: number) => string;
  /** Rows that come from the same row of the loaded data share a number. */
  readonly source: Int32Array;
  /** The group of each row; `undefined` for rows of no group. */
  readonly group: readonly (string | undefined)[] | undefined;
}

export interface Units {
  /** The unit of each row. */
  readonly of: Int32Array;
  /** A name for each unit, made of contents and not of places; unique. */
  readonly keys: readonly string[];
  /** Rows of units that have more than one. */
  readonly crowded: readonly number[];
  /** A name for each of these rows; unique. */
  readonly crowdedKeys: readonly string[];
}

/** Components of "comes from the same row", "is in the same group" and, with `equalTexts`, "has the same identity". */
export function unitsOf(rows: RowKeys, equalTexts: boolean): Units {
  const count = rows.identity.length;
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const root = (row: number): number => {
    let at = row;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]];
    return at;
  };
  const join = <K>(keyOf: (row: number) => K | undefined): void => {
    const first = new Map<K, number>();
    for (let row = 0; row < count; row += 1) {
      const key = keyOf(row);
      if (key === undefined) continue;
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, row);
      else parent[root(row)] = root(earlier);
    }
  };
  join((row) => rows.source[row]);
  join((row) => rows.group?.[row]);
  if (equalTexts) join((row) => rows.identity[row]);

  const of = new Int32Array(count);
  const numberOf = new Map<number, number>();
  const names: string[] = [];
  for (let row = 0; row < count; row += 1) {
    const top = root(row);
    const unit = numberOf.get(top) ?? names.length;
    numberOf.set(top, unit);
    of[row] = unit;
    const group = rows.group?.[row];
    const name = group === undefined ? `text\0${rows.identity[row]}` : `group\0${group}`; // groups sort first
    const smallest = names[unit];
    if (smallest === undefined || name < smallest) names[unit] = name;
  }
  const sizes = new Int32Array(names.length);
  for (const unit of of) sizes[unit] += 1;
  const crowded: number[] = [];
  of.forEach((unit, row) => {
    if (sizes[unit] > 1) crowded.push(row);
  });
  const crowdedKeys = numbered(crowded.map((row) => `${rows.identity[row]}\0${rows.detail(row)}`));
  return { of, keys: numbered(names), crowded, crowdedKeys };
}

/** The first row, by detail, of each identity, and all rows that `kept` says; the others repeat one of them. */
export function withoutRepeats(rows: RowKeys, kept: (row: number) => boolean): readonly number[] {
  const best = new Map<string, number>();
  rows.identity.forEach((identity, row) => {
    const rival = best.get(identity);
    if (rival === undefined || precedes(row, rival)) best.set(identity, row);
  });
  function precedes(a: number, b: number): boolean {
    if (kept(a) !== kept(b)) return kept(a);
    return rows.detail(a) < rows.detail(b);
  }
  return rows.identity.flatMap((identity, row) => (kept(row) || best.get(identity) === row ? [row] : []));
}

/** Equal names become different ones, by counting. */
function numbered(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    return n === 0 ? name : `${name}\0${n}`;
  });
}
