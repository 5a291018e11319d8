// Rows and steps as messages about leakage name them, and the way from rows to what was made of them.
import { nameOfPart } from './name-parts.ts';
import type { Rows } from './provenance.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** A thing that a path names: a step, or the rows of a part of one. */
export type Place = ResolvedStep | Rows;

/** `parts.test`. With the keys of its instance where another instance of the stage is named beside it: `parts[seed=1].test`. */
export type Namer = (place: Place) => string;

export function namer(places: readonly Place[]): Namer {
  const ids = new Map<string, Set<string>>();
  for (const place of places) {
    const { name, id } = stepOf(place);
    ids.set(name, (ids.get(name) ?? new Set<string>()).add(id));
  }
  return (place) => {
    const { name, id } = stepOf(place);
    return withPart((ids.get(name)?.size ?? 0) > 1 ? id : name, place);
  };
}

/** Without keys: equal for the instances of a stage. */
export const plainName: Namer = (place) => withPart(stepOf(place).name, place);

function withPart(name: string, place: Place): string {
  if (!('part' in place) || place.part === '') return name;
  return `${name}.${nameOfPart(place.step, place.part)}`;
}

function stepOf(place: Place): ResolvedStep {
  return 'part' in place ? place.step : place;
}

/** From the test part to these rows. */
export function pathFromTest(rows: Rows): readonly Rows[] {
  const path = [rows];
  for (let at = rows; at.towardsTest !== undefined && at.towardsTest !== at; at = at.towardsTest)
    path.unshift(at.towardsTest);
  return path;
}

/** From the rows that both are made from to the second, shortest first; from its first origin where they have none in common. */
export function pathFromCommon(one: Rows, other: Rows): readonly Rows[] {
  const origins = new Set<Rows>([one]);
  for (const rows of origins) for (const parent of rows.parents) origins.add(parent);
  const cameFrom = new Map<Rows, Rows | undefined>([[other, undefined]]);
  let last = other;
  for (const [rows] of cameFrom) {
    last = rows;
    if (origins.has(rows)) break;
    for (const parent of rows.parents) if (!cameFrom.has(parent)) cameFrom.set(parent, rows);
  }
  const path: Rows[] = [];
  for (let at: Rows | undefined = last; at !== undefined; at = cameFrom.get(at)) path.push(at);
  return path;
}

/** In words: why the two may have rows in common. */
export function whyShared(one: Rows, other: Rows, name: Namer): string {
  if (name(one) === name(other)) return `\`${name(one)}\` again`;
  const [[a], [b]] = [pathFromCommon(other, one), pathFromCommon(one, other)];
  if (a === undefined || a !== b) return `\`${name(one)}\` and \`${name(other)}\` read the same file`;
  if (a === other) return `\`${name(one)}\` is drawn from \`${name(other)}\``;
  if (a === one) return `\`${name(other)}\` is drawn from \`${name(one)}\``;
  return `\`${name(one)}\` and \`${name(other)}\` are both drawn from \`${name(a)}\``;
}
