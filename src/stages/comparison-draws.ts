// Draws behind the instances of a comparison: which are the same draw of rows, and which were measured on the same rows.
// Pure.
import type { EvaluationReport } from './report.ts';

export interface Compared {
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly report: EvaluationReport;
}

/** An instance, or two of them with equal keys. */
export interface Unit {
  readonly reports: readonly EvaluationReport[];
  readonly value: number;
  /** Where it was measured by episodes: the value of each. */
  readonly episodes?: readonly number[] | undefined;
}

/**
 * One value a draw: instances measured on the same rows by models trained on the same rows are averaged first. Of a single instance that was measured by episodes,
 * one value an episode.
 */
export function averageDraws(units: readonly Unit[]): readonly number[] {
  const [only, ...others] = units;
  if (only?.episodes !== undefined && others.length === 0) return only.episodes;
  const draws = new Map<string, number[]>();
  for (const { reports, value } of units) {
    const draw = reports.flatMap((report) => [report.rows_digest, report.training_digest]).join(' ');
    const same = draws.get(draw);
    if (same === undefined) draws.set(draw, [value]);
    else same.push(value);
  }
  return [...draws.values()].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** Every pair of names, the earlier first; or every other name against the baseline, if there is one of that name. */
export function pairsOf(
  names: readonly string[],
  baseline: string | undefined,
): readonly (readonly [string, string])[] {
  if (baseline === undefined) return names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  if (!names.includes(baseline)) return [];
  return names.filter((name) => name !== baseline).map((name) => [name, baseline] as const);
}

/** Keys, as text, with which two compared stages were not measured on the same rows. */
export function unlikeRows(compared: readonly Compared[], a: string, b: string): readonly string[] {
  const digests = new Map(
    compared.filter(({ name }) => name === b).map(({ keys, report }) => [keyText(keys), report.rows_digest]),
  );
  return compared
    .filter(({ name }) => name === a)
    .map(({ keys, report }) => [keyText(keys), report.rows_digest] as const)
    .filter(([key, digest]) => digests.get(key) !== digest)
    .map(([key]) => key);
}

/** `seed=13`; equal for equal keys in whatever order. */
export function keyText(keys: Compared['keys']): string {
  const entries = Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? 'no keys'
    : entries.map(([name, value]) => `${name}=${String(value)}`).join(',');
}

/** Keys, as text, that only one of two stages has. */
export function unpairedKeys(a: ReadonlySet<string>, b: ReadonlySet<string>): readonly string[] {
  return [...[...a].filter((key) => !b.has(key)), ...[...b].filter((key) => !a.has(key))];
}

/** What is told of them. */
export function unpairedText(a: string, b: string, alone: readonly string[]): string {
  const shown = alone.slice(0, 3).join(', ') + (alone.length > 3 ? ` and ${alone.length - 3} more` : '');
  return `\`${a}\` and \`${b}\` do not have the same instances: ${shown} only on one side`;
}
