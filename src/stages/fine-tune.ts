// `fine-tune`: a dataset and an encoder in, a classifier out. The encoder stays as it is; a head is fitted on its vectors.
import type { Head } from '../learning/heads/head.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { saveClassifier } from './classifier.ts';
import { uniteConsumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import {
  fitHead,
  idleArguments,
  methodOption,
  methodText,
  takesClassWeights,
  takesMixedRows,
  type Method,
} from './fine-tune-method.ts';
import { fitValidated, validationNote, type ValidationRecord } from './fine-tune-selection.ts';
import {
  checkValidation,
  earlyStoppingOption,
  patienceOf,
  readValidation,
  validationRows,
  type EarlyStoppingValue,
} from './fine-tune-validation.ts';
import { fits, rowsOf, textsToEncode } from './cost.ts';
import { checkSeveral, fineTuneSeveral } from './fine-tune-several.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { needsMaskedModel, openEncoder, type SourcedEncoder } from './model-source.ts';
import { int, word } from './option.ts';
import { needsNoRows, staticPrompt } from './prompted.ts';
import { idlePrompt, learnable, promptProblem, withLabelTexts } from './prompted-training.ts';
import { calibratedStart, startOfWords, wordsProblem } from './prompted-words.ts';
import { checkSamePrompt, rowEncoder, type EncodeRows } from './row-encoder.ts';
import { thresholdOption } from './several-labels-head.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows, mixedColumns, trainingRows } from './training-rows.ts';

export const fineTune = defineStage({
  name: 'fine-tune',
  version: 4,
  doc:
    'Makes a classifier from a few labelled texts. The encoder turns each text into a vector and stays as it is; ' +
    'what is learnt is a small head on these vectors, so a fit takes seconds and a few rows a label are enough.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  train: 8 per label  test: rest }

fine-tune classifier {
  model:  "builtin:ngrams"
  from:   parts.train
  method: head(kind: logistic, c: 1)
}`,
  options: {
    method: methodOption,
    class_weights: word(
      {
        none: 'every row counts the same',
        balanced: 'every label counts the same, however many rows it has',
      },
      { default: 'none', doc: 'How much each row counts while fitting.' },
    ),
    max_length: int({
      min: 4,
      max: 8192,
      doc:
        'Tokens of a text that the encoder reads; the rest is cut off. Without it: what the model folder says. ' +
        'Changes nothing for `builtin:ngrams`, which reads whole texts.',
    }),
    early_stopping: earlyStoppingOption,
    threshold: thresholdOption,
  },
  inputs: {
    model: input.required('model', {
      capability: 'encoder',
      use: 'apply',
      doc: 'The encoder: `"builtin:ngrams"`, a model folder, or a stage. Of a classifier its encoder is taken.',
    }),
    from: input.required('dataset', { use: 'fit', doc: 'The labelled rows to learn from.' }),
    validation: input.optional('dataset', {
      use: 'select',
      doc:
        'Labelled rows that are not learnt from: `early_stopping` and `c: auto` choose by the loss on them, the mean ' +
        'negative log probability of the true label. Without either the loss and the accuracy on them are only told. ' +
        'Their labels count in the label budget, and a report measured on them is marked optimistic.',
    }),
  },
  outputs: { '': { type: 'model', doc: 'The classifier.' } },
  randomness: () => false,

  check(context) {
    const { options, inputs, report } = context;
    const dataset = inputs.dataset('from');
    const several = dataset?.multi_label === true;
    if (!several) checkValidation(options, context);
    const prompt = dataset?.prompt;
    const byPrompt = dataset?.labelled === false && needsNoRows(prompt);
    if (dataset?.labelled === false && !byPrompt)
      report('from', {
        code: 'needs-labels',
        message: '`fine-tune` learns from labels, and these rows have none',
        hint:
          dataset.partition === 'unlabelled'
            ? 'use a labelled part, such as `.train`'
            : 'name the label column in `load`: `label: "…"`',
      });
    if (several) checkSeveral(options, context);
    else if (dataset?.multi_label === false && context.given('threshold')) report('threshold', thresholdIdle);
    const labels = byPrompt
      ? prompt?.words?.map(([name]) => ({ name, rows: undefined }))
      : dataset?.labelled === true && !several
        ? dataset.labels
        : undefined;
    if (labels !== undefined && labels.length < 2)
      report('from', tooFewLabels(labels.map(({ name }) => name)));
    const missing = labels?.filter(({ rows }) => rows === 0).map(({ name }) => name) ?? [];
    if (missing.length > 0 && prompt?.label_texts !== true) report('from', labelsWithoutRows(missing));
    if (dataset !== undefined)
      for (const problem of [
        promptProblem(options.method, prompt, dataset.labelled),
        idlePrompt(options.method, prompt),
      ])
        if (problem !== undefined) report('method', problem);
    const model = inputs.model('model');
    if (prompt?.mask === true && model?.masked === false) report('model', needsMaskedModel);
    const words = options.method.name === 'cloze' && prompt?.mask === true ? prompt.words : undefined;
    const split = wordsProblem(words ?? [], (word) => model?.word?.(word));
    if (split !== undefined) report('from', split);
    for (const { argument, for: kind } of idleArguments(options.method))
      report('method', {
        code: 'option-without-effect',
        severity: 'warning',
        message: `\`${argument}\` changes nothing here: it belongs to \`head(kind: ${kind})\``,
        hint: `remove \`${argument}\``,
      });
    if (options.class_weights === 'balanced' && !takesClassWeights(options.method))
      report('class_weights', {
        code: 'option-without-effect',
        message: `\`class_weights: balanced\` has no meaning for \`${methodText(options.method)}\``,
        hint: 'remove it, or use `head(kind: logistic)` or `head(kind: ridge)`',
      });
    if (dataset?.columns?.includes(mixedColumns.text) === true && !takesMixedRows(options.method))
      report('method', mixedRowsRefused(options.method));
    const known = several ? dataset.labels : labels;
    return {
      '': {
        type: 'model',
        capability: 'classifier',
        labels: known?.map(({ name }) => name),
        multi_label: dataset?.multi_label,
      },
    };
  },

  cost: ({ inputs }) => [
    { count: rowsOf(inputs, 'from', 'validation'), unit: textsToEncode },
    { count: 1, unit: fits },
  ],

  async run(context) {
    const { options, inputs, signal } = context;
    const given = await readDataset(inputs.from);
    if (given.multiLabel) return fineTuneSeveral(context, given);
    const dataset = learnable(given);
    checkRows(dataset, options.method);
    if (hasMixedRows(dataset) && !takesMixedRows(options.method))
      throw stepFailure(mixedRowsRefused(options.method), 'method');
    const validation = inputs.validation && (await readValidation(inputs.validation, dataset, context.note));
    if (validation !== undefined) checkSamePrompt(validation, dataset.prompt, 'validation');
    const encoder = await openEncoder(inputs.model, context, { maxLength: options.max_length });
    const rows = { training: dataset, validation };
    const { head, record } = await fitRows(rows, encoder, options, signal).finally(encoder.dispose);
    if (head.settings['converged'] === 0)
      context.note('the logistic regression had not settled after its last iteration; a smaller `c` helps');
    if (record !== undefined) context.note(validationNote(record));
    const consumed = [
      await readConsumed(inputs.model),
      await consumedRows(dataset, 'fitted'),
      ...(validation === undefined ? [] : [await consumedRows(validation, 'selected')]),
    ];
    await saveClassifier(context.output(), {
      labels: dataset.labels,
      method: options.method,
      classWeights: options.class_weights,
      maxLength: options.max_length,
      head,
      encoder: encoder.files,
      support: dataset,
      consumed: uniteConsumed(...consumed),
      validation: record,
      prompt: dataset.prompt,
    });
  },
});

interface FitOptions {
  readonly method: Method;
  readonly class_weights: 'none' | 'balanced';
  readonly early_stopping: EarlyStoppingValue;
}

async function fitRows(
  { training, validation }: { readonly training: Dataset; readonly validation: Dataset | undefined },
  encoder: SourcedEncoder,
  { method, class_weights: classWeights, early_stopping }: FitOptions,
  signal: AbortSignal,
): Promise<{ readonly head: Head; readonly record?: ValidationRecord }> {
  const { prompt } = training;
  const encodeRows = rowEncoder(encoder, prompt, async () => training);
  const start = await startHead(method, training, encoder, encodeRows);
  const own = await trainingRows(training, encodeRows);
  const rows = await withLabelTexts(own, prompt, training.labels, encoder.encode);
  const labels = training.labels.length;
  if (validation === undefined)
    return {
      head: await fitHead(rows.vectors, rows.targets, labels, method, { classWeights, signal, start }),
    };
  const held = await validationRows(validation, training.labels, encodeRows);
  const settings = { classWeights, signal, start, patience: patienceOf(early_stopping) };
  return fitValidated(rows, labels, method, settings, held);
}

/** For `cloze`: the scores of the labels' words. */
async function startHead(
  method: Method,
  training: Dataset,
  encoder: SourcedEncoder,
  encode: EncodeRows,
): Promise<Head | undefined> {
  const { prompt, labels } = training;
  if (method.name !== 'cloze' || prompt === undefined) return undefined;
  const start = await startOfWords(prompt, labels, encoder);
  return prompt.calibrate ? calibratedStart(start, training, encode) : start;
}

/** What only the rows show: a text and one label each, at least two labels, and each with rows or something in their place. */
function checkRows(dataset: Dataset, method: Method): void {
  const prompt = dataset.prompt && staticPrompt(dataset.prompt);
  const withoutRows = dataset.rows === 0 && needsNoRows(prompt);
  if (!withoutRows)
    checkLabelledTexts(dataset, { stage: 'fine-tune', does: 'learns from labels', at: 'from' });
  const unfit = promptProblem(method, prompt, !withoutRows);
  if (unfit !== undefined) throw stepFailure(unfit, 'method');
  if (dataset.labels.length < 2) throw stepFailure(tooFewLabels(dataset.labels), 'from');
  if (withoutRows || prompt?.label_texts === true) return;
  const present = new Set(labelIndices(dataset));
  const missing = dataset.labels.filter((_, i) => !present.has(i));
  if (missing.length > 0) throw stepFailure(labelsWithoutRows(missing), 'from');
}

const thresholdIdle = {
  code: 'option-without-effect',
  severity: 'warning',
  message: '`threshold` changes nothing here: of one label a row the most probable one is given',
  hint: 'remove it; `abstain` of `evaluate` and `predict` leaves rows without a label',
} as const;

function tooFewLabels(labels: readonly string[]) {
  return {
    code: 'too-few-labels',
    message:
      labels.length === 0
        ? 'a classifier needs at least two labels, and these rows have none'
        : `a classifier needs at least two labels, and all rows have \`${labels[0]}\``,
    hint: 'check the `label:` of `load`, or bring rows of another label',
  } as const;
}

function mixedRowsRefused(method: Method) {
  return {
    code: 'not-supported',
    message: `the rows were mixed by \`mixup\`, and \`${methodText(method)}\` takes one label a row`,
    hint: 'use another method, or leave `mixup` out of `augment`',
  } as const;
}

function labelsWithoutRows(missing: readonly string[]) {
  const names = missing.map((name) => `\`${name}\``).join(', ');
  return {
    code: 'labels-without-rows',
    message: `no training row has the label${missing.length > 1 ? 's' : ''} ${names}`,
    hint: 'draw by label (`train: 8 per label`), bring rows of it, or leave it out with `where:` in `load`',
  } as const;
}
