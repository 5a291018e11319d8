// `evaluate` by episodes: tasks of new classes are drawn from the rows, each learnt from a few of them by the vectors of an encoder. Reads and writes the files of
// that. Knows the same inputs and options as `evaluate`, of which it refuses those that have no meaning here.
import type { Artifact } from './artifact.ts';
import { readConsumed } from './consumed-file.ts';
import { classesOf, type Dataset } from './dataset.ts';
import type { EpisodesAsked, EpisodeOptions } from './episode-options.ts';
import { learnerCheck, openLearner, type OpenLearner } from './episode-learner.ts';
import { pixelsRule, settledRule, vectorRule, ruleText, type SettledRule } from './episode-rules.ts';
import { episodesFile } from './episodes-file.ts';
import { newRows } from './episode-rows.ts';
import { openFineTuning } from './episode-fine-tuning.ts';
import { episodesReport } from './episodes-report.ts';
import { episodeMetrics, onlyAccuracy, promptRefused } from './episodes-check.ts';
import type { Overlap } from './evaluate-overlap.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { otherWays, tooFewClasses, tooFewOf } from './meta-learn-problems.ts';
import { openEncoder } from './model-source.ts';
import { refusePairs } from './pairs.ts';
import { plainRows } from './row-encoder.ts';
import type { RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

type Context = Omit<RunContext<never, never>, 'options' | 'inputs'> & {
  readonly options: EpisodeOptions & {
    readonly metrics: readonly string[] | undefined;
    readonly overlap: Overlap;
  };
  readonly inputs: { readonly model: Artifact };
};

export async function evaluateEpisodes(
  shape: EpisodesAsked,
  context: Context,
  given: Dataset,
): Promise<void> {
  const { options, inputs, signal } = context;
  checkLabelledTexts(given, { stage: 'evaluate', does: 'draws episodes from classes', at: 'on' });
  if (given.prompt !== undefined) throw stepFailure(promptRefused, 'on');
  const other = options.metrics?.find((metric) => !episodeMetrics.some((known) => known === metric));
  if (other !== undefined) throw stepFailure(onlyAccuracy(other), 'metrics');
  const consumed = await readConsumed(inputs.model);
  refusePairs(given, 'episodes', 'on');
  const { rows, checks } = await newRows(given, inputs.model, consumed, options.overlap);
  const classes = classesOf(rows);
  if (classes.length < shape.ways)
    throw stepFailure(tooFewClasses(classes.length, shape.ways, rows.rows < given.rows), 'ways');
  const short = classes.find(({ rows: own }) => own.length < shape.shots + shape.queries);
  if (short !== undefined) throw stepFailure(tooFewOf(short.name, short.rows.length, shape, 'rows'), 'on');
  const { drawEpisode } = await import('../learning/meta/episodes.ts');
  const { scoreEpisodes } = await import('../learning/meta/score-episodes.ts');
  const random = context.random('episodes');
  const members = classes.map(({ rows: own }) => own);
  const episodes = Array.from({ length: shape.episodes }, (_, i) =>
    drawEpisode(members, shape, random.derive(i)),
  );
  const method = await settledRule(options.method, inputs.model);
  if (method.name === 'adapt' && method.description.ways !== shape.ways)
    throw stepFailure(otherWays(shape.ways, method.description.ways), 'ways');
  const opened = await openRule(method, rows, context);
  try {
    const scores = await scoreEpisodes(episodes, shape, opened.rule, {
      signal,
      progress: (done) => context.progress({ done, total: shape.episodes, unit: 'episodes' }),
    });
    const quiet = { signal, progress: () => undefined };
    const pixels =
      rows.images === undefined
        ? undefined
        : await scoreEpisodes(episodes, shape, await pixelsRule(rows, rows.images, signal), quiet);
    const names = classes.map(({ name }) => name);
    const measured = { shape, names, rows, episodes, scores, pixels, consumed };
    const all = method.name === 'adapt' ? [learnerCheck(method.adapting), ...checks] : checks;
    const report = await episodesReport({ ...measured, checks: all, method: ruleText(method) });
    const output = context.output();
    await output.write('report.json', JSON.stringify(report, null, 2) + '\n');
    await output.write('episodes.parquet', await episodesFile(measured));
  } finally {
    await opened.dispose();
  }
}

/** How the queries of an episode are answered. */
async function openRule(method: SettledRule, rows: Dataset, context: Context): Promise<OpenLearner> {
  const { inputs, signal } = context;
  if (method.name === 'adapt')
    return openLearner(inputs.model, method.description, method.adapting, rows, context);
  if (method.name === 'full')
    return openFineTuning(inputs.model, method, rows, context.random('fine-tuning'), context);
  const encoder = await openEncoder(inputs.model, context, { maxLength: undefined });
  try {
    const encode = plainRows(encoder);
    const vectors = await encode(rows, (done, total) => context.progress({ done, total, unit: 'rows' }));
    return { rule: vectorRule(vectors, method, signal), dispose: () => encoder.dispose() };
  } catch (error) {
    await encoder.dispose();
    throw error;
  }
}
