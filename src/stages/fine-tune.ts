// `fine-tune`: a dataset and an encoder in, a classifier out. What is fitted, the encoder or a head on its vectors, is the method's affair.
import { readDataset } from './dataset-file.ts';
import { baseOf, saveClassifier } from './classifier.ts';
import { uniteConsumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import {
  idleArguments,
  methodOption,
  methodText,
  takesClassWeights,
  takesMixedRows,
  trainsEncoder,
} from './fine-tune-method.ts';
import { fitModel } from './fine-tune-fit.ts';
import { precisionOption } from './precision.ts';
import {
  checkRows,
  labelsWithoutRows,
  mixedRowsRefused,
  thresholdIdle,
  tooFewLabels,
} from './fine-tune-problems.ts';
import { validationNote } from './fine-tune-selection.ts';
import { checkValidation, earlyStoppingOption, patienceOf, readValidation } from './fine-tune-validation.ts';
import { fits, rowsOf, textsIn, textsToEncode, textsToTrain } from './cost.ts';
import { checkOneClass, fineTuneOneClass } from './fine-tune-one-class.ts';
import { checkSeveral, fineTuneSeveral } from './fine-tune-several.ts';
import { sightProblem } from './image-source.ts';
import { needsMaskedModel } from './model-source.ts';
import { factsOf, settledMethod, kindOf, templatesFor } from './fine-tune-recipe.ts';
import { knownRows } from './known-rows.ts';
import { labelTemplateFinding, labelTemplateOption } from './label-texts.ts';
import { knownClasses } from './learnt-classes.ts';
import { int, word } from './option.ts';
import {
  checkSamePairs,
  pairFindings,
  pairProblem,
  pairReadingOf,
  pairsOption,
  readsApart,
} from './pairs.ts';
import { needsNoRows } from './prompted.ts';
import { idlePrompt, learnable, promptProblem } from './prompted-training.ts';
import { wordsProblem } from './prompted-words.ts';
import { checkAsFitted } from './row-encoder.ts';
import { thresholdOption } from './several-labels-head.ts';
import { textsAnew } from './several-unseen.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { textsOfTraining, trainingOptions } from './trained-methods.ts';
import { checkTraining } from './training-check.ts';
import { hasMixedRows, mixedColumns } from './training-rows.ts';
import { readUnlabelled, unlabelledNote, unlabelledProblem } from './unlabelled-rows.ts';

export const fineTune = defineStage({
  name: 'fine-tune',
  version: 15,
  doc:
    'Makes a classifier from a few labelled texts. The encoder turns each text into a vector, on which a small head is fitted. It stays ' +
    'as it is, so that a fit takes seconds and a few rows a label are enough; or it is trained too (`contrastive`, `full`, `lora`, ' +
    '`bitfit`), which takes minutes and mostly gives a better classifier. A trained encoder is part of the model. From normal rows alone ' +
    '`one_class` makes a model that says how unlike them a row is.',
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
    label_template: labelTemplateOption,
    threshold: thresholdOption,
    pairs: pairsOption,
    ...trainingOptions,
    precision: precisionOption,
  },
  inputs: {
    model: input.required('model', {
      capability: 'encoder',
      use: 'apply',
      doc: 'The encoder: `"builtin:ngrams"`, a model folder, or a stage. Of a classifier its encoder is taken.',
    }),
    from: input.required('dataset', { images: true, use: 'fit', doc: 'The labelled rows to learn from.' }),
    validation: input.optional('dataset', {
      images: true,
      use: 'select',
      doc:
        'Labelled rows that are not learnt from: `early_stopping` and `c: auto` choose by the loss on them, the mean ' +
        'negative log probability of the true label. Without either the loss and the accuracy on them are only told. ' +
        'Their labels count in the label budget, and a report measured on them is marked optimistic.',
    }),
    unlabelled: input.optional('dataset', {
      use: 'fit',
      doc:
        'Rows without labels, for self-training: the classifier labels them, and is fitted anew with those that it is surest of, three ' +
        'times over. They cost no labelled example. For `contrastive` and `head(kind: logistic)`.',
    }),
  },
  outputs: { '': { type: 'model', doc: 'The classifier.' } },
  randomness: ({ method, label_template: templates }, builtin) =>
    (method.name === 'auto' ? builtin('model') === undefined : trainsEncoder(method)) || templates === 'auto',

  check(context) {
    const { inputs, report } = context;
    const dataset = inputs.dataset('from');
    const several = dataset?.multi_label === true;
    const facts = {
      trainable: inputs.model('model')?.trainable,
      rows: dataset?.rows,
      kind: kindOf(dataset),
    };
    const options = { ...context.options, method: settledMethod(context.options.method, facts) };
    checkTraining(options, context);
    const { method } = options;
    if (method.name === 'one_class') return { '': checkOneClass(method, context) };
    const named = labelTemplateFinding(options.label_template, options.method, dataset);
    if (named !== undefined) report('label_template', named);
    const idle = context.given('unlabelled') && !several ? unlabelledProblem(options) : undefined;
    if (idle !== undefined) report('unlabelled', idle);
    if (!several) checkValidation(options, context);
    const prompt = dataset?.prompt;
    const byPrompt = dataset?.labelled === false && needsNoRows(prompt);
    if (dataset?.labelled === false && !byPrompt && dataset.unsure !== true)
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
    if (dataset !== undefined && dataset.unsure !== true)
      for (const problem of [
        promptProblem(options.method, prompt, dataset),
        idlePrompt(
          options.method,
          prompt,
          dataset.labelled && patienceOf(options.early_stopping) === undefined,
        ),
      ])
        if (problem !== undefined) report('method', problem);
    const model = inputs.model('model');
    for (const rows of [dataset, inputs.dataset('validation')]) {
      const problem = sightProblem(rows, model);
      if (problem !== undefined) report('model', problem);
    }
    for (const { at, problem } of pairFindings(dataset ?? {}, options.method, options.pairs))
      report(at, problem);
    for (const name of ['validation', 'unlabelled']) {
      const problem = pairProblem(inputs.dataset(name), { pairs: dataset?.pairs });
      if (problem !== undefined) report(name, problem);
    }
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
        learnt: [
          ...(model?.learnt ?? []),
          ...(trainsEncoder(options.method) ? (knownClasses(dataset?.labels) ?? []) : []),
        ],
        multi_label: dataset?.multi_label,
        trainable: model?.trainable,
        images: model?.images,
        pairs: dataset?.pairs,
        apart: readsApart(dataset ?? {}, options.method, options.pairs),
        prompted: dataset && prompt !== undefined,
        votes: options.method.name === 'head' && options.method.arguments.kind === 'knn',
      },
    };
  },

  cost: ({ options, inputs }) => {
    const rows = rowsOf(inputs, 'from');
    const trainable = inputs.model('model')?.trainable;
    const kind = kindOf(inputs.dataset('from'));
    const method = settledMethod(options.method, { trainable, rows, kind });
    const learnt = trainsEncoder(method) ? textsOfTraining(method, options, rows) : undefined;
    const chosen = kind === 'several labels' && options.threshold === 'auto';
    const apart = readsApart(inputs.dataset('from') ?? {}, method, options.pairs);
    const anew = learnt !== undefined && chosen ? textsAnew(learnt) : 0;
    return [
      { count: textsIn(rowsOf(inputs, 'from', 'validation', 'unlabelled'), apart), unit: textsToEncode },
      ...(trainsEncoder(method)
        ? [{ count: textsIn(learnt && learnt + anew, apart), unit: textsToTrain }]
        : []),
      { count: 1, unit: fits },
    ];
  },

  async run(context) {
    const { inputs } = context;
    const given = await readDataset(inputs.from);
    const method = settledMethod(context.options.method, factsOf(inputs.model, given));
    if (method.name === 'one_class') return fineTuneOneClass(context, method, given);
    const options = { ...context.options, method };
    const badNames = labelTemplateFinding(options.label_template, method, knownRows(given));
    if (badNames !== undefined) throw stepFailure(badNames, 'label_template');
    if (given.multiLabel) return fineTuneSeveral({ ...context, options }, given);
    const dataset = learnable(given);
    checkRows(dataset, options.method);
    const pairs = pairReadingOf(dataset, method, options.pairs);
    if (hasMixedRows(dataset) && !takesMixedRows(options.method))
      throw stepFailure(mixedRowsRefused(options.method), 'method');
    const validation = inputs.validation && (await readValidation(inputs.validation, dataset, context.note));
    if (validation !== undefined) checkAsFitted(validation, { prompt: dataset.prompt, pairs }, 'validation');
    const unlabelled = inputs.unlabelled && (await readUnlabelled(inputs.unlabelled));
    if (unlabelled !== undefined) checkSamePairs(unlabelled, pairs !== undefined, 'unlabelled');
    const idle = unlabelled && unlabelledProblem(options);
    if (idle !== undefined) throw stepFailure(idle, 'unlabelled');
    for (const { at, problem } of pairFindings(knownRows(dataset), method, options.pairs))
      throw stepFailure(problem, at);
    const request = {
      model: inputs.model,
      training: dataset,
      templates: templatesFor(dataset, options.label_template, { asked: context.options.method, method }),
      unlabelled,
      validation,
      options,
      random: context.random('train'),
      pairs,
    };
    const {
      head,
      method: fitted,
      strength,
      validation: record,
      named,
      unlabelled: learnt,
      encoder,
      trained,
    } = await fitModel(request, context);
    if (head.settings['converged'] === 0)
      context.note('the logistic regression had not settled after its last iteration; a smaller `c` helps');
    if (record !== undefined) context.note(validationNote(record));
    if (learnt !== undefined) context.note(unlabelledNote(learnt, dataset.labels));
    const consumed = [
      await readConsumed(inputs.model),
      await consumedRows(dataset, 'fitted'),
      ...(unlabelled === undefined ? [] : [await consumedRows(unlabelled, 'fitted')]),
      ...(validation === undefined ? [] : [await consumedRows(validation, 'selected')]),
    ];
    await saveClassifier(context.output(), {
      labels: dataset.labels,
      method: fitted,
      classWeights: options.class_weights,
      maxLength: options.max_length,
      head,
      strength,
      encoder,
      base: baseOf(inputs.model),
      trained,
      support: dataset,
      consumed: uniteConsumed(...consumed),
      validation: record,
      named,
      unlabelled: learnt,
      prompt: dataset.prompt,
      pairs,
    });
  },
});
