// `split`: one dataset into parts for learning, choosing and measuring.
import { Failure } from '../parser/diagnostic.ts';
import type { StaticDataset } from './artifact.ts';
import { select, withoutLabels } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { unknownColumn } from './load-columns.ts';
import { bool, column, count, word } from './option.ts';
import { defineStage, input } from './stage.ts';
import { countProblems, drawOrder, knownSplit, partDraws, parts } from './split-known.ts';
import { splitRows } from './split-rows.ts';
import { needsLabels, wholeClasses } from './split-problems.ts';
import { stepFailure } from './step-failure.ts';

const how =
  ' `8 per label`, `100`, `20%`, `rest`, or `rows(…)` with row numbers of the loaded data, counted from 0 (rows left out by `on_error: skip` have theirs).';

export const split = defineStage({
  name: 'split',
  version: 3,
  doc:
    'Draws parts that share no row. Rows that are named come first, then `test`, `validation`, `train` and `unlabelled`, ' +
    'and `rest` last, each from its own random stream: another number of training rows leaves the test part alone, and ' +
    'a smaller draw is contained in a larger one. Of rows with several labels `8 per label` draws as few rows as ' +
    'give every label at least eight, and a number or share of rows keeps each label in proportion.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }

split parts {
  from:       reviews
  test:       20%
  validation: 8 per label
  train:      8 per label
  unlabelled: rest
  seed:       13
}`,
  options: {
    test: count({ doc: `Rows to measure on; nothing that learns may read them.${how}` }),
    validation: count({ doc: `Rows to choose with.${how}` }),
    train: count({ doc: `Rows to learn from.${how}` }),
    unlabelled: count({
      doc: `Rows that reach later stages without their labels.${how} Rows of other parts are removed from a list.`,
    }),
    stratify: bool({
      default: true,
      doc: 'Whether a number or share of rows keeps the proportions of the labels.',
    }),
    group_by: column({
      doc: 'Rows with the same value in this column go into the same part. Without it: the `group` of `load`. By the column of the labels parts have other classes, as `meta-learn` and episodes need them: each class goes as a whole, and a number or share of rows takes as many classes as have no more rows.',
    }),
    duplicates: word(
      {
        together: 'rows with equal texts never are in two parts',
        drop: 'of rows with equal texts one is kept',
        allow: 'equal texts may be in two parts',
      },
      {
        default: 'together',
        doc: 'What becomes of rows whose texts differ in white space and case at most.',
      },
    ),
  },
  inputs: {
    from: input.required('dataset', { images: true, use: 'transform', doc: 'The rows to draw from.' }),
  },
  outputs: {
    train: { type: 'dataset', doc: 'Rows to learn from.' },
    validation: { type: 'dataset', doc: 'Rows to choose with.' },
    test: { type: 'dataset', doc: 'Rows to measure on.' },
    unlabelled: { type: 'dataset', doc: 'Rows without their labels.' },
  },
  randomness: (options) => drawOrder(options).some(([, wanted]) => wanted !== 'rest' && !('named' in wanted)),
  cuts: partDraws,
  absent: (options) => parts.filter((part) => options[part] === undefined),

  check({ options, inputs, report }) {
    const from = inputs.dataset('from') ?? unknownDataset;
    const findings = [...countProblems(options)];
    const { group_by: group } = options;
    const byClass = group !== undefined && group === from.label_column;
    const unmet = byClass ? wholeClasses : from.labelled ? undefined : needsLabels;
    for (const [part, wanted] of drawOrder(options))
      if (unmet !== undefined && wanted !== 'rest' && 'per_label' in wanted) findings.push(unmet(part));
    if (group !== undefined && from.columns?.includes(group) === false)
      findings.push({ at: 'group_by', problem: unknownColumn(group, from.columns) });
    const known = knownSplit(from, options, { dropping: options.duplicates === 'drop', byClass });
    for (const { at, problem } of findings.length > 0 ? findings : known.findings) report(at, problem);
    return known.statics;
  },

  async run(context) {
    const { options, note } = context;
    const dataset = await readDataset(context.inputs.from);
    const result = await splitRows(dataset, options, (part) => context.random(part));
    if (result.state === 'wrong')
      throw new Failure(
        ...result.findings.flatMap(({ at, problem }) => stepFailure(problem, at).diagnostics),
      );
    for (const text of result.notes) note(text);
    for (const [part, rows] of result.parts) {
      const chosen = { ...select(dataset, rows), partition: part };
      await writeDataset(context.output(part), part === 'unlabelled' ? withoutLabels(chosen) : chosen);
    }
  },
});

const unknownDataset: StaticDataset = {
  type: 'dataset',
  columns: undefined,
  rows: undefined,
  labelled: true,
  labels: undefined,
  partition: undefined,
};
