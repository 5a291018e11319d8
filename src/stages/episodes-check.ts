// What is wrong with an `evaluate` by episodes before anything runs. Pure.
import type { EpisodeShape } from '../learning/meta/episodes.ts';
import type { EpisodeOptions } from './episode-options.ts';
import { checkJudgement, type EvaluateOptions } from './evaluate-known.ts';
import { choosesStrength, idleArguments } from './fine-tune-method.ts';
import { full } from './episode-fine-tuning.ts';
import { notTrainable, untrainableNet } from './training-check.ts';
import { sightProblem } from './image-source.ts';
import { severalLabels } from './labelled-texts.ts';
import { knownClasses, sharedClasses, sharedProblem } from './learnt-classes.ts';
import { otherWays, tooFewClasses, tooFewOf } from './meta-learn-problems.ts';
import { noPairs } from './pairs.ts';
import type { CheckContext } from './stage.ts';

/** The only metric of episodes. */
export const episodeMetrics = ['accuracy'] as const;

/** What figures can be compared with in `require`. */
const baselines = ['chance', 'pixels'] as const;

export function checkEpisodes(
  shape: EpisodeShape,
  options: EvaluateOptions & EpisodeOptions,
  { given, inputs, report, leak }: Pick<CheckContext<never>, 'given' | 'inputs' | 'report' | 'leak'>,
): void {
  const dataset = inputs.dataset('on');
  const model = inputs.model('model');
  if (dataset?.labelled === false)
    report('on', {
      code: 'needs-labels',
      message: 'episodes are drawn from classes, and these rows have no labels',
      hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
    });
  if (dataset?.multi_label === true) report('on', severalLabels('evaluate'));
  if (dataset?.prompt !== undefined) report('on', promptRefused);
  if (dataset?.pairs === true) report('on', noPairs('episodes'));
  const sight = sightProblem(dataset, model);
  if (sight !== undefined) report('on', sight);
  for (const option of withoutMeaning) if (given(option)) report(option, idleWithEpisodes(option));
  const other = options.metrics?.find((metric) => metric !== 'accuracy');
  if (other !== undefined) report('metrics', onlyAccuracy(other));
  checkMethod(options.method, report);
  if (options.method.name === 'full' && model?.trainable === false)
    report('method', model.images === true ? untrainableNet : notTrainable(full));
  if (options.method.name === 'own' && model?.ways !== undefined && model.ways !== shape.ways)
    report(given('ways') ? 'ways' : 'model', otherWays(shape.ways, model.ways));
  checkJudgement(options, { metrics: episodeMetrics, baselines }, { report, leak });
  const classes = dataset?.labelled === true ? knownClasses(dataset.labels) : undefined;
  if (classes === undefined) return;
  const shared = sharedClasses(classes, model?.learnt ?? []);
  if (shared.length > 0 && options.overlap === 'refuse') report('on', sharedProblem(shared, classes.length));
  const left = options.overlap === 'drop' ? classes.filter((name) => !shared.includes(name)) : classes;
  if (left.length < shape.ways)
    report('ways', tooFewClasses(left.length, shape.ways, shared.length > 0 && options.overlap === 'drop'));
  const short = dataset?.labels?.find(
    ({ name, rows = Infinity }) => left.includes(name) && rows < shape.shots + shape.queries,
  );
  if (short !== undefined) report('on', tooFewOf(short.name, short.rows ?? 0, shape, 'rows'));
}

/** Throws nothing: tells what arguments of the method cannot be, or change nothing. */
function checkMethod(method: EpisodeOptions['method'], report: CheckContext<never>['report']): void {
  if (method.name !== 'head') return;
  if (choosesStrength(method)) report('method', noValidation);
  for (const { argument, for: kind } of idleArguments(method))
    report('method', {
      code: 'option-without-effect',
      severity: 'warning',
      message: `\`${argument}\` changes nothing here: it belongs to \`head(kind: ${kind})\``,
      hint: `remove \`${argument}\``,
    });
}

const withoutMeaning = [
  'bootstrap',
  'probe_rows',
  'abstain',
  'out_of_scope',
  'slices',
  'calibrate_on',
] as const;

function idleWithEpisodes(option: string) {
  return {
    code: 'option-without-effect',
    message: `\`${option}\` has no meaning for episodes: their accuracy has its interval from the episodes, and no label is known to the model`,
    hint: `remove \`${option}\`, or measure a classifier without \`episodes\``,
  } as const;
}

export function onlyAccuracy(metric: string) {
  return {
    code: 'unknown-word',
    message: `episodes are measured by \`accuracy\`, and not by \`${metric}\``,
    hint: 'remove `metrics`',
  } as const;
}

const noValidation = {
  code: 'option-without-effect',
  message: '`c: auto` chooses by validation rows, and episodes have none',
  hint: 'give `c` a number',
} as const;

export const promptRefused = {
  code: 'not-supported',
  message: 'these rows carry a prompt, and episodes are measured on rows as they are',
  hint: 'give the rows from before the `prompt`',
} as const;

/** For `method` where rows are measured as they are. */
export const methodWithoutEpisodes = {
  code: 'option-without-effect',
  message: '`method` is for episodes: a classifier knows how it gives its labels',
  hint: 'remove `method`, or ask for `episodes`',
} as const;
