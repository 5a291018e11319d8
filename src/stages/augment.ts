// `augment`: a dataset in, the same rows with changed copies out.
import type { Artifact } from './artifact.ts';
import type { Change } from './augment-changes.ts';
import { changesProblem, checkChanges } from './augment-check.ts';
import { augmentOptions } from './augment-options.ts';
import { languageProblems } from './augment-languages.ts';
import { openAskedModels } from './augment-models.ts';
import { arrange, entriesOf, makeCopies, type Copy } from './augment-copies.ts';
import { gateCopies, type GateReport } from './augment-gate.ts';
import { fits, rowsOf, rowsToMake, textsIn, textsToEncode } from './cost.ts';
import { texts, type Dataset } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { sightProblem } from './image-source.ts';
import { checkLabelledTexts, checkTexts, severalLabels } from './labelled-texts.ts';
import {
  needsFiller,
  openEncoder,
  openNgrams,
  openPixels,
  type ModelContext,
  type OpenEncoder,
} from './model-source.ts';
import { openPictureChanges, type PictureChanges } from './picture-changes.ts';
import { plainRows, type EncodeRows } from './row-encoder.ts';
import { defineStage, input, type Member } from './stage.ts';
import { mixedColumns, originalColumn } from './training-rows.ts';

export const augment = defineStage({
  name: 'augment',
  version: 2,
  doc:
    'Adds changed copies of rows, so that a model sees more ways to say the same. A copy keeps the label and all columns ' +
    'of its row, and is no labelled example of its own: the label budget counts the rows it was made from. Whether it ' +
    'helps depends on the data; `gate: cv` finds out and leaves the rows alone where it does not.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  train: 8 per label  test: rest }

augment extra {
  from:   parts.train
  with:   [synonyms(rate: 10%), swap(rate: 10%), delete(rate: 10%)]
  copies: 4
  gate:   cv
}

fine-tune classifier { model: "builtin:ngrams"  from: extra }`,
  options: augmentOptions,
  inputs: {
    from: input.required('dataset', { images: true, use: 'transform', doc: 'The rows to copy.' }),
    model: input.optional('model', {
      capability: 'encoder',
      use: 'apply',
      doc:
        'The encoder for `filter` and `gate`; best the one that is fine-tuned later. Without it: `builtin:ngrams`, ' +
        'whose vectors follow the wording closely, and `builtin:pixels` for pictures.',
    }),
    fill: input.inCalls('model', {
      within: 'with',
      capability: 'encoder',
      use: 'apply',
      doc: 'The masked language models of `fill`.',
    }),
    write: input.inCalls('model', {
      within: 'with',
      capability: 'generator',
      use: 'apply',
      doc: 'The sequence-to-sequence models of `paraphrase` and `back_translate`.',
    }),
  },
  outputs: { '': { type: 'dataset', doc: 'The rows and their copies.' } },
  randomness: () => true,
  alsoUses: ({ gate }) => (gate.name === 'cv' ? { from: 'select' } : {}),

  check({ options, inputs, report, leak }) {
    const from = inputs.dataset('from');
    const mixes = options.with.some(({ name }) => name === 'mixup');
    const gated = options.gate.name === 'cv';
    const unfit = from?.images === undefined ? undefined : changesProblem(options.with, from.images);
    if (unfit !== undefined) report('with', unfit);
    const sight = sightProblem(from, inputs.model('model'));
    if (sight !== undefined) report('model', sight);
    for (const { static: filler, span } of inputs.many('fill'))
      if (filler.type === 'model' && (filler.masked === false || filler.images === true))
        report('with', { ...needsFiller, ...(span !== undefined && { span }) });
    for (const problem of languageProblems(options.with, inputs.many('write'))) report('with', problem);
    if (from?.labelled === false && (mixes || gated))
      report('from', {
        code: 'needs-labels',
        message: `${mixes ? '`mixup` mixes labels' : '`gate: cv` measures against labels'}, and these rows have none`,
        hint: 'use a labelled part, such as `.train`',
      });
    if (from?.multi_label === true && (mixes || gated)) {
      const { code, message } = severalLabels('augment');
      const asked = mixes ? '`mixup`' : '`gate: cv`';
      report(mixes ? 'with' : 'gate', {
        code,
        message,
        hint: `leave ${asked} out: changes of texts keep the labels of a row`,
      });
    }
    if (from?.partition === 'test' && mixes)
      leak('from', {
        code: 'leakage',
        message: '`mixup` makes rows to learn from, and these are for the test',
        hint: 'augment the train part; copies of a test part, to measure on, are made by changes of texts',
      });
    if (inputs.model('model') !== undefined && options.filter === undefined && !gated)
      report('model', {
        code: 'option-without-effect',
        severity: 'warning',
        message: '`model` changes nothing here: it belongs to `filter` and `gate`',
        hint: 'remove `model`, or add `filter: similarity` or `gate: cv`',
      });
    const added = [originalColumn, ...(mixes ? Object.values(mixedColumns) : [])];
    return {
      '': {
        type: 'dataset',
        columns: from?.columns && [...new Set([...from.columns, ...added])],
        rows: undefined,
        labelled: from?.labelled ?? false,
        ...(from?.label_column !== undefined && { label_column: from.label_column }),
        multi_label: from?.multi_label,
        labels: from?.labels?.map(({ name, rows }) => ({ name, rows: rows === 0 ? 0 : undefined })),
        partition: from?.partition,
        images: from?.images,
        pairs: from?.pairs,
        ...(from?.prompt !== undefined && { prompt: from.prompt }),
      },
    };
  },

  cost: ({ options: { with: changes, copies, gate, filter }, inputs }) => {
    const rows = rowsOf(inputs, 'from');
    const made = rows && rows * copies;
    const madeBy = (ofEach: Readonly<Partial<Record<Change['name'], number>>>): number | undefined => {
      const all = changes.reduce((sum, { name }) => sum + (ofEach[name] ?? 0), 0);
      return all === 0 ? 0 : made && Math.ceil((made * all) / changes.length);
    };
    const gated = gate.name === 'cv' ? 2 * gate.arguments.folds * gate.arguments.repeats : 0;
    const encodes = gated > 0 || filter !== undefined;
    const apart = gated > 0 && inputs.dataset('from')?.pairs;
    return [
      { count: made, unit: rowsToMake },
      { count: madeBy({ fill: 1 }), unit: 'rows to fill' },
      { count: madeBy({ paraphrase: 1, back_translate: 2 }), unit: 'texts to write' },
      { count: encodes ? textsIn(made && made + (rows ?? 0), apart) : 0, unit: textsToEncode },
      { count: gated, unit: fits },
    ];
  },

  async run(context) {
    const { options, inputs, signal } = context;
    const dataset = await readDataset(inputs.from);
    const gated = options.gate.name === 'cv';
    if (gated || options.with.some(({ name }) => name === 'mixup'))
      checkLabelledTexts(dataset, { stage: 'augment', does: 'mixes or measures labels here', at: 'from' });
    else checkTexts(dataset, { stage: 'augment', at: 'from' });
    checkChanges(options.with, dataset);
    const pictures = dataset.images && (await openPictureChanges(dataset.images));
    const models = openAskedModels({ fill: membersOf(inputs.fill), write: membersOf(inputs.write) }, context);
    const made = await makeCopies(dataset, {
      with: options.with,
      pictures,
      models,
      copies: options.copies,
      random: context.random('copies'),
      signal,
    }).finally(() => models.dispose());
    noteMissing(dataset.rows * options.copies - made.length, dataset.rows * options.copies, context.note);
    const whole = withPictures(dataset, made, pictures);

    const encoder: OpenEncoder | undefined =
      options.filter === undefined && !gated
        ? undefined
        : inputs.model === undefined
          ? openUsual(dataset, context)
          : await openEncoder(inputs.model, context, { maxLength: undefined });
    try {
      const copies =
        encoder !== undefined && options.filter !== undefined
          ? await similarCopies(whole, made, options.filter.arguments.min, plainRows(encoder, 'together'))
          : made;
      if (copies.length < made.length)
        context.note(`${made.length - copies.length} of ${made.length} copies were dropped by the filter`);
      const gate =
        encoder !== undefined && options.gate.name === 'cv' && copies.length > 0
          ? await gateCopies(whole, copies, plainRows(encoder), {
              ...options.gate.arguments,
              keepOriginal: options.keep_original,
              random: context.random('gate'),
              signal,
              progress: (done, total) => context.progress({ done, total, unit: 'repeats' }),
            })
          : undefined;
      if (gate !== undefined) context.note(gateText(gate));
      const used = gate?.kept === false ? [] : copies;
      const output = context.output();
      const order = arrange(dataset.rows, used, options.keep_original);
      await writeDataset(output, entriesOf(used.length === 0 ? dataset : whole, order));
      if (gate !== undefined) await output.write('gate.json', JSON.stringify(gate, null, 2) + '\n');
    } finally {
      await encoder?.dispose();
    }
  },
});

function membersOf(members: readonly Member[] | undefined): readonly Artifact[] {
  return (members ?? []).map(({ artifact }) => artifact);
}

async function similarCopies(
  dataset: Dataset,
  copies: readonly Copy[],
  min: number,
  encode: EncodeRows,
): Promise<readonly Copy[]> {
  const { similarEnough } = await import('../learning/augment/similarity.ts');
  const { takeRows } = await import('../learning/matrix.ts');
  if (copies.length === 0) return copies;
  const originals = await encode(dataset, () => undefined);
  const changed = await encode(entriesOf(dataset, copies));
  const own = takeRows(
    originals,
    copies.map(({ row }) => row),
  );
  const close = similarEnough(own, changed, min);
  return copies.filter((_, i) => close[i]);
}

/** The rows with their pictures and those of all copies. */
function withPictures(
  dataset: Dataset,
  copies: readonly Copy[],
  pictures: PictureChanges | undefined,
): Dataset {
  if (pictures === undefined) return dataset;
  return { ...dataset, images: pictures.imagesOf([...texts(dataset), ...copies.map(({ text }) => text)]) };
}

/** `builtin:ngrams`, or `builtin:pixels` where rows are pictures. */
function openUsual({ images }: Dataset, context: ModelContext): OpenEncoder {
  return images === undefined ? openNgrams(context) : openPixels(context);
}

function gateText({ with_copies, without_copies, kept, folds, repeats }: GateReport): string {
  const figure = (value: number): string => value.toFixed(3);
  return (
    `${kept ? 'the copies help and are used' : 'the copies do not help, so the rows stay as they are'}: ` +
    `macro F1 ${figure(with_copies)} with and ${figure(without_copies)} without them ` +
    `(${folds}-fold cross-validation, ${repeats} times)`
  );
}

function noteMissing(missing: number, asked: number, note: (message: string) => void): void {
  if (missing > 0)
    note(`${missing} of ${asked} copies could not be made: the changes give nothing new for these rows`);
}
