// What a search found, as a report and as a table of all its trials. Nothing in them depends on how long anything took.
import type { Dataset, Scalar } from './dataset.ts';
import type { LabelBudget } from './consumed.ts';
import { labelsUsed } from './consumed.ts';
import { clip, differenceRange } from './metric-range.ts';
import type { SearchReport } from './report.ts';
import type { TrialValues } from './stage.ts';
import { meanScore, type SearchMethod, type Spaces, type Trial } from './tune-search.ts';

export interface Outcome {
  readonly spaces: Spaces;
  readonly method: SearchMethod;
  readonly metric: string;
  readonly direction: 'maximize' | 'minimize';
  /** Measurements a trial is complete with. */
  readonly folds: number;
  /** Whether folds were drawn, as against rows given to choose with. */
  readonly drawn: boolean;
  readonly planned: number;
  readonly trials: readonly Trial[];
  readonly best: number;
  /** Nothing where a place of the search has no default. */
  readonly defaults: Trial | undefined;
  readonly budget: LabelBudget;
}

export async function searchReport(outcome: Outcome): Promise<SearchReport> {
  const { metric, direction, method, folds, trials, best, defaults } = outcome;
  const winner = trialAt(trials, best);
  const complete = trials.filter((trial) => trial.failure === undefined && trial.scores.length === folds);
  const known = defaults?.failure === undefined ? defaults : undefined;
  return {
    type: 'search',
    metric,
    direction,
    method: method.name,
    trials: {
      planned: outcome.planned,
      tried: trials.length,
      complete: complete.length,
      failed: trials.filter(({ failure }) => failure !== undefined).length,
    },
    folds: outcome.drawn ? folds : null,
    best: { ...figureOf(winner), trial: best + 1, values: valuesText(outcome.spaces, winner.values) },
    defaults: known === undefined ? null : figureOf(known),
    difference: known === undefined ? null : await differenceOf(winner, known, metric),
    optimism: await optimismAmong(complete, complete.indexOf(winner), outcome),
    labels_used: labelsUsed(outcome.budget),
    label_budget: outcome.budget,
    notes: notesOf(outcome, winner, known),
  };
}

/** One row a trial in the order of trying, and first of all that of the defaults: trial 0, whose values are absent. */
export function trialsTable({ spaces, folds, trials, best, defaults }: Outcome): Dataset {
  const rows = [
    ...(defaults === undefined ? [] : [{ trial: defaults, number: 0 }]),
    ...trials.map((trial, i) => ({ trial, number: i + 1 })),
  ];
  const state = (trial: Trial, number: number): string => {
    if (trial.failure !== undefined) return 'failed';
    if (number === 0) return 'defaults';
    if (number === best + 1) return 'best';
    return trial.scores.length < folds ? 'dropped' : 'measured';
  };
  const columns = new Map<string, readonly Scalar[]>();
  const add = (name: string, values: readonly Scalar[]): void => {
    columns.set(columns.has(name) ? `${name}_` : name, values);
  };
  add(
    'trial',
    rows.map(({ number }) => number),
  );
  for (const [name] of spaces)
    add(
      name,
      rows.map(({ trial, number }) =>
        number === 0 ? null : (valuesText(spaces, trial.values)[name] ?? null),
      ),
    );
  add(
    'state',
    rows.map(({ trial, number }) => state(trial, number)),
  );
  add(
    'score',
    rows.map(({ trial }) => (trial.scores.length === 0 ? null : meanScore(trial))),
  );
  for (let fold = 0; fold < folds; fold += 1)
    add(
      `fold_${fold + 1}`,
      rows.map(({ trial }) => trial.scores[fold] ?? null),
    );
  add(
    'failure',
    rows.map(({ trial }) => trial.failure?.message ?? null),
  );
  return {
    rows: rows.length,
    columns,
    roles: {},
    labels: [],
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from(rows.keys()),
  };
}

/** The number of a range; of a `choice` what it names. */
export function valuesText(
  spaces: Spaces,
  values: TrialValues,
): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    spaces.map(([name, space]) => {
      const value = values[name] ?? 0;
      const chosen = space.space === 'choice' ? space.values[value] : value;
      const plain = typeof chosen === 'number' || typeof chosen === 'boolean' || typeof chosen === 'string';
      return [name, plain ? chosen : JSON.stringify(chosen ?? null)];
    }),
  );
}

function figureOf(trial: Trial) {
  return { score: meanScore(trial), scores: trial.scores };
}

/** Folds share rows to learn from, so the interval is narrower than it would be for independent ones. */
async function differenceOf(
  winner: Trial,
  defaults: Trial,
  metric: string,
): Promise<NonNullable<SearchReport['difference']>> {
  const { summarise } = await import('../learning/statistics/summary.ts');
  const differences = winner.scores.map((score, fold) => score - (defaults.scores[fold] ?? 0));
  const { mean, low, high } = clip(summarise(differences), differenceRange(metric));
  return { mean, low, high };
}

async function optimismAmong(
  complete: readonly Trial[],
  best: number,
  { direction, trials }: Outcome,
): Promise<SearchReport['optimism']> {
  const { optimismOf } = await import('../learning/search/optimism.ts');
  const sign = direction === 'maximize' ? 1 : -1;
  const value = optimismOf(
    complete.map(({ scores }) => scores.map((score) => sign * score)),
    best,
  );
  if (value === undefined) return null;
  const dropped = trials.some((trial) => trial.failure === undefined && !complete.includes(trial));
  return { value: Math.max(0, value), of: complete.length, at_least: dropped };
}

function notesOf(outcome: Outcome, winner: Trial, defaults: Trial | undefined): readonly string[] {
  const { planned, trials, direction, drawn } = outcome;
  const notes: string[] = [];
  if (trials.length < planned)
    notes.push(`the budget ended the search after ${trials.length} of ${planned} trials`);
  if (outcome.defaults === undefined)
    notes.push('a place of the search has no default, so there is nothing to compare the best trial with');
  else if (defaults === undefined) notes.push('the defaults could not be measured');
  else {
    const gain = (meanScore(winner) - meanScore(defaults)) * (direction === 'maximize' ? 1 : -1);
    if (gain <= 0) notes.push('no trial was better than the defaults: leave the search out, or widen it');
  }
  if (!drawn)
    notes.push('one part to choose with does not tell how much of the best figure is luck: `folds` would');
  return notes;
}

function trialAt(trials: readonly Trial[], at: number): Trial {
  const trial = trials[at];
  if (trial === undefined) throw new Error(`there is no trial ${at}`);
  return trial;
}
