// `compare`: reports of several instances (seeds) in, their means, intervals and paired differences out.
import type { Problem } from '../parser/diagnostic.ts';
import { compareReports } from './comparison.ts';
import { keyText, pairsOf, unpairedKeys, unpairedText, type Compared } from './comparison-draws.ts';
import { reportNames, reportWords } from './metric-words.ts';
import { list, requirement, name, word } from './option.ts';
import type { EvaluationReport } from './report.ts';
import { judgeComparison, requirementProblem } from './requirement.ts';
import { defineStage, input, type Member, type Statics } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import type { Requirement } from './value.ts';

export const compare = defineStage({
  name: 'compare',
  version: 5,
  doc:
    'Puts reports side by side: the mean of each metric over the instances of `each`, its standard deviation and its ' +
    '95 % interval. Of several stages it also gives the differences, pair by pair: instances with equal keys saw the ' +
    'same split, so the luck of the draw falls out of their difference. Where they were not measured on the same rows, ' +
    'there is no difference and a note says so. Instances trained and measured on the same rows are one draw and are ' +
    'averaged first. Where each has a single instance and was measured by the same episodes, they are compared episode by episode. Intervals end where the metric does, and there is none where all draws are equal. With few examples the draw matters more than ' +
    'the method, so compare over ten seeds where you can.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }

each seed in [1, 2, 3, 4, 5] {
  split parts { from: reviews  train: 8 per label  test: 200  seed: seed }
  fine-tune linear  { model: "builtin:ngrams"  from: parts.train }
  fine-tune nearest { model: "builtin:ngrams"  from: parts.train  method: prototype }
  evaluate linear_score  { model: linear   on: parts.test }
  evaluate nearest_score { model: nearest  on: parts.test }
}

compare summary {
  of:      { linear: linear_score, nearest: nearest_score }
  require: linear.macro_f1 > nearest.macro_f1 by 0.02 at 95%
}`,
  options: {
    metrics: list(word(reportWords, { doc: 'A metric.' }), {
      min: 1,
      distinct: true,
      doc: 'What is compared. Without it: every metric that all the reports have.',
    }),
    baseline: name({
      doc:
        'The name that the others are compared with; how much of its figures each keeps is told as well (the retention of a student, where the ' +
        'baseline is its teacher). Without it: every pair of names is compared.',
    }),
    test: word(
      {
        t: "Student's paired t-test: the usual choice, right where differences scatter evenly",
        wilcoxon:
          "Wilcoxon's signed ranks: asks nothing of how the differences scatter, but needs more of them",
        permutation: 'flips the signs of the differences: asks only that either sign was equally likely',
      },
      {
        default: 't',
        doc: "The test behind the p-values, which are corrected by Holm's method for how many there are.",
      },
    ),
    require: requirement({
      metrics: reportNames,
      keyed: false,
      doc:
        'What has to hold, such as `linear.macro_f1 > nearest.macro_f1 by 0.02 at 95%`: the whole 95 % interval of ' +
        'the paired difference lies above 0.02. Without `at` the means are compared. With a single stage only the ' +
        'metric is named: `macro_f1 >= 0.8`. Judged on every run; where it does not hold the exit code is 3.',
    }),
  },
  inputs: {
    of: input.many('report', {
      use: 'apply',
      named: true,
      doc: 'The reports: a stage, a list of stages, or a map that gives them names.',
    }),
  },
  outputs: { '': { type: 'report', doc: 'Means, intervals and differences.' } },
  randomness: ({ test }) => test === 'permutation',

  check({ options, inputs, report }) {
    const members = inputs.many('of');
    const names = [...new Set(members.map(({ name }) => name))];
    checkComparable(members, (problem) => report('of', problem));
    const kinds = members.map((member) =>
      member.static.type === 'report' ? member.static.multi_label : undefined,
    );
    if (kinds.includes(true) && kinds.includes(false)) report('of', mixedReports);
    checkPairs(members, options.baseline, (problem) => report('of', problem));
    const known = members.flatMap((member) =>
      member.static.type === 'report' && member.static.metrics !== undefined ? [member.static.metrics] : [],
    );
    const shared = reportNames.filter((metric) => known.every((metrics) => metrics.includes(metric)));
    for (const metric of options.metrics ?? [])
      if (!shared.includes(metric))
        report('metrics', {
          code: 'unknown-word',
          message: `not every report has \`${metric}\``,
          hint: `add it to the \`metrics\` of ${names.map((name) => `\`${name}\``).join(' and ')}`,
        });
    if (options.metrics === undefined && known.length > 0 && shared.length === 0)
      report('of', {
        code: 'unknown-word',
        message: 'these reports have no metric in common',
        hint: 'give the same `metrics` to each `evaluate`',
      });
    const { baseline } = options;
    if (baseline !== undefined && names.length > 0 && !names.includes(baseline))
      report('baseline', { code: 'unknown-name', ...unknownName(baseline, names) });
    const metrics = options.metrics ?? shared;
    if (options.require !== undefined && names.length > 0) {
      const message = requirementProblem(options.require) ?? operandProblem(options.require, names, metrics);
      if (message !== undefined) report('require', { code: 'wrong-type', message });
    }
    return { '': { type: 'report', about: 'comparison', metrics } };
  },

  async run(context) {
    const { options, inputs } = context;
    const compared = await Promise.all(inputs.of.map(readMember));
    if (new Set(compared.map(({ report: one }) => one.multi_label !== undefined)).size > 1)
      throw stepFailure(mixedReports, 'of');
    const report = await compareReports(compared, {
      metrics: options.metrics,
      baseline: options.baseline,
      test: options.test,
      random: context.random('permutation'),
    });
    await context.output().write('report.json', JSON.stringify(report, null, 2) + '\n');
  },

  judge: ({ require }, report) =>
    require === undefined || report.type !== 'comparison' ? undefined : judgeComparison(require, report),
});

async function readMember({ name, keys, artifact }: Member): Promise<Compared> {
  const text = new TextDecoder().decode(await artifact.read('report.json'));
  const report = JSON.parse(text) as EvaluationReport | { readonly type: 'comparison' }; // written by a stage of ours
  if (report.type !== 'evaluation')
    throw stepFailure(
      {
        code: 'wrong-artifact',
        message: `\`${name}\` is itself a comparison`,
        hint: 'compare the reports of `evaluate` stages',
      },
      'of',
    );
  return { name, keys, report };
}

const mixedReports = {
  code: 'not-supported',
  message: 'some of these reports are of rows with one label each, and others of rows with lists of labels',
  hint: 'compare them apart: `accuracy` and the F1 scores mean something else there',
} as const;

type KnownMember = ReturnType<Statics['many']>[number];
type Tell = (problem: Omit<Problem, 'span'>) => void;

/** Only evaluations have figures of one model on one set of rows. */
function checkComparable(members: readonly KnownMember[], tell: Tell): void {
  for (const { name, static: known } of members) {
    if (known.type !== 'report' || known.about === undefined || known.about === 'evaluation') continue;
    tell({
      code: 'wrong-artifact',
      message: `\`${name}\` is itself a ${known.about}`,
      hint: 'compare the reports of `evaluate` stages',
    });
  }
}

/** Instances are compared by equal keys, so that each side has seen the same draws. */
function checkPairs(members: readonly KnownMember[], baseline: string | undefined, tell: Tell): void {
  const [first] = members;
  if (members.every(({ name }) => name === first?.name)) return; // one stage has nothing to pair with
  const keys = new Map<string, Set<string>>();
  for (const member of members) {
    const known = keys.get(member.name);
    if (known === undefined) keys.set(member.name, new Set([keyText(member.keys)]));
    else known.add(keyText(member.keys));
  }
  const none: ReadonlySet<string> = new Set();
  for (const [a, b] of pairsOf([...keys.keys()], baseline)) {
    const alone = unpairedKeys(keys.get(a) ?? none, keys.get(b) ?? none);
    if (alone.length === 0) continue;
    tell({
      code: 'unpaired-keys',
      message: unpairedText(a, b, alone),
      hint: 'declare both in the same `each`, or select what they have in common',
    });
    return;
  }
}

function unknownName(name: string, names: readonly string[]) {
  return {
    message: `nothing compared here is called \`${name}\``,
    hint: `the names are ${names.map((known) => `\`${known}\``).join(', ')}`,
  };
}

function operandProblem(
  { left, right }: Requirement,
  names: readonly string[],
  metrics: readonly string[],
): string | undefined {
  for (const side of [left, right]) {
    if (typeof side === 'number') continue;
    const { of, metric } = side;
    if (of !== undefined && !names.includes(of)) {
      const { message, hint } = unknownName(of, names);
      return `${message}: ${hint}`;
    }
    if (of === undefined && names.length > 1)
      return `\`${metric}\` of which? write ${names.map((name) => `\`${name}.${metric}\``).join(' or ')}`;
    if (!metrics.includes(metric)) return `\`${metric}\` is not compared here: add it to \`metrics\``;
  }
  return undefined;
}
