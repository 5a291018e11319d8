// `adapt`: a classifier that goes on learning from rows as they come, and undoes what harms it.
import { setImmediate as turn } from 'node:timers/promises';
import { checkAdaptation, checkModel, checkSize, checkStream, checkTrainable } from './adapt-check.ts';
import {
  driftOption,
  driftTest,
  labelsOption,
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
import { adaptTrained } from './adapt-trained.ts';
import { adaptVectors, type Going } from './adapt-vectors.ts';
import { rowsOfStream } from './adapt-rows.ts';
import { baseOf, loadClassifier, saveClassifier } from './classifier.ts';
import { uniteConsumed, type Consumed } from './consumed.ts';
import { consumedRows, identities } from './consumed-rows.ts';
import { rowsOf, textsIn, textsToEncode, textsToTrain } from './cost.ts';
import { unitedImages, type Images } from './images.ts';
import { knownClasses } from './learnt-classes.ts';
import { select, texts, type Column, type Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { encoderOf } from './model-source.ts';
import { deviation, either, int, outputPath, word } from './option.ts';
import { exportedRows, writeRows } from './rows-file.ts';
import { defineStage, input } from './stage.ts';
import type { StaticDataset } from './artifact.ts';

const csvName = 'rows.csv';

export const adapt = defineStage({
  name: 'adapt',
  version: 5,
  doc:
    'Lets a classifier go on learning from a stream of rows, a batch at a time: each row is first foretold and then learnt, and labels ' +
    'that the model has not known become its own. The encoder learns, too, where `update: full` asks for it. With `canary` rows an update that harms the model is ' +
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
    from: input.required('dataset', {
      images: true,
      use: 'fit',
      doc: 'The stream: labelled rows, in their order.',
    }),
    canary: input.optional('dataset', {
      images: true,
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
  randomness: ({ labels, drift, replay, update }) =>
    (labels.name === 'budget' && labels.arguments.query === 'random') ||
    drift.name === 'psi' ||
    update.name === 'full' ||
    replay !== 'all',
  exports: ({ curve_to, decisions_to }) => [
    ...exportedRows('curve', csvName, curve_to),
    ...exportedRows('decisions', csvName, decisions_to),
  ],

  check(context) {
    checkAdaptation(context.options, context);
    const from = context.inputs.dataset('from');
    const model = context.inputs.model('model');
    const known = model?.labels;
    const nothingNew = from?.labels?.every(({ name }) => known?.includes(name) === true) === true;
    return {
      '': {
        type: 'model',
        capability: 'classifier',
        labels: nothingNew ? known : undefined,
        pairs: from?.pairs,
        apart: model?.apart,
        learnt: [
          ...(model?.learnt ?? []),
          ...(context.options.update.name === 'full'
            ? [...(known ?? []), ...(knownClasses(from?.labels) ?? [])]
            : []),
        ],
        trainable: model?.trainable,
        images: model?.images,
      },
      curve: toldRows(curveColumns, from?.rows),
      decisions: toldRows(decisionColumns, from?.rows && Math.ceil(from.rows / context.options.batch_size)),
    };
  },

  cost: ({ inputs, options }) => {
    const { update, labels } = options;
    const read = textsIn(rowsOf(inputs, 'from', 'canary'), inputs.model('model')?.apart);
    const encoded = { count: read, unit: textsToEncode };
    if (update.name !== 'full') return [encoded];
    const rows = rowsOf(inputs, 'from');
    const learnt = rows && (labels.name === 'all' ? rows : Math.min(rows, labels.arguments.labels));
    return [encoded, { count: learnt && 2 * update.arguments.passes * learnt, unit: textsToTrain }];
  },

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
    checkSize(stream, support, 'from');
    if (canaryRows !== undefined) {
      checkStream(canaryRows, classifier, 'canary');
      checkSize(canaryRows, support, 'canary');
    }

    const files = encoderOf(inputs.model);
    if (update.name === 'full') await checkTrainable(files);
    const { start, rows, canary, texts } = await rowsOfStream(
      classifier,
      [support, stream, canaryRows],
      update.name === 'full',
    );
    const random = context.random('stream');
    const replay =
      typeof options.replay === 'object' && 'per_label' in options.replay ? options.replay.per_label : 'all';
    const numbers = [start, rows, ...(canary ? [canary] : [])];
    const { backend, device } = context.engine;
    const about = aboutOf(
      [
        [update, options.replay, asking, drift, rollback, batch, numbers.map(({ labels }) => labels)],
        ...(update.name === 'full' ? [backend, device, files.digest, texts] : []),
      ],
      numbers.map(({ vectors }) => vectors.data),
    );
    const progress = await openProgress(context.checkpoint('stream'), about, signal);
    if (progress.earlier !== undefined)
      note(`resumed at row ${progress.earlier.progress.foretold.length} of ${stream.rows}`);
    const going: Going = {
      settings: {
        batch,
        asking:
          asking.name === 'all' ? 'all' : { budget: asking.arguments.labels, query: asking.arguments.query },
        drift: driftTest(drift),
        canary: canary && { ...canary, deviations: rollback === 'none' ? undefined : rollback },
        random,
        signal,
      },
      told: async (gone) => {
        context.progress({ done: gone.foretold.length, total: stream.rows, unit: 'rows' });
        await turn(); // what came in meanwhile, such as an interruption, is heard
      },
      kept: progress,
    };
    const { labels } = classifier;
    const vectors = { start, rows, canary };
    const streamed =
      update.name === 'full'
        ? await adaptTrained(
            vectors,
            {
              update,
              replay,
              files,
              maxLength: description.max_length ?? undefined,
              texts,
              images: await imagesOf(support, stream, ...(canaryRows === undefined ? [] : [canaryRows])),
              labels,
            },
            going,
            context,
          )
        : await adaptVectors(vectors, { update, replay, description, labels, random, signal }, going);

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
      encoder: files,
      trained: streamed.trained,
      base: baseOf(inputs.model),
      support: await joined(support, learnt, streamed.labels),
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

/** The training rows with those of the stream behind them, by the columns that they have in common. */
async function joined(support: Dataset, learnt: Dataset, labels: readonly string[]): Promise<Dataset> {
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
    images: await imagesOf(support, learnt),
  };
}

/** Of all of them together; nothing where rows are texts. */
async function imagesOf(...of: readonly Dataset[]): Promise<Images | undefined> {
  const parts = of.flatMap((rows) =>
    rows.images === undefined ? [] : [{ images: rows.images, names: texts(rows) }],
  );
  return parts[0] && unitedImages(parts[0].images, parts);
}

function toldRows(columns: readonly string[], rows: number | undefined): StaticDataset {
  return { type: 'dataset', columns, rows, labelled: false, labels: undefined, partition: undefined };
}
