// The report of an `evaluate` by episodes, from what was said of their queries. Knows no files and no models.
import { createHash } from 'node:crypto';
import type { Episode } from '../learning/meta/episodes.ts';
import type { EpisodeScores } from '../learning/meta/score-episodes.ts';
import { labelBudget, labelsUsed, type Consumed } from './consumed.ts';
import { texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import type { EpisodesAsked } from './episode-options.ts';
import { clip, differenceRange, metricRange } from './metric-range.ts';
import type { EvaluationReport, Figure } from './report.ts';

export interface MeasuredEpisodes {
  readonly shape: EpisodesAsked;
  /** Of the classes, as episodes number them. */
  readonly names: readonly string[];
  readonly rows: Dataset;
  readonly episodes: readonly Episode[];
  readonly scores: EpisodeScores;
  /** What the nearest support picture by pixels reaches. */
  readonly pixels: EpisodeScores | undefined;
  readonly consumed: Consumed;
  readonly method: string;
  readonly checks: readonly Check[];
}

export async function episodesReport(measured: MeasuredEpisodes): Promise<EvaluationReport> {
  const [{ classificationReport }, { summarise }] = await Promise.all([
    import('../learning/metrics/classification-report.ts'),
    import('../learning/statistics/summary.ts'),
  ]);
  const { shape, names, rows, scores, pixels, consumed, method } = measured;
  const { ways, shots, queries } = shape;
  const meanOf = (values: readonly number[], range: Parameters<typeof clip>[1]): Figure => {
    const { mean: value, low, high } = clip(summarise(values), range);
    return low === null || high === null ? { value } : { value, low, high };
  };
  const accuracy = meanOf(scores.accuracies, metricRange('accuracy'));
  const difference =
    pixels &&
    meanOf(
      scores.accuracies.map((value, i) => value - (pixels.accuracies[i] ?? NaN)),
      differenceRange('accuracy'),
    );
  const budget = labelBudget(consumed);
  const digest = episodesDigest(measured);
  return {
    type: 'evaluation',
    metrics: { accuracy },
    per_label: classificationReport(scores.truth, scores.predicted, names).perLabel,
    confusion: null,
    labels: names,
    rows: rows.rows,
    rows_digest: digest,
    training_digest: sha256(JSON.stringify(consumed.rows)),
    labels_used: labelsUsed(budget),
    label_budget: budget,
    episodes: {
      ways,
      shots,
      queries,
      method,
      digest,
      accuracies: scores.accuracies,
      differences: difference === undefined ? [] : [{ baseline: 'pixels', difference }],
    },
    baselines: {
      chance: { accuracy: 1 / ways },
      ...(pixels !== undefined && {
        pixels: { accuracy: meanOf(pixels.accuracies, metricRange('accuracy')).value },
      }),
    },
    checks: [
      ...(accuracy.low === undefined
        ? [{ name: 'no_interval', message: 'every episode has the same accuracy, so it has no interval' }]
        : []),
      ...measured.checks,
    ],
    interval: `Student's 95 % interval of the mean over ${shape.episodes} episodes`,
    slices: {},
  };
}

/** Of the rows that every episode was drawn to have, in order. */
function episodesDigest({ episodes, rows, names }: MeasuredEpisodes): string {
  const words = texts(rows);
  const named = (numbers: readonly number[]): readonly (string | undefined)[] =>
    numbers.map((row) => words[row]);
  const hash = createHash('sha256');
  for (const { classes, support, queries } of episodes)
    hash.update(JSON.stringify([classes.map((way) => names[way]), named(support), named(queries)]));
  return hash.digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
