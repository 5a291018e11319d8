// `adapt`: a classifier that goes on learning from rows as they come, and undoes what harms it.
import { setImmediate as turn } from 'node:timers/promises';
import type { LabelledVectors } from '../learning/adapt/stream.ts';
import { checkAdaptation, checkModel, checkStream } from './adapt-check.ts';
import {
  driftOption,
  driftTest,
  labelsOption,
  learnerOf,
  methodOf,
  replayOption,
  updateOption,
} from './adapt-options.ts';
import { aboutOf, openProgress } from './adapt-progress.ts';
import {
  curveColumns,
  curveOf,
  decisionColumns,
  decisionsOf,
  notesOf,
  recordOf,
  wrongOf,
} from './adapt-record.ts';
import { artifactFolder } from './artifact-folder.ts';
import { baseOf, loadClassifier, saveClassifier, type Classifier } from './classifier.ts';
import { uniteConsumed, type Consumed } from './consumed.ts';
import { consumedRows, identities } from './consumed-rows.ts';
import { rowsOf, textsToEncode } from './cost.ts';
import { labelIndices, select, type Column, type Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { encoderFolder } from './model-source.ts';
import { deviation, either, int, outputPath, word } from './option.ts';
import { exportedRows, writeRows } from './rows-file.ts';
import { defineStage, input } from './stage.ts';
import type { StaticDataset } from './artifact.ts';

const csvName = 'rows.csv';

export const adapt = defineStage({
  name: 'adapt',
  version: 2,
  doc:
    'Lets a classifier go on learning from a stream of rows, a batch at a time: each row is first foretold and then learnt, and labels ' +
    'that the model has not known become its own. The encoder stays as it is. With `canary` rows an update that harms the model is ' +
    'undone; with `drift` it is told where the stream becomes another. Labels that are learnt count in the label budget.',
  example: `load tickets { from: "tickets.csv"  text: "text"  label: "team" }
load inbox   { from: "inbox.csv"  text: "text"  label: "team" }
split parts { from: tickets  train: 8 per label  validation: 20%  test: 20% }
fine-tune first { model: "builtin:ngrams"  from: parts.train }

adapt better {
  model:  first
  from:   inbox
  labels: budget(50, query: margin)
  canary: parts.validation
  drift:  adwin
}

evaluate score { model: better  on: parts.test }`,
  options: {
    update: updateOption,
    replay: replayOption,
    labels: labelsOption,
    rollback: either(deviation({ doc: '' }), word({ none: 'no update is undone' }, { doc: '' }), {
      default: 2,
      doc:
        'With `canary`: an update is undone where the accuracy on those rows falls so many standard deviations of it below the best that ' +
        'the model has had, and not made where its labels contradict the model far more than those before and those of the canary rows do.',
    }),
    drift: driftOption,
    batch_size: int({
      min: 1,
      max: 100_000,
      default: 16,
      doc: 'Rows that are foretold before their labels are learnt together.',
    }),
    curve_to: outputPath({
      doc: 'A file for `.curve`, `.csv` or `.parquet`, relative to the program. It is written again where it is missing.',
    }),
    decisions_to: outputPath({ doc: 'The same for `.decisions`.' }),
  },
  inputs: {
    model: input.required('model', {
      capability: 'classifier',
      use: 'apply',
      doc: 'The classifier to start from, with its training rows.',
    }),
    from: input.required('dataset', { use: 'fit', doc: 'The stream: labelled rows, in their order.' }),
    canary: input.optional('dataset', {
      use: 'select',
      doc:
        'Labelled rows that are not learnt from, on which the model is measured after each update. Their labels count in the label ' +
        'budget, and a report measured on them is marked optimistic.',
    }),
  },
  outputs: {
    '': { type: 'model', doc: 'The classifier at the end of the stream.' },
    curve: {
      type: 'dataset',
      doc:
        'Each row of the stream as it was foretold, and the share of wrong ones so far (`error`) and among the last 100 (`recent_error`): the ' +
        'prequential error, over all rows, whether or not their labels were learnt.',
    },
    decisions: {
      type: 'dataset',
      doc: 'Each update: what was learnt, what the canary rows said, whether it was kept, and why.',
    },
  },
  randomness: ({ labels, drift, replay }) =>
    (labels.name === 'budget' && labels.arguments.query === 'random') ||
    drift.name === 'psi' ||
    replay !== 'all',
  exports: ({ curve_to, decisions_to }) => [
    ...exportedRows('curve', csvName, curve_to),
    ...exportedRows('decisions', csvName, decisions_to),
  ],

  check(context) {
    checkAdaptation(context.options, context);
    const from = context.inputs.dataset('from');
    const known = context.inputs.model('model')?.labels;
    const nothingNew = from?.labels?.every(({ name }) => known?.includes(name) === true) === true;
    return {
      '': {
        type: 'model',
        capability: 'classifier',
        labels: nothingNew ? known : undefined,
        pairs: from?.pairs,
      },
      curve: toldRows(curveColumns, from?.rows),
      decisions: toldRows(decisionColumns, from?.rows && Math.ceil(from.rows / context.options.batch_size)),
    };
  },

  cost: ({ inputs }) => [{ count: rowsOf(inputs, 'from', 'canary'), unit: textsToEncode }],

  async run(context) {
    const { options, inputs, signal, note } = context;
    const { update, labels: asking, drift, rollback, batch_size: batch } = options;
    const stream = await readDataset(inputs.from);
    const canaryRows = inputs.canary && (await readDataset(inputs.canary));
    const classifier = await loadClassifier(inputs.model, context);
    const { description } = classifier;
    const support = await classifier.support();
    checkModel(classifier, support, update);
    checkStream(stream, classifier, 'from');
    if (canaryRows !== undefined) checkStream(canaryRows, classifier, 'canary');

    const [start, rows, canary] = await vectorsOf(classifier, [support, stream, canaryRows]);
    const random = context.random('stream');
    const learner = await learnerOf({
      update,
      replay:
        typeof options.replay === 'object' && 'per_label' in options.replay
          ? options.replay.per_label
          : 'all',
      description,
      width: rows.vectors.columns,
      labels: classifier.labels.length,
      random,
      signal,
    });
    const targets = Int32Array.from(start.labels, (label) => classifier.labels.indexOf(label));
    const numbers = [start, rows, ...(canary ? [canary] : [])];
    const about = aboutOf(
      [update, options.replay, asking, drift, rollback, batch, numbers.map(({ labels }) => labels)],
      numbers.map(({ vectors }) => vectors.data),
    );
    const { earlier, keep } = await openProgress(context.checkpoint('stream'), about, signal);
    if (earlier !== undefined) note(`resumed at row ${earlier.foretold.length} of ${stream.rows}`);
    const { runStream } = await import('../learning/adapt/stream.ts');
    const streamed = await runStream(
      {
        learner: learner.learn({ vectors: start.vectors, targets }, classifier.labels.length),
        labels: classifier.labels,
      },
      rows,
      {
        batch,
        asking:
          asking.name === 'all' ? 'all' : { budget: asking.arguments.labels, query: asking.arguments.query },
        drift: driftTest(drift),
        canary: canary && { ...canary, deviations: rollback === 'none' ? undefined : rollback },
        random,
        signal,
        onBatch: async (progress) => {
          context.progress({ done: progress.foretold.length, total: stream.rows, unit: 'rows' });
          await keep(progress);
          await turn(); // what came in meanwhile, such as an interruption, is heard
        },
      },
      earlier,
    );

    const wrong = wrongOf(streamed, rows.labels);
    const record = recordOf(streamed, wrong);
    for (const told of notesOf(streamed, record, wrong)) note(told);
    const asked = streamed.updates.flatMap((each) => each.asked);
    const kept = streamed.updates.flatMap((each) => (each.kept ? each.asked : []));
    const learnt = select(stream, kept);
    const consumed = await classifier.consumed();
    const shared = canaryRows === undefined ? 0 : await learntToo(canaryRows, learnt, consumed);
    if (shared > 0)
      note(
        `${shared} of the ${canaryRows?.rows ?? 0} canary rows have a text that is also learnt, and tell little of harm`,
      );
    const unknown = (canary?.labels ?? []).filter((label) => !streamed.labels.includes(label)).length;
    if (unknown > 0)
      note(`${unknown} of the canary rows have labels that the model does not know at the end`);
    await saveClassifier(context.output(), {
      labels: streamed.labels,
      method: { name: 'adapt', arguments: { update, method: methodOf(description) ?? null } },
      classWeights: update.name === 'head' ? description.class_weights : 'none',
      maxLength: description.max_length ?? undefined,
      head: streamed.head,
      encoder: artifactFolder(inputs.model, encoderFolder),
      base: baseOf(inputs.model),
      support: joined(support, learnt, streamed.labels),
      consumed: uniteConsumed(
        consumed,
        await consumedRows(select(stream, asked), 'fitted'),
        ...(canaryRows === undefined ? [] : [await consumedRows(canaryRows, 'selected')]),
      ),
      prompt: description.prompt,
      pairs: description.pairs,
      adapted: record,
    });
    await writeRows(context.output('curve'), csvName, curveOf(stream, streamed, rows.labels));
    await writeRows(context.output('decisions'), csvName, decisionsOf(streamed, canaryRows?.rows ?? 0));
  },
});

/** How many canary rows have a text that the model was fitted on or has learnt from the stream. */
async function learntToo(canary: Dataset, stream: Dataset, { rows }: Consumed): Promise<number> {
  const learnt = new Set([
    ...rows.flatMap(({ identity, fitted }) => (fitted ? [identity] : [])),
    ...(await identities(stream)),
  ]);
  return (await identities(canary)).filter((identity) => learnt.has(identity)).length;
}

/** The vectors and labels of each; nothing of what is not there. */
async function vectorsOf(
  classifier: Classifier,
  [support, stream, canary]: readonly [Dataset, Dataset, Dataset | undefined],
): Promise<readonly [LabelledVectors, LabelledVectors, LabelledVectors | undefined]> {
  const of = async (dataset: Dataset): Promise<LabelledVectors> => {
    const labels = Array.from(labelIndices(dataset), (label) => dataset.labels[label] ?? '');
    return { vectors: await classifier.encodeRows(dataset), labels };
  };
  try {
    return [await of(support), await of(stream), canary && (await of(canary))];
  } finally {
    await classifier.dispose();
  }
}

/** The training rows with those of the stream behind them, by the columns that they have in common. */
function joined(support: Dataset, learnt: Dataset, labels: readonly string[]): Dataset {
  const { text, second, label } = support.roles;
  const roles = new Map([
    [text, learnt.roles.text],
    [second, learnt.roles.second],
    [label, learnt.roles.label],
  ]);
  const own = (name: string): Column => {
    const column = learnt.columns.get(roles.get(name) ?? name);
    return column ?? new Array<null>(learnt.rows).fill(null);
  };
  return {
    ...support,
    rows: support.rows + learnt.rows,
    columns: new Map([...support.columns].map(([name, values]) => [name, [...values, ...own(name)]])),
    labels,
    source: Int32Array.from([...support.source, ...learnt.source]),
  };
}

function toldRows(columns: readonly string[], rows: number | undefined): StaticDataset {
  return { type: 'dataset', columns, rows, labelled: false, labels: undefined, partition: undefined };
}
