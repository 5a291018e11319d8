// `evaluate`: a classifier and labelled rows in, a report out. The only stage that may read a test part.
import { loadClassifier, type Classifier } from './classifier.ts';
import { classify } from './classify.ts';
import { labelBudget, labelsUsed } from './consumed.ts';
import { labelIndices, texts, type Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { withoutOverlap } from './evaluate-overlap.ts';
import { evaluationReport } from './evaluation.ts';
import { fitProbe } from './frozen-probe.ts';
import { checkLabelledTexts, severalLabels } from './labelled-texts.ts';
import { measured } from './measurement.ts';
import { metricNames, metricWords } from './metric-words.ts';
import { column, int, list, requirement, word } from './option.ts';
import { predictionsFile } from './predictions-file.ts';
import { judgeEvaluation, requirementProblem } from './requirement.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';
import type { Requirement } from './value.ts';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 4,
  doc:
    'Measures a classifier on labelled rows. Beside the metrics with their intervals the report has precision, recall ' +
    'and F1 of each label, the confusion of labels, what two models anyone gets for free reach on the same rows (always ' +
    'the most frequent label; logistic regression on the frozen encoder), how many labelled examples the model ' +
    'consumed, and what to be wary of. The prediction for each row is kept in `predictions.parquet`.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  train: 8 per label  test: rest }
fine-tune classifier { model: "builtin:ngrams"  from: parts.train }

evaluate score {
  model:   classifier
  on:      parts.test
  metrics: [accuracy, macro_f1]
  require: macro_f1 >= 0.75
}`,
  options: {
    metrics: list(word(metricWords, { doc: 'A metric.' }), {
      min: 1,
      distinct: true,
      default: ['accuracy', 'macro_f1', 'weighted_f1', 'mcc', 'ece'],
      doc: 'What is measured.',
    }),
    bootstrap: int({
      min: 0,
      max: 100_000,
      default: 1000,
      doc:
        "Resamples of the rows for the 95 % intervals; 0 for none. The interval of `accuracy` is Wilson's, which needs no " +
        'resamples and holds where every row is right; another metric that is the same in every resample has no ' +
        'interval. Rows of one group (the `group` of `load`, else equal texts) are resampled together, `accuracy` too. ' +
        'Intervals say how far another test set of this size ' +
        'may be off, not how far another draw of the training rows is: for that, use several seeds and `compare`.',
    }),
    overlap: word(
      {
        refuse: 'the step fails, and says how many rows and which',
        drop: 'such rows are left out, and the report says how many',
      },
      {
        default: 'refuse',
        doc:
          'What happens to rows whose text, without regard to white space and case, is among the training rows of the ' +
          'model: measured on what it has seen, a model looks better than it is.',
      },
    ),
    slices: list(column({ doc: 'A column of the data.' }), {
      distinct: true,
      doc: 'Columns by whose values the metrics are given separately as well.',
    }),
    require: requirement({
      metrics: metricNames,
      keyed: false,
      doc:
        'What the figures have to reach, such as `macro_f1 >= 0.75`; `at 95%` asks it of the interval, and ' +
        '`majority.macro_f1` and `frozen_probe.macro_f1` are the baselines. Judged on every run; where it does not ' +
        'hold the exit code is 3.',
    }),
  },
  inputs: {
    model: input.required('model', {
      capability: 'classifier',
      use: 'apply',
      doc: 'The classifier to measure.',
    }),
    on: input.required('dataset', { use: 'measure', doc: 'The labelled rows to measure on.' }),
  },
  outputs: { '': { type: 'report', doc: 'The report, and the predictions it is made from.' } },
  randomness: ({ bootstrap }) => bootstrap > 0,

  check({ options, inputs, report }) {
    const dataset = inputs.dataset('on');
    const model = inputs.model('model');
    if (dataset?.labelled === false)
      report('on', {
        code: 'needs-labels',
        message: '`evaluate` compares with labels, and these rows have none',
        hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
      });
    const several = dataset?.multi_label === true;
    if (several) report('on', severalLabels('evaluate'));
    const known = several ? undefined : model?.labels;
    const unknown = dataset?.labels?.filter(
      ({ name, rows }) => known !== undefined && rows !== undefined && rows > 0 && !known.includes(name),
    );
    if (known !== undefined && unknown !== undefined && unknown.length > 0)
      report(
        'on',
        unknownLabels(
          unknown.map(({ name }) => name),
          known,
        ),
      );
    for (const name of options.slices ?? [])
      if (dataset?.columns !== undefined && !dataset.columns.includes(name))
        report('slices', {
          code: 'unknown-column',
          message: `the data has no column \`${name}\``,
          hint: `its columns are ${dataset.columns.map((known) => `\`${known}\``).join(', ')}`,
        });
    if (options.require !== undefined) {
      const problem = requirementProblem(options.require) ?? operandProblem(options.require, options);
      if (problem !== undefined) report('require', { code: 'wrong-type', message: problem });
    }
    return { '': { type: 'report', metrics: options.metrics } };
  },

  async run(context) {
    const { options, inputs } = context;
    const given = await readDataset(inputs.on);
    checkLabelledTexts(given, { stage: 'evaluate', does: 'compares with labels', at: 'on' });
    if (hasMixedRows(given))
      throw stepFailure(
        {
          code: 'not-supported',
          message: 'the rows were mixed by `mixup`: they are made to learn from, not to measure on',
          hint: 'measure on rows that were not augmented',
        },
        'on',
      );
    const classifier = await loadClassifier(inputs.model, context);
    try {
      const support = await classifier.support();
      const { rows, dropped } = await withoutOverlap(given, support, options.overlap);
      const truth = truthOf(classifier, rows);
      const probe = await fitProbe(classifier, support, context.signal);
      const heads = probe === undefined ? [classifier.head] : [classifier.head, probe];
      const [own, probed] = await classify(classifier, heads, texts(rows), (done, total) =>
        context.progress({ done, total, unit: 'rows' }),
      );
      const measurement = await measured(classifier.labels, truth, own);
      const report = await evaluationReport({
        rows,
        support,
        measurement,
        probe: probe && (await measured(classifier.labels, truth, probed)),
        dropped,
        labelsUsed: labelsUsed(labelBudget(await classifier.consumed())),
        metrics: options.metrics,
        draws: options.bootstrap,
        random: context.random('bootstrap'),
        slices: options.slices ?? [],
      });
      const output = context.output();
      await output.write('report.json', JSON.stringify(report, null, 2) + '\n');
      const predictions = { source: rows.source, texts: texts(rows), ...measurement };
      await output.write('predictions.parquet', await predictionsFile(predictions));
    } finally {
      await classifier.dispose();
    }
  },

  judge: ({ require }, report) =>
    require === undefined || report.type !== 'evaluation' ? undefined : judgeEvaluation(require, report),
});

/** The rows' labels as numbers of the classifier. */
function truthOf({ labels }: Classifier, rows: Dataset): Int32Array {
  const own = labelIndices(rows);
  const numbers = rows.labels.map((label) => labels.indexOf(label));
  const unknown = rows.labels.filter((_, i) => numbers[i] === -1 && own.includes(i));
  if (unknown.length > 0) throw stepFailure(unknownLabels(unknown, labels), 'on');
  return own.map((label) => numbers[label] ?? 0);
}

function unknownLabels(unknown: readonly string[], known: readonly string[]) {
  const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  return {
    code: 'unknown-label',
    message: `the rows have the label${unknown.length > 1 ? 's' : ''} ${quoted(unknown)}, which the model has never seen`,
    hint: `the model knows ${quoted(known)}; give both the same \`label_names\`, or train on rows of every label`,
  } as const;
}

/** A requirement is judged from the report, so the report has to have its figures. */
function operandProblem(
  { left, right, at }: Requirement,
  { metrics, bootstrap }: { readonly metrics: readonly string[]; readonly bootstrap: number },
): string | undefined {
  const sides = [left, right].filter((side) => typeof side !== 'number');
  for (const { of, metric } of sides) {
    if (of !== undefined && of !== 'majority' && of !== 'frozen_probe')
      return `\`${of}\` is not part of this report: its own metrics have no prefix, and the baselines are \`majority\` and \`frozen_probe\``;
    if (!metrics.includes(metric)) return `\`${metric}\` is not measured here: add it to \`metrics\``;
  }
  if (at === undefined) return undefined;
  const own = sides.filter(({ of }) => of === undefined).length;
  if (own === 2) return 'two metrics of one report have no interval between them, so `at` cannot be judged';
  if (own === 0) return 'the baselines have no interval, so `at` cannot be judged';
  if (bootstrap === 0)
    return '`bootstrap: 0` makes no intervals, so `at` cannot be judged: leave one of them out';
  return undefined;
}
