// What is wrong with an `evaluate` before anything runs. Pure.
import { checkCalibration } from './calibration.ts';
import { unknownLabelProblem } from './classifier-labels.ts';
import type { Overlap } from './evaluate-overlap.ts';
import { severalLabels } from './labelled-texts.ts';
import { abstentionWords } from './metric-words.ts';
import { requirementProblem } from './requirement.ts';
import type { CheckContext } from './stage.ts';
import type { Requirement } from './value.ts';

export interface EvaluateOptions {
  readonly metrics: readonly string[];
  readonly bootstrap: number;
  readonly overlap: Overlap;
  readonly slices: readonly string[] | undefined;
  readonly abstain: number | undefined;
  readonly require: Requirement | undefined;
}

export function checkEvaluation(
  options: EvaluateOptions,
  { inputs, report, leak }: Pick<CheckContext<never>, 'inputs' | 'report' | 'leak'>,
): void {
  const dataset = inputs.dataset('on');
  const model = inputs.model('model');
  if (dataset?.labelled === false)
    report('on', {
      code: 'needs-labels',
      message: '`evaluate` compares with labels, and these rows have none',
      hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
    });
  if (dataset?.multi_label === true) report('on', severalLabels('evaluate'));
  else {
    const problem = unknownLabelProblem(dataset, model?.labels);
    if (problem !== undefined) report('on', problem);
  }
  checkCalibration('evaluate', inputs.dataset('calibrate_on'), model?.labels, report);
  for (const name of options.slices ?? [])
    if (dataset?.columns !== undefined && !dataset.columns.includes(name))
      report('slices', {
        code: 'unknown-column',
        message: `the data has no column \`${name}\``,
        hint: `its columns are ${dataset.columns.map((known) => `\`${known}\``).join(', ')}`,
      });
  if (options.overlap === 'keep')
    leak('overlap', {
      code: 'overlap',
      message: '`overlap: keep` measures on rows that the model was fitted on',
      hint: 'say why, for everyone who reads the report: `allow: leakage("why")`; or leave them out with `overlap: drop`',
    });
  if (options.require !== undefined) {
    const problem = requirementProblem(options.require) ?? operandProblem(options.require, options);
    if (problem !== undefined) report('require', { code: 'wrong-type', message: problem });
  }
}

/** The metrics of the report, by name. */
export function reportMetrics({ metrics, abstain }: EvaluateOptions): readonly string[] {
  return [...metrics, ...(abstain === undefined ? [] : Object.keys(abstentionWords))];
}

/** A requirement is judged from the report, so the report has to have its figures. */
function operandProblem({ left, right, at }: Requirement, options: EvaluateOptions): string | undefined {
  const sides = [left, right].filter((side) => typeof side !== 'number');
  for (const { of, metric } of sides) {
    if (of !== undefined && of !== 'majority' && of !== 'frozen_probe')
      return `\`${of}\` is not part of this report: its own metrics have no prefix, and the baselines are \`majority\` and \`frozen_probe\``;
    if (Object.hasOwn(abstentionWords, metric) && options.abstain === undefined)
      return `\`${metric}\` is measured where rows may be left without an answer: add \`abstain: 0.6\``;
    if (!reportMetrics(options).includes(metric))
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
