// `evaluate`: a classifier and labelled rows in, a report out. The only stage that may read a test part.
import type { MetricName } from '../learning/metrics/metrics.ts';
import { answeredRows } from './abstention.ts';
import { calibrate, readCalibrationRows } from './calibration.ts';
import { loadClassifier, readDescription } from './classifier.ts';
import { labelNumbers } from './classifier-labels.ts';
import { labelBudget, uniteConsumed } from './consumed.ts';
import { consumedRows } from './consumed-rows.ts';
import { select, type Dataset } from './dataset.ts';
import { unreadTextsChecks } from './unread-texts.ts';
import { readDataset } from './dataset-file.ts';
import { episodeOptions, episodesOf, episodeWords } from './episode-options.ts';
import { checkEpisodes, episodeMetrics, methodWithoutEpisodes } from './episodes-check.ts';
import { checkAnomalies, evaluateAnomalies } from './evaluate-anomalies.ts';
import { evaluateEpisodes } from './evaluate-episodes.ts';
import { checkEvaluation, reportMetrics, severalLabelsKnown } from './evaluate-known.ts';
import { evaluateSeveral } from './evaluate-several.ts';
import { rowsOf, textsIn, textsToEncode } from './cost.ts';
import { resolveOverlap } from './evaluate-overlap.ts';
import { evaluationReport } from './evaluation.ts';
import { probedRows, probeOf, withProbe } from './frozen-probe.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { metricKindProblem, mixedKinds } from './label-kind.ts';
import { measured, type Measurement } from './measurement.ts';
import { writeMissed, type Missed } from './missed-pictures.ts';
import { anyMetricWords, reportNames, usualMetrics, usualMultiLabelMetrics } from './metric-words.ts';
import { column, either, float, int, list, requirement, share, string, word } from './option.ts';
import { cutByScope, type Scoped } from './out-of-scope.ts';
import { noneInside, outOfScopeProblem } from './out-of-scope-problems.ts';
import { predictionsFile } from './predictions-file.ts';
import { judgeEvaluation } from './requirement.ts';
import { checkAsFitted } from './row-encoder.ts';
import { sharedTextsCheck } from './shared-texts.ts';
import { shownRows } from './shown-rows.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 12,
  doc:
    'Measures a classifier on labelled rows. Beside the metrics with their intervals the report has precision, recall ' +
    'and F1 of each label, the confusion of labels, what two models anyone gets for free reach on the same rows (always ' +
    'the most frequent label; logistic regression on the frozen encoder), how many labelled examples the model ' +
    'consumed, and what to be wary of. The prediction for each row is kept in `predictions.parquet`, and of pictures some that were missed: `fslrun show FILE STAGE --format html` makes a page of them. Rows with several labels are ' +
    'measured label by label: then there is no confusion, `accuracy` is the share of rows that were given exactly their ' +
    'labels, and the free models are the labels that more than half of the rows have, and a linear support vector machine a ' +
    'label on the frozen encoder. With `episodes` an encoder is measured by how well it learns new classes from a few rows: then the free ' +
    'figures are chance and, of pictures, the nearest one by its pixels, and what was said is kept in `episodes.parquet`. A model of normal rows alone ' +
    '(`one_class`) is measured by how well it tells rows of any other label from them, beside chance and the same method on counts of n-grams or on pixels.',
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
    metrics: list(word(anyMetricWords, { doc: 'A metric.' }), {
      min: 1,
      distinct: true,
      doc:
        `What is measured. Without it: ${usualMetrics.join(', ')}; of rows with several labels ` +
        `${usualMultiLabelMetrics.join(', ')}. Metrics that have no meaning for the rows are refused.`,
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
    probe_rows: int({
      min: 1,
      max: 1_000_000_000,
      default: 1000,
      doc:
        'The most rows that `frozen_probe` is measured on where the encoder was trained, as they have to be read by the encoder from ' +
        'before too. Of more rows as many are drawn at random, always the same; the report says so, and has the figures of the model on them as well ' +
        '(`probed`), which is what a requirement compares. With `out_of_scope` all rows are read.',
    }),
    overlap: word(
      {
        refuse: 'the step fails, and says how many rows and which',
        drop: 'such rows are left out, and the report says how many',
        keep: 'they are measured on, and the report says how many and why: it takes `allow: leakage("why")`',
      },
      {
        default: 'refuse',
        doc:
          'What happens to rows whose text, without regard to white space and case, is among those the model was fitted ' +
          'on, or a model it was made from: measured on what it has seen, a model looks better than it is. Rows it was ' +
          'only selected with (validation, a search, calibration) stay, and the report is marked optimistic.',
      },
    ),
    abstain: either(share({ doc: '' }), float({ min: 0, max: 1, doc: '' }), {
      doc:
        'The least probability of a label that is given: rows whose most probable label has less go without an answer. ' +
        'The report then has `coverage`, the share of rows that were answered, and `selective_accuracy`, the share of ' +
        'those that were answered rightly; every other figure is of all rows, as if each had been answered, so that ' +
        'models that abstain and models that do not can be compared.',
    }),
    out_of_scope: string({
      doc:
        'The label, in these rows, of texts that belong to no label of the model: small talk, questions that the answers do ' +
        'not cover. The report has `oos_auroc`: whether the model is less sure of such rows. With `abstain` also ' +
        '`oos_recall` and `oos_precision`, of taking rows without an answer for such rows, and `open_accuracy`, the share of ' +
        'all rows that were treated rightly. Every other figure is of the other rows.',
    }),
    slices: list(column({ doc: 'A column of the data.' }), {
      distinct: true,
      doc: 'Columns by whose values the metrics are given separately as well.',
    }),
    ...episodeOptions,
    require: requirement({
      metrics: reportNames,
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
      encoderWith: episodeWords,
      use: 'apply',
      doc: 'The classifier to measure; with `episodes` an encoder.',
    }),
    on: input.required('dataset', { images: true, use: 'measure', doc: 'The labelled rows to measure on.' }),
    calibrate_on: input.optional('dataset', {
      images: true,
      use: 'select',
      doc:
        'Labelled rows to calibrate the probabilities on, such as the validation part: all of them are raised to one ' +
        'power, the inverse of the temperature, which is chosen for the lowest `nll` on these rows (Guo et al. 2017) and, ' +
        'where they are few, for being near 1. No label changes. The report has the temperature, and `ece` and `nll` ' +
        'before and after; the labels of these ' +
        'rows count in the label budget. The baseline `frozen_probe` is calibrated on the same rows.',
    }),
  },
  outputs: { '': { type: 'report', doc: 'The report, and the predictions it is made from.' } },
  randomness: (options) => options.bootstrap > 0 || episodesOf(options) !== undefined,

  check(context) {
    const episodes = episodesOf(context.options);
    if (episodes !== undefined) {
      checkEpisodes(episodes, context.options, context);
      return { '': { type: 'report', about: 'evaluation', metrics: episodeMetrics } };
    }
    if (context.given('method')) context.report('method', methodWithoutEpisodes);
    if (context.inputs.model('model')?.one_class === true) {
      const metrics = checkAnomalies(context.options, context);
      return { '': { type: 'report', about: 'evaluation', metrics, multi_label: false } };
    }
    const several = severalLabelsKnown(context.inputs);
    checkEvaluation(context.options, several, context);
    const metrics = reportMetrics(context.options, several);
    return { '': { type: 'report', about: 'evaluation', metrics, multi_label: several } };
  },

  cost: ({ inputs }) => [
    {
      count: textsIn(rowsOf(inputs, 'on', 'calibrate_on'), inputs.model('model')?.apart),
      unit: textsToEncode,
    },
  ],

  async run(context) {
    const { options, inputs } = context;
    const given = await readDataset(inputs.on);
    const episodes = episodesOf(options);
    if (episodes !== undefined) return evaluateEpisodes(episodes, context, given);
    const record = (await readDescription(inputs.model))?.one_class;
    if (record !== undefined) return evaluateAnomalies(context, record, given);
    if (given.multiLabel) return evaluateSeveral(context, given);
    checkMeasured(given);
    const metrics = options.metrics ?? usualMetrics;
    const wrong = metricKindProblem(metrics, false);
    if (wrong !== undefined) throw stepFailure(wrong, 'metrics');
    const calibrating = inputs.calibrate_on && (await readCalibrationRows('evaluate', inputs.calibrate_on));
    const classifier = await loadClassifier(inputs.model, context);
    try {
      if (classifier.description.threshold !== undefined) throw stepFailure(mixedKinds(false), 'model');
      checkAsFitted(given, classifier.description, 'on');
      const [support, own] = await Promise.all([classifier.support(), classifier.consumed()]);
      const consumed =
        calibrating === undefined ? own : uniteConsumed(own, await consumedRows(calibrating, 'selected'));
      const { rows: measuredRows, checks } = await resolveOverlap(given, consumed, options.overlap);
      const scoped = scopeOf(measuredRows, options.out_of_scope, classifier.labels);
      const { inside: rows } = scoped;
      const truth = labelNumbers(rows, classifier.labels, 'on');
      const probe = probeOf(classifier, support, context.signal);
      const most = options.out_of_scope === undefined ? options.probe_rows : Infinity;
      const some = probedRows(classifier, probe, { rows: rows.rows, most });
      const ask = withProbe(classifier, probe);
      const progress = (done: number, total: number): void => context.progress({ done, total, unit: 'rows' });
      const plain = await ask(rows, progress, some);
      const truths = [truth, some === undefined ? truth : Int32Array.from(some, (row) => truth[row] ?? 0)];
      const said = await Promise.all(
        plain.map((values, i) => measured(classifier.labels, truths[i] ?? truth, values)),
      );
      const beyond = scoped.outside.rows === 0 ? [] : await ask(scoped.outside, () => undefined);
      const calibrated = calibrating && (await calibrate(classifier, ask, said, calibrating, own));
      const [measurement, probed] = calibrated?.measurements ?? said;
      const [outside = new Float64Array(), probeOutside] = await Promise.all(
        beyond.map((values, i) =>
          calibratedAt(values, classifier.labels.length, calibrated?.temperatures[i]),
        ),
      );
      const report = await evaluationReport({
        rows,
        support,
        measurement,
        probe: probe.state === 'fitted' ? probed : probe.state,
        probed: some,
        checks: [
          ...checks,
          ...(await sharedTextsCheck(rows, support)),
          ...(classifier.description.prompt === undefined
            ? await unreadTextsChecks(classifier, rows, classifier.description.pairs)
            : []),
          ...(calibrated?.checks ?? []),
        ],
        budget: labelBudget(consumed),
        calibration: calibrated?.calibration,
        scope:
          options.out_of_scope === undefined
            ? undefined
            : { label: options.out_of_scope, rows: scoped, outside, probe: probeOutside },
        metrics: metrics as readonly MetricName[], // `metricKindProblem` has said so
        draws: options.bootstrap,
        random: context.random('bootstrap'),
        abstain: options.abstain,
        slices: options.slices ?? [],
      });
      const output = context.output();
      await output.write('report.json', JSON.stringify(report, null, 2) + '\n');
      const whole = await withOutside(measurement, outside);
      const answered =
        options.abstain === undefined
          ? undefined
          : answeredRows(whole.probabilities, classifier.labels.length, options.abstain);
      const abstained = answered?.map((yes) => !yes);
      const { source } = scoped.all;
      const predictions = {
        source,
        texts: shownRows(scoped.all),
        ...whole,
        abstained,
        outside: options.out_of_scope,
      };
      await output.write('predictions.parquet', await predictionsFile(predictions));
      await writeMissed(output, rows, missedOf(measurement));
    } finally {
      await classifier.dispose();
    }
  },

  judge: ({ require }, report) =>
    require === undefined || report.type !== 'evaluation' ? undefined : judgeEvaluation(require, report),
});

/** The rows that got another label than their own. */
function missedOf({ labels, truth, predicted, probabilities }: Measurement): readonly Missed[] {
  return [...truth.keys()].flatMap((row) => {
    const [own, given] = [truth[row] ?? 0, predicted[row] ?? 0];
    const surety = probabilities[row * labels.length + given] ?? 0;
    if (own === given) return [];
    return [{ row, label: labels[own] ?? '', predicted: labels[given] ?? '', surety, score: surety }];
  });
}

/** The rows by scope. Throws `Failure` where none is within it, or the model has learnt the label of those that are not. */
function scopeOf(rows: Dataset, label: string | undefined, known: readonly string[]): Scoped {
  if (label === undefined) return { inside: rows, outside: select(rows, []), all: rows };
  const problem = outOfScopeProblem(label, rows.labels, known);
  if (problem !== undefined) throw stepFailure(problem, 'out_of_scope');
  const scoped = cutByScope(rows, label);
  if (scoped.inside.rows === 0) throw stepFailure(noneInside(label), 'out_of_scope');
  return scoped;
}

async function calibratedAt(
  probabilities: Float64Array,
  labels: number,
  temperature: number | undefined,
): Promise<Float64Array> {
  if (temperature === undefined) return probabilities;
  const { atTemperature } = await import('../learning/temperature.ts');
  return atTemperature(probabilities, labels, temperature);
}

/** With the rows that belong to no label behind: their true label is -1. */
async function withOutside(measurement: Measurement, outside: Float64Array): Promise<Measurement> {
  const { labels, truth, predicted, probabilities } = measurement;
  const rows = outside.length / labels.length;
  const others = await measured(labels, new Int32Array(rows).fill(-1), outside);
  return {
    labels,
    truth: Int32Array.from([...truth, ...others.truth]),
    predicted: Int32Array.from([...predicted, ...others.predicted]),
    probabilities: Float64Array.from([...probabilities, ...others.probabilities]),
  };
}

/** What only the rows show: a text and one label each, and none of them mixed. */
function checkMeasured(rows: Dataset): void {
  checkLabelledTexts(rows, { stage: 'evaluate', does: 'compares with labels', at: 'on' });
  if (hasMixedRows(rows))
    throw stepFailure(
      {
        code: 'not-supported',
        message: 'the rows were mixed by `mixup`: they are made to learn from, not to measure on',
        hint: 'measure on rows that were not augmented',
      },
      'on',
    );
}
