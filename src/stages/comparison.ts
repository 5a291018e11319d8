// Computes a comparison report from evaluation reports. Knows no files.
import type { Random } from '../learning/random.ts';
import type { ComparisonReport, EvaluationReport, Sample } from './report.ts';
import { stepFailure } from './step-failure.ts';

export interface Compared {
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly report: EvaluationReport;
}

export interface ComparisonSettings {
  /** `undefined` for all that every report has. */
  readonly metrics: readonly string[] | undefined;
  /** `undefined` for every pair of names. */
  readonly baseline: string | undefined;
  readonly test: 't' | 'wilcoxon' | 'permutation';
  readonly random: Random;
  readonly note: (message: string) => void;
}

type Difference = ComparisonReport['differences'][number];
/** One metric of each instance of one name, by the instance's keys. */
type Values = ReadonlyMap<string, number>;

const permutationDraws = 10_000;

/** Throws `Failure` where a metric is missing, or instances cannot be paired. */
export async function compareReports(
  compared: readonly Compared[],
  settings: ComparisonSettings,
): Promise<ComparisonReport> {
  const { summarise } = await import('../learning/statistics/summary.ts');
  const names = [...new Set(compared.map(({ name }) => name))];
  const metrics = metricsOf(compared, settings.metrics);
  warn(compared, names, settings);
  const samples: Record<string, Record<string, Sample>> = {};
  const differences: Difference[] = [];
  for (const metric of metrics) {
    const byName = new Map(names.map((name) => [name, valuesOf(compared, name, metric)]));
    samples[metric] = Object.fromEntries(
      [...byName].map(([name, values]) => [name, summarise([...values.values()])]),
    );
    for (const [a, b] of pairsOf(names, settings.baseline))
      differences.push(await differ(metric, [a, valuesFor(byName, a)], [b, valuesFor(byName, b)], settings));
  }
  return {
    type: 'comparison',
    metrics: samples,
    differences: await correct(differences),
    names,
    labels_used: names.map((name) =>
      Math.max(...reportsOf(compared, name).map((report) => report.labels_used)),
    ),
  };
}

function metricsOf(compared: readonly Compared[], asked: readonly string[] | undefined): readonly string[] {
  const [first] = compared;
  const shared = Object.keys(first?.report.metrics ?? {}).filter((metric) =>
    compared.every(({ report }) => report.metrics[metric] !== undefined),
  );
  const missing = (asked ?? []).filter((metric) => !shared.includes(metric));
  if (missing.length > 0 || shared.length === 0)
    throw stepFailure(
      {
        code: 'unknown-word',
        message:
          missing.length > 0
            ? `not every report has a figure for ${missing.map((metric) => `\`${metric}\``).join(', ')}`
            : 'these reports have no metric in common',
        hint: 'give the same `metrics` to each `evaluate`; a metric that the rows of a report do not define is left out of it',
      },
      'of',
    );
  return asked ?? shared;
}

/** Every pair of names, the earlier first; or every other name against the baseline. */
function pairsOf(names: readonly string[], baseline: string | undefined): (readonly [string, string])[] {
  if (baseline === undefined) return names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  if (!names.includes(baseline))
    throw stepFailure(
      { code: 'unknown-name', message: `nothing compared here is called \`${baseline}\`` },
      'baseline',
    );
  return names.filter((name) => name !== baseline).map((name) => [name, baseline] as const);
}

async function differ(
  metric: string,
  [a, ofA]: readonly [string, Values],
  [b, ofB]: readonly [string, Values],
  { test, random }: ComparisonSettings,
): Promise<Difference> {
  const alone = [
    ...[...ofA.keys()].filter((key) => !ofB.has(key)),
    ...[...ofB.keys()].filter((key) => !ofA.has(key)),
  ];
  if (alone.length > 0)
    throw stepFailure(
      {
        code: 'unpaired-keys',
        message: `\`${a}\` and \`${b}\` do not have the same instances: ${alone.slice(0, 3).join(', ')} only on one side`,
        hint: 'declare both in the same `each`',
      },
      'of',
    );
  const { summarise } = await import('../learning/statistics/summary.ts');
  const values = [...ofA].map(([key, value]) => value - (ofB.get(key) ?? NaN));
  const { mean, low, high, n } = summarise(values);
  const p = n < 2 ? null : await pValue(values, test, random.derive(metric, a, b));
  return { metric, a, b, mean, low, high, n, test, p, p_holm: null };
}

async function pValue(
  differences: readonly number[],
  test: ComparisonSettings['test'],
  random: Random,
): Promise<number> {
  const { pairedT, signFlipTest, wilcoxon } = await import('../learning/statistics/paired-tests.ts');
  switch (test) {
    case 't':
      return pairedT(differences).p;
    case 'wilcoxon':
      return wilcoxon(differences).p;
    case 'permutation':
      return signFlipTest(differences, { draws: permutationDraws, random }).p;
    default:
      return test satisfies never;
  }
}

async function correct(differences: readonly Difference[]): Promise<readonly Difference[]> {
  const { holm } = await import('../learning/statistics/paired-tests.ts');
  const tested = differences.flatMap(({ p }) => (p === null ? [] : [p]));
  const corrected = holm(tested);
  let next = 0;
  return differences.map((difference) =>
    difference.p === null ? difference : { ...difference, p_holm: corrected[next++] ?? null },
  );
}

/** What the mean would hide. */
function warn(compared: readonly Compared[], names: readonly string[], { note }: ComparisonSettings): void {
  for (const name of names) {
    const collapsed = compared.filter(
      (one) => one.name === name && one.report.checks.some((check) => check.name === 'collapse'),
    );
    if (collapsed.length > 0)
      note(
        `\`${name}\` collapsed to one label with ${collapsed.map(({ keys }) => keyText(keys)).join(' and ')}`,
      );
  }
  const rows = new Map<string, Set<number>>();
  for (const { keys, report } of compared) {
    const key = keyText(keys);
    rows.set(key, (rows.get(key) ?? new Set()).add(report.rows));
  }
  const uneven = [...rows].filter(([, counts]) => counts.size > 1).map(([key]) => key);
  if (uneven.length > 0)
    note(
      `reports with ${uneven.slice(0, 3).join(', ')} were measured on different numbers of rows, so they are no true pairs`,
    );
}

function valuesOf(compared: readonly Compared[], name: string, metric: string): Values {
  const own = compared.filter((one) => one.name === name);
  return new Map(own.map(({ keys, report }) => [keyText(keys), report.metrics[metric]?.value ?? NaN]));
}

function valuesFor(byName: ReadonlyMap<string, Values>, name: string): Values {
  return byName.get(name) ?? new Map<string, number>();
}

function reportsOf(compared: readonly Compared[], name: string): readonly EvaluationReport[] {
  return compared.filter((one) => one.name === name).map(({ report }) => report);
}

/** `seed=13`; equal for equal keys in whatever order. */
function keyText(keys: Compared['keys']): string {
  const entries = Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? 'no keys'
    : entries.map(([name, value]) => `${name}=${String(value)}`).join(',');
}
