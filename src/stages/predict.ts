// `predict`: a classifier and texts in, the same rows with labels out.
import { checkCalibration, readCalibrationRows } from './calibration.ts';
import { rowsOf, textsIn, textsToEncode } from './cost.ts';
import { freeName, withColumn, type Column, type Dataset, type Value } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { sightProblem } from './image-source.ts';
import { readDescription } from './classifier.ts';
import { checkTexts } from './labelled-texts.ts';
import { idleOfOneClass } from './one-class-problems.ts';
import { either, float, int, outputPath, share } from './option.ts';
import { pairProblem } from './pairs.ts';
import { predictTexts, type PredictSettings, type TextPrediction } from './predict-texts.ts';
import { exportedRows, rowsFileProblem, writeRows } from './rows-file.ts';
import { severalRefusals } from './several-refusals.ts';
import { defineStage, input } from './stage.ts';

const csvName = 'predictions.csv';

export const predict = defineStage({
  name: 'predict',
  version: 3,
  doc:
    'Gives each row the label that a classifier thinks most probable. The rows keep their columns and get `predicted` and ' +
    '`probability`; with `top` also the runners-up, and with `neighbours` the training rows that are most alike, which ' +
    'is the best explanation of a label there is. With `abstain` a row about which the classifier is too little sure gets ' +
    'no label. A model of normal rows alone (`one_class`) gives each row `predicted`, `score`, its distance from the normal rows, and `threshold`, ' +
    'beyond which a row is none of them. A model of rows with several labels gives each row all labels from its `threshold` on: `predicted` and ' +
    '`probability` are lists then, most probable first, and empty where no label is probable enough.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
load inbox   { from: "inbox.csv"  text: "message" }
split parts { from: reviews  train: 8 per label }
fine-tune classifier { model: "builtin:ngrams"  from: parts.train }

predict labelled {
  model:      classifier
  from:       inbox
  neighbours: 3
  to:         "labelled.csv"
}`,
  options: {
    to: outputPath({
      doc: 'A file for the result, `.csv` or `.parquet`, relative to the program. It is written again where it is missing.',
    }),
    top: int({
      min: 1,
      max: 1000,
      default: 1,
      doc:
        'How many labels are given, most probable first: `predicted_2` and `probability_2` are the second. Of a model of rows ' +
        'with several labels those are the second most probable label, whether or not it is given.',
    }),
    neighbours: int({
      min: 0,
      max: 100,
      default: 0,
      doc:
        'How many of the nearest training rows are given: `neighbour_1` is the text, `neighbour_1_label` its label, ' +
        '`neighbour_1_similarity` the cosine of the two vectors.',
    }),
    abstain: either(share({ doc: '' }), float({ min: 0, max: 1, doc: '' }), {
      doc:
        'The least probability of a label that is given. Rows whose most probable label has less have no label: their ' +
        '`predicted` (and `predicted_2` …) is empty, `abstained` is true, and the probabilities stay.',
    }),
  },
  inputs: {
    model: input.required('model', { capability: 'classifier', use: 'apply', doc: 'The classifier.' }),
    from: input.required('dataset', {
      images: true,
      use: 'apply',
      doc: 'The rows to label. They need texts, but no labels.',
    }),
    calibrate_on: input.optional('dataset', {
      images: true,
      use: 'select',
      doc:
        'Labelled rows to calibrate the probabilities on, as `evaluate` does: give both the same, so that a probability ' +
        'means here what was measured there.',
    }),
  },
  outputs: { '': { type: 'dataset', doc: 'The rows with their predicted labels.' } },
  randomness: () => false,
  exports: ({ to }) => exportedRows('', csvName, to),

  check(context) {
    const { options, inputs, report } = context;
    const problem = rowsFileProblem('predict', options.to);
    if (problem !== undefined) report('to', problem);
    const model = inputs.model('model');
    if (model?.one_class === true) {
      for (const option of ['top', 'abstain', 'calibrate_on'])
        if (context.given(option)) report(option, idleOfOneClass(option));
    } else if (model?.multi_label === true) {
      if (options.abstain !== undefined) report('abstain', severalRefusals.abstain);
      if (context.given('calibrate_on')) report('calibrate_on', severalRefusals.calibrate_on);
    } else checkCalibration('predict', inputs.dataset('calibrate_on'), model, report);
    const from = inputs.dataset('from');
    const sight = sightProblem(from, model);
    if (sight !== undefined) report('from', sight);
    const unpaired = pairProblem(from, model);
    if (unpaired !== undefined) report('from', unpaired);
    const known = { ...options, oneClass: model?.one_class === true };
    const added = addedNames(known, from?.columns ?? []);
    return {
      '': {
        type: 'dataset',
        columns: from?.columns && [...from.columns, ...added],
        rows: from?.rows,
        labelled: from?.labelled ?? false,
        ...(from?.label_column !== undefined && { label_column: from.label_column }),
        multi_label: from?.multi_label,
        labels: from?.labels,
        partition: from?.partition,
        images: from?.images,
        pairs: from?.pairs,
        ...(from?.prompt !== undefined && { prompt: from.prompt }),
      },
    };
  },

  cost: ({ inputs }) => [
    {
      count: textsIn(rowsOf(inputs, 'from', 'calibrate_on'), inputs.model('model')?.apart),
      unit: textsToEncode,
    },
  ],

  async run(context) {
    const { options, inputs } = context;
    const dataset = await readDataset(inputs.from);
    checkTexts(dataset, { stage: 'predict', at: 'from' });
    const calibrateOn = inputs.calibrate_on && (await readCalibrationRows('predict', inputs.calibrate_on));
    const settings = { ...options, calibrateOn };
    const predictions = await predictTexts(inputs.model, dataset, settings, context);
    const silent = predictions.filter(({ abstained }) => abstained).length;
    if (silent > 0) context.note(`${silent} of ${dataset.rows} rows have no label: none was probable enough`);
    const oneClass = (await readDescription(inputs.model))?.one_class !== undefined;
    await writeRows(
      context.output(),
      csvName,
      withPredictions(dataset, predictions, { ...options, oneClass }),
    );
  },
});

/** `oneClass`: of a model that knows normal rows alone. */
type Shown = PredictSettings & { readonly oneClass: boolean };

/** The rows with one value a prediction of each added column, in the order of `addedNames`. */
export function withPredictions(
  dataset: Dataset,
  predictions: readonly TextPrediction[],
  settings: Shown,
): Dataset {
  const names = addedNames(settings, [...dataset.columns.keys()]);
  const values = predictions.map((prediction) => addedValues(prediction, settings));
  return names.reduce((rows, name, i) => {
    const column: Column = values.map((row) => row[i] ?? null);
    return withColumn(rows, name, column);
  }, dataset);
}

function addedNames(
  { top, neighbours, abstain, oneClass }: Shown,
  taken: readonly string[],
): readonly string[] {
  const labels = Array.from({ length: top }, (_, i) => (i === 0 ? '' : `_${i + 1}`));
  const rows = Array.from({ length: neighbours }, (_, i) => `neighbour_${i + 1}`);
  const names = [
    ...(oneClass
      ? ['predicted', 'score', 'threshold']
      : labels.flatMap((suffix) => [`predicted${suffix}`, `probability${suffix}`])),
    ...(abstain === undefined ? [] : ['abstained']),
    ...rows.flatMap((name) => [name, `${name}_label`, `${name}_similarity`]),
  ];
  return names.map((name) => freeName(name, taken));
}

function addedValues(
  { top, neighbours, abstained, given, label, unlike }: TextPrediction,
  settings: Shown,
): readonly Value[] {
  const labels = Array.from({ length: settings.top }, (_, i) => top[i]);
  const rows = Array.from({ length: settings.neighbours }, (_, i) => neighbours[i]);
  const near = rows.flatMap((one) => [one?.text ?? null, one?.label ?? null, one?.similarity ?? null]);
  if (unlike !== undefined) return [label, unlike.distance, unlike.threshold, ...near];
  const [, ...further] = labels;
  const first: readonly Value[] =
    given === undefined ? [] : [given.map(({ label }) => label), given.map(({ probability }) => probability)];
  return [
    ...first,
    ...(given === undefined ? labels : further).flatMap((scored) => [
      abstained ? null : (scored?.label ?? null),
      scored?.probability ?? null,
    ]),
    ...(settings.abstain === undefined ? [] : [abstained]),
    ...near,
  ];
}
