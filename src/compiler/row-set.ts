// Which rows of which files a dataset has, as far as the graph tells: by what they were drawn from, and with which other parts.
// Equal sets are one object, so that the instances of a matrix share them. Knows no stages.
import { areDisjoint } from '../stages/disjoint-conditions.ts';
import type { Condition } from '../stages/value.ts';

/** Rows of one file, or some of them: everything that was drawn on the way from the file to here. */
export interface Draw {
  /** Unique among draws; parents have smaller ones. */
  readonly number: number;
  /** What the rows were drawn from; nothing for a whole file. */
  readonly parent: Draw | undefined;
  /** Which rows of `parent` these are, where a condition says it. */
  readonly condition: Demand | undefined;
  /** The cuts that the rows are a part of, and which. Parts of one cut share no row. */
  readonly cuts: Map<Cut, string>;
  /** Series of draws that the rows are a part of or share no row with, and up to which size. */
  within: Nested | undefined;
  outside: readonly Nested[];
}

interface Demand {
  readonly condition: Condition;
  readonly reading: string;
}

/** A division of rows into parts. */
export interface Cut {
  readonly number: number;
}

/** Draws of which a smaller one is contained in a larger one. */
export interface Series {
  readonly series: number;
}

export interface Nested {
  readonly series: Series;
  readonly size: number;
}

/** How a part is drawn: equal for equal `decider`s, which say what the draw depends on beside the rows. */
export interface PartOfCut {
  readonly name: string;
  readonly decider: string;
  readonly nests: Nested | undefined;
  /** Those of the other parts. */
  readonly others: readonly Nested[];
}

/** Rows from one or more places. */
export interface RowSet {
  readonly number: number;
  readonly draws: readonly Draw[];
}

export interface RowSets {
  readonly none: RowSet;
  /** All rows of a file; of equal names the same. */
  file(name: string): RowSet;
  union(sets: readonly RowSet[]): RowSet;
  /** Conditions speak of columns, which mean the same where `reading` is equal. */
  where(from: RowSet, condition: Condition, reading: string): RowSet;
  /** Equal keys are one cut, whose parts share no row. */
  cut(key: string): Cut;
  series(key: string): Series;
  part(from: RowSet, cut: Cut, part: PartOfCut): RowSet;
  /** Whether the two may have a row in common. */
  share(a: RowSet, b: RowSet): boolean;
}

/** Where a file's rows come from more places, all of its rows are taken: a bound on the work, for graphs without end. */
const mostDraws = 64;

export function rowSets(): RowSets {
  const draws = new Map<string, Draw>();
  const sets = new Map<string, RowSet>();
  const cuts = new Map<string, Cut>();
  const series = new Map<string, Series>();
  const shared = new Map<RowSet, Map<RowSet, boolean>>();

  const draw = (key: string, parent: Draw | undefined, condition?: Demand): Draw => {
    const known = draws.get(key);
    if (known !== undefined) return known;
    const made: Draw = {
      number: draws.size,
      parent,
      condition,
      cuts: new Map(),
      within: undefined,
      outside: noNested,
    };
    draws.set(key, made);
    return made;
  };
  const setOf = (list: readonly Draw[]): RowSet => {
    const distinct = [...new Set(list)];
    const few = distinct.length <= mostDraws ? distinct : fewOfEach(distinct);
    const sorted = [...few].sort((a, b) => a.number - b.number);
    const key = sorted.map(({ number }) => number).join(' ');
    const known = sets.get(key);
    if (known !== undefined) return known;
    const made: RowSet = { number: sets.size, draws: sorted };
    sets.set(key, made);
    return made;
  };

  return {
    none: setOf([]),
    file: (name) => setOf([draw(`file ${name}`, undefined)]),
    union: (list) => {
      const [first, ...others] = list;
      if (first === undefined) return setOf([]);
      return others.every((other) => other === first) ? first : setOf(list.flatMap((set) => set.draws));
    },
    where: (from, condition, reading) =>
      setOf(
        from.draws.map((parent) =>
          draw(`where ${parent.number} ${JSON.stringify(condition)} ${reading}`, parent, {
            condition,
            reading,
          }),
        ),
      ),
    cut: (key) => {
      const known = cuts.get(key);
      if (known !== undefined) return known;
      const made = { number: cuts.size };
      cuts.set(key, made);
      return made;
    },
    series: (key) => {
      const made = series.get(key) ?? { series: series.size };
      series.set(key, made);
      return made;
    },
    part: (from, cut, { name, decider, nests, others }) =>
      setOf(
        from.draws.map((parent) => {
          const made = draw(`part ${parent.number} ${name} ${decider}`, parent);
          made.cuts.set(cut, name);
          made.within = nests;
          made.outside = both(made.outside, others);
          return made;
        }),
      ),
    share: (a, b) => {
      const [low, high] = a.number < b.number ? [a, b] : [b, a];
      const known = shared.get(low) ?? new Map<RowSet, boolean>();
      shared.set(low, known);
      const before = known.get(high);
      if (before !== undefined) return before;
      const others = byRoot(high.draws); // a folder of pictures is thousands of files
      const found = low.draws.some((x) => others.get(rootOf(x))?.some((y) => overlap(x, y)) === true);
      known.set(high, found);
      return found;
    },
  };
}

function byRoot(draws: readonly Draw[]): ReadonlyMap<Draw, readonly Draw[]> {
  const found = new Map<Draw, Draw[]>();
  for (const draw of draws) {
    const root = rootOf(draw);
    const known = found.get(root);
    if (known === undefined) found.set(root, [draw]);
    else known.push(draw);
  }
  return found;
}

function fewOfEach(draws: readonly Draw[]): readonly Draw[] {
  return [...byRoot(draws)].flatMap(([root, own]) => (own.length <= mostDraws ? own : [root]));
}

/** Whether nothing on the way to either keeps the two apart. */
function overlap(a: Draw, b: Draw): boolean {
  if (a === b) return true;
  const parts = new Map<Cut, string>();
  const nested: Nested[] = [];
  const apart: Nested[] = [];
  const conditions: Draw[] = [];
  for (let at: Draw | undefined = a; at !== undefined; at = at.parent) {
    for (const [cut, part] of at.cuts) parts.set(cut, part);
    if (at.within !== undefined) nested.push(at.within);
    apart.push(...at.outside);
    if (at.condition !== undefined) conditions.push(at);
  }
  for (let at: Draw | undefined = b; at !== undefined; at = at.parent) {
    for (const [cut, part] of at.cuts) if ((parts.get(cut) ?? part) !== part) return false;
    if (at.within !== undefined && isOutside(at.within, apart)) return false;
    if (nested.some((one) => isOutside(one, at.outside))) return false;
    const { condition, parent } = at;
    if (condition === undefined) continue;
    if (conditions.some((other) => other.parent === parent && contradict(other.condition, condition)))
      return false;
  }
  return true;
}

const noNested: readonly Nested[] = [];

/** Whether the draw is contained in one of those. */
function isOutside({ series, size }: Nested, draws: readonly Nested[]): boolean {
  return draws.some((other) => other.series === series && size <= other.size);
}

/** The larger one of each series. */
function both(known: readonly Nested[], added: readonly Nested[]): readonly Nested[] {
  if (known.length === 0) return added;
  const more = added.filter((one) => !isOutside(one, known));
  return more.length === 0 ? known : [...known.filter((one) => !isOutside(one, more)), ...more];
}

/** The file that rows come from. */
export function rootOf(draw: Draw): Draw {
  let at = draw;
  while (at.parent !== undefined) at = at.parent;
  return at;
}

function contradict(a: Demand | undefined, b: Demand): boolean {
  return a !== undefined && a.reading === b.reading && areDisjoint(a.condition, b.condition);
}
