// What is wrong with an `evaluate` before anything runs. Pure.
import { checkCalibration } from './calibration.ts';
import { unknownLabelProblem } from './classifier-labels.ts';
import type { Overlap } from './evaluate-overlap.ts';
import { sightProblem } from './image-source.ts';
import { pairProblem } from './pairs.ts';
import { metricKindProblem, mixedKinds, usualFor } from './label-kind.ts';
import { usualMetrics, usualMultiLabelMetrics, wordOptions } from './metric-words.ts';
import { outOfScopeProblem } from './out-of-scope-problems.ts';
import { requirementProblem } from './requirement.ts';
import { severalRefusals } from './several-refusals.ts';
import type { CheckContext } from './stage.ts';
import type { Requirement } from './value.ts';

export interface EvaluateOptions {
  readonly metrics: readonly string[] | undefined;
  readonly bootstrap: number;
  readonly overlap: Overlap;
  readonly slices: readonly string[] | undefined;
  readonly abstain: number | undefined;
  readonly out_of_scope: string | undefined;
  readonly require: Requirement | undefined;
}

/** Whether the rows or the model are known to have lists of labels; nothing where neither says. */
export function severalLabelsKnown(inputs: CheckContext<never>['inputs']): boolean | undefined {
  return inputs.dataset('on')?.multi_label ?? inputs.model('model')?.multi_label;
}

export function checkEvaluation(
  options: EvaluateOptions,
  several: boolean | undefined,
  { given, inputs, report, leak }: Pick<CheckContext<never>, 'given' | 'inputs' | 'report' | 'leak'>,
): void {
  const dataset = inputs.dataset('on');
  const model = inputs.model('model');
  if (dataset?.labelled === false)
    report('on', {
      code: 'needs-labels',
      message: '`evaluate` compares with labels, and these rows have none',
      hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
    });
  const sight = sightProblem(dataset, model);
  if (sight !== undefined) report('on', sight);
  const unpaired = pairProblem(dataset, model);
  if (unpaired !== undefined) report('on', unpaired);
  const kinds = [dataset?.multi_label, model?.multi_label];
  if (several !== undefined && kinds.includes(!several)) report('model', mixedKinds(several));
  const { out_of_scope: outside } = options;
  const labels = dataset?.labels?.filter(({ name }) => name !== outside);
  const unknown = unknownLabelProblem(dataset && { ...dataset, labels }, model?.labels);
  if (unknown !== undefined) report('on', unknown);
  if (several === true) {
    if (options.abstain !== undefined) report('abstain', severalRefusals.abstain);
    if (outside !== undefined) report('out_of_scope', severalRefusals.out_of_scope);
    if (given('calibrate_on')) report('calibrate_on', severalRefusals.calibrate_on);
  }
  const scope =
    outside === undefined || several === true || dataset?.labels === undefined
      ? undefined
      : outOfScopeProblem(
          outside,
          dataset.labels.map(({ name }) => name),
          model?.labels ?? [],
        );
  if (scope !== undefined) report('out_of_scope', scope);
  const wrong =
    several === undefined || options.metrics === undefined
      ? undefined
      : metricKindProblem(options.metrics, several);
  if (wrong !== undefined) report('metrics', wrong);
  if (several !== true) checkCalibration('evaluate', inputs.dataset('calibrate_on'), model, report);
  for (const name of options.slices ?? [])
    if (dataset?.columns !== undefined && !dataset.columns.includes(name))
      report('slices', {
        code: 'unknown-column',
        message: `the data has no column \`${name}\``,
        hint: `its columns are ${dataset.columns.map((known) => `\`${known}\``).join(', ')}`,
      });
  checkJudgement(options, ofRows(options, several), { report, leak });
}

/** What is kept though the model knows it, and what the figures have to reach. */
export function checkJudgement(
  options: EvaluateOptions,
  judged: Judged,
  { report, leak }: Pick<CheckContext<never>, 'report' | 'leak'>,
): void {
  if (options.overlap === 'keep')
    leak('overlap', {
      code: 'overlap',
      message: '`overlap: keep` measures on rows that the model was fitted on',
      hint: 'say why, for everyone who reads the report: `allow: leakage("why")`; or leave them out with `overlap: drop`',
    });
  if (options.require !== undefined) {
    const problem = requirementProblem(options.require) ?? operandProblem(options.require, options, judged);
    if (problem !== undefined) report('require', { code: 'wrong-type', message: problem });
  }
}

/** The metrics of the report, by name; nothing where they depend on rows of which too little is known. */
export function reportMetrics(
  options: EvaluateOptions,
  several: boolean | undefined,
): readonly string[] | undefined {
  const measured = options.metrics ?? usualFor(several);
  return measured && [...measured, ...addedMetrics(options)];
}

/** What the report has beside `metrics`. */
function addedMetrics(options: EvaluateOptions): readonly string[] {
  const { abstain, out_of_scope } = options;
  const given: Readonly<Record<string, unknown>> = { abstain, out_of_scope };
  return Object.keys(wordOptions).filter((name) =>
    wordOptions[name]?.every((option) => given[option] !== undefined),
  );
}

/** What a report has that figures are asked of. */
export interface Judged {
  readonly metrics: readonly string[];
  /** At least one. */
  readonly baselines: readonly string[];
}

function ofRows(options: EvaluateOptions, several: boolean | undefined): Judged {
  return {
    metrics: reportMetrics(options, several) ?? [...usualMetrics, ...usualMultiLabelMetrics],
    baselines: ['majority', 'frozen_probe'],
  };
}

/** A requirement is judged from the report, so the report has to have its figures. */
function operandProblem(
  { left, right, at }: Requirement,
  options: EvaluateOptions,
  { metrics: known, baselines }: Judged,
): string | undefined {
  const sides = [left, right].filter((side) => typeof side !== 'number');
  for (const { of, metric } of sides) {
    if (of !== undefined && !baselines.includes(of))
      return `\`${of}\` is not part of this report: its own metrics have no prefix, and the baselines are ${baselines.map((name) => `\`${name}\``).join(' and ')}`;
    const missing = missingOption(metric, options);
    if (missing !== undefined) return missing;
    if (!known.includes(metric) && !Object.hasOwn(wordOptions, metric))
      return `\`${metric}\` is not measured here: add it to \`metrics\``;
  }
  if (at === undefined) return undefined;
  const own = sides.filter(({ of }) => of === undefined).length;
  if (own === 2) return 'two metrics of one report have no interval between them, so `at` cannot be judged';
  if (own === 0) return 'the baselines have no interval, so `at` cannot be judged';
  if (options.bootstrap === 0)
    return '`bootstrap: 0` makes no intervals, so `at` cannot be judged: leave one of them out';
  return undefined;
}

/** What has to be given for a figure that goes with an option. */
function missingOption(metric: string, { abstain, out_of_scope }: EvaluateOptions): string | undefined {
  const needed = wordOptions[metric] ?? [];
  if (needed.includes('abstain') && abstain === undefined)
    return `\`${metric}\` is measured where rows may be left without an answer: add \`abstain: 0.6\``;
  if (needed.includes('out_of_scope') && out_of_scope === undefined)
    return `\`${metric}\` is measured where rows belong to no label of the model: name theirs with \`out_of_scope: "…"\``;
  return undefined;
}
