// Computes a comparison report from evaluation reports. Knows no files.
import type { Random } from '../learning/random.ts';
import {
  averageDraws,
  keyText,
  pairsOf,
  unlikeRows,
  unpairedKeys,
  unpairedText,
  type Compared,
  type Unit,
} from './comparison-draws.ts';
import { keptOf } from './comparison-kept.ts';
import { labelsUsed, type LabelBudget } from './consumed.ts';
import { clip, differenceRange, metricRange } from './metric-range.ts';
import type { ComparisonReport, EvaluationReport, Sample } from './report.ts';
import { stepFailure } from './step-failure.ts';

export interface ComparisonSettings {
  /** `undefined` for all that every report has. */
  readonly metrics: readonly string[] | undefined;
  /** `undefined` for every pair of names. */
  readonly baseline: string | undefined;
  readonly test: 't' | 'wilcoxon' | 'permutation';
  readonly random: Random;
}

type Difference = ComparisonReport['differences'][number];
/** One metric of each instance of one name, by the instance's keys. */
type Values = ReadonlyMap<string, Unit>;

const permutationDraws = 10_000;

/** Throws `Failure` where a metric is missing, or instances cannot be paired. */
export async function compareReports(
  compared: readonly Compared[],
  settings: ComparisonSettings,
): Promise<ComparisonReport> {
  const { summarise } = await import('../learning/statistics/summary.ts');
  const names = [...new Set(compared.map(({ name }) => name))];
  const { baseline } = settings;
  if (baseline !== undefined && !names.includes(baseline))
    throw stepFailure(
      { code: 'unknown-name', message: `nothing compared here is called \`${baseline}\`` },
      'baseline',
    );
  const metrics = metricsOf(compared, settings.metrics);
  const notes = new Set([
    ...collapseNotes(compared, names),
    ...drawNotes(compared, names),
    ...episodeNotes(compared, names),
  ]);
  const samples: Record<string, Record<string, Sample>> = {};
  const differences: Difference[] = [];
  for (const metric of metrics) {
    const byName = new Map(names.map((name) => [name, valuesOf(compared, name, metric)]));
    samples[metric] = Object.fromEntries(
      [...byName].map(([name, values]) => [
        name,
        clip(summarise(averageDraws([...values.values()])), metricRange(metric)),
      ]),
    );
    for (const [a, b] of pairsOf(names, baseline)) {
      const [ofA, ofB] = [valuesFor(byName, a), valuesFor(byName, b)];
      checkKeys([a, ofA], [b, ofB]);
      const unlike = unlikeRows(compared, a, b);
      if (unlike.length > 0) {
        notes.add(unlikeNote(a, b, unlike));
        continue;
      }
      const difference = await differ(metric, [a, ofA], [b, ofB], settings);
      const kept = baseline === undefined ? undefined : await keptOf(metric, ofA, ofB);
      differences.push({ ...difference, ...(kept !== undefined && { kept }) });
      for (const note of differenceNotes(difference)) notes.add(note);
    }
    for (const note of sampleNotes(metric, samples[metric])) notes.add(note);
  }
  const budgets = names.map((name) => largestBudget(reportsOf(compared, name)));
  return {
    type: 'comparison',
    metrics: samples,
    differences: await correct(differences),
    names,
    notes: [...notes],
    labels_used: budgets.map(labelsUsed),
    label_budgets: budgets,
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

function largestBudget(reports: readonly EvaluationReport[]): LabelBudget {
  return reports
    .map((report) => report.label_budget)
    .reduce((most, one) => (labelsUsed(one) > labelsUsed(most) ? one : most));
}

function checkKeys([a, ofA]: readonly [string, Values], [b, ofB]: readonly [string, Values]): void {
  const alone = unpairedKeys(new Set(ofA.keys()), new Set(ofB.keys()));
  if (alone.length > 0)
    throw stepFailure(
      { code: 'unpaired-keys', message: unpairedText(a, b, alone), hint: 'declare both in the same `each`' },
      'of',
    );
}

async function differ(
  metric: string,
  [a, ofA]: readonly [string, Values],
  [b, ofB]: readonly [string, Values],
  { test, random }: ComparisonSettings,
): Promise<Difference> {
  const { summarise } = await import('../learning/statistics/summary.ts');
  const pairs = [...ofA].flatMap(([key, one]): Unit[] => {
    const other = ofB.get(key);
    if (other === undefined) return [];
    const episodes = one.episodes?.map((value, i) => value - (other.episodes?.[i] ?? NaN));
    return [
      {
        reports: [...one.reports, ...other.reports],
        value: one.value - other.value,
        ...(other.episodes !== undefined && { episodes }),
      },
    ];
  });
  const values = averageDraws(pairs);
  const { mean, low, high, n } = clip(summarise(values), differenceRange(metric));
  const p = n < 2 ? null : await pValue(values, test, random.derive(metric, a, b));
  return { metric, a, b, mean, low, high, n, test, p, p_holm: null };
}

async function pValue(
  differences: readonly number[],
  test: ComparisonSettings['test'],
  random: Random,
): Promise<number | null> {
  const { pairedT, signFlipTest, wilcoxon } = await import('../learning/statistics/paired-tests.ts');
  switch (test) {
    case 't':
      return pairedT(differences)?.p ?? null;
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
function collapseNotes(compared: readonly Compared[], names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const collapsed = compared.filter(
      (one) => one.name === name && one.report.checks.some((check) => check.name === 'collapse'),
    );
    const where = collapsed.map(({ keys }) => keyText(keys)).join(' and ');
    return collapsed.length === 0 ? [] : [`\`${name}\` collapsed to one label with ${where}`];
  });
}

function drawNotes(compared: readonly Compared[], names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const own = reportsOf(compared, name);
    const draws = averageDraws(own.map((report) => ({ reports: [report], value: 0 }))).length;
    if (draws === own.length) return [];
    return [
      `the ${own.length} instances of \`${name}\` come from ${draws} draw${draws === 1 ? '' : 's'} of the rows: ` +
        'those trained and measured on the same rows are averaged first',
    ];
  });
}

function episodeNotes(compared: readonly Compared[], names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const [only, ...others] = reportsOf(compared, name);
    if (only?.episodes === undefined || others.length > 0) return [];
    return [
      `\`${name}\` has one instance: its spread is that of its ${only.episodes.accuracies.length} episodes, and says nothing of another training`,
    ];
  });
}

function unlikeNote(a: string, b: string, keys: readonly string[]): string {
  const where = keys.slice(0, 3).join(' and ') + (keys.length > 3 ? ', …' : '');
  return (
    `\`${a}\` and \`${b}\` were not measured on the same rows with ${where}: ` +
    'their difference is left out; measure both on the same part, or give their splits the same seed'
  );
}

function sampleNotes(metric: string, samples: Readonly<Record<string, Sample>>): readonly string[] {
  return Object.entries(samples).flatMap(([name, { n, low }]) =>
    n > 1 && low === null
      ? [
          `\`${name}.${metric}\` is the same in all ${n} draws: nothing is known of its spread, so it has no interval`,
        ]
      : [],
  );
}

function differenceNotes({ metric, a, b, n, low, test }: Difference): readonly string[] {
  const least = 2 ** (1 - n);
  return [
    ...(n > 1 && low === null
      ? [
          `\`${a}\` and \`${b}\` differ in \`${metric}\` by the same in all ${n} pairs: nothing is known of the spread, ` +
            `so there is no interval${test === 't' ? ' and no p' : ''}`,
        ]
      : []),
    ...(n > 1 && test !== 't' && least > 0.05
      ? [
          `with ${n} pairs the test \`${test}\` cannot give a p below ${Number(least.toPrecision(3))}: it takes at least 6`,
        ]
      : []),
  ];
}

function valuesOf(compared: readonly Compared[], name: string, metric: string): Values {
  const own = compared.filter((one) => one.name === name);
  return new Map(
    own.map(({ keys, report }) => [
      keyText(keys),
      {
        reports: [report],
        value: report.metrics[metric]?.value ?? NaN,
        ...(metric === 'accuracy' && { episodes: report.episodes?.accuracies }),
      },
    ]),
  );
}

function valuesFor(byName: ReadonlyMap<string, Values>, name: string): Values {
  return byName.get(name) ?? new Map<string, Unit>();
}

function reportsOf(compared: readonly Compared[], name: string): readonly EvaluationReport[] {
  return compared.filter((one) => one.name === name).map(({ report }) => report);
}
