// `fine-tune` of rows that carry several labels or none: one binary head a label on the vectors of an encoder, which `contrastive` trains
// before. Knows the same inputs and options as `fine-tune`, of which it refuses those that have no meaning here.
import type { Artifact } from './artifact.ts';
import { labelTable } from './classifier-labels.ts';
import { baseOf, saveClassifier } from './classifier.ts';
import { uniteConsumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import { noteUnreadTexts } from './unread-texts.ts';
import { inMemory, overlaid } from './artifact-overlay.ts';
import { builtinFile } from './builtins.ts';
import { texts, type Dataset } from './dataset.ts';
import { trainsEncoder, type Method } from './fine-tune-method.ts';
import { checkTexts } from './labelled-texts.ts';
import { openEncoder, type SourcedEncoder } from './model-source.ts';
import { setsOf } from './several-measurement.ts';
import { trainEncoder } from './train-encoder.ts';
import type { TrainedEncoder } from './tune-folder.ts';
import { notTrainable } from './training-check.ts';
import { trainingNotes } from './training-notes.ts';
import { seenIn, type TrainingOptions } from './trained-methods.ts';
import { rowEncoder } from './row-encoder.ts';
import { rowKeys } from './row-keys.ts';
import {
  chosenThreshold,
  fitSeveral,
  folds,
  severalMethodProblem,
  type SeveralRows,
  type Threshold,
} from './several-labels-head.ts';
import { textsAnew, unseenVectors } from './several-unseen.ts';
import type { CheckContext, RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';

export interface SeveralOptions {
  readonly method: Method;
  readonly class_weights: 'none' | 'balanced';
  readonly max_length: number | undefined;
  readonly threshold: Threshold;
}

type Options = SeveralOptions & TrainingOptions;

/** What is wrong where `from` is known to have several labels a row. */
export function checkSeveral(
  { method }: Pick<SeveralOptions, 'method'>,
  { given, report }: Pick<CheckContext<never>, 'given' | 'report'>,
): void {
  const problem = severalMethodProblem(method);
  if (problem !== undefined) report('method', problem);
  if (given('validation')) report('validation', validationRefused);
  if (given('unlabelled')) report('unlabelled', unlabelledRefused);
  if (given('early_stopping')) report('early_stopping', stoppingRefused);
}

type Context = Omit<RunContext<never, never>, 'options' | 'inputs'> & {
  readonly options: Options;
  readonly inputs: {
    readonly model: Artifact;
    readonly validation?: Artifact | undefined;
    readonly unlabelled?: Artifact | undefined;
  };
};

export async function fineTuneSeveral(context: Context, dataset: Dataset): Promise<void> {
  const { options, inputs, signal, note } = context;
  const { method, class_weights: classWeights } = options;
  checkTexts(dataset, { stage: 'fine-tune', at: 'from' });
  checkRows(dataset, method);
  if (inputs.validation !== undefined) throw stepFailure(validationRefused, 'validation');
  if (inputs.unlabelled !== undefined) throw stepFailure(unlabelledRefused, 'unlabelled');
  const { labels } = dataset;
  const carried = labelTable(dataset, labels, 'from');
  for (const text of constantNotes(carried, labels)) note(text);
  const { encoder, before, trained } = await trainedEncoder(context, dataset, carried);
  const settings = { classWeights, signal };
  const encodeRows = rowEncoder(encoder, {}, async () => dataset);
  const vectors = await encodeRows(dataset).finally(encoder.dispose); // one engine is open at a time
  const rows: SeveralRows = { vectors, carried, labels: labels.length };
  const seen = trained !== undefined && textsAnew(trained.record.texts) === 0;
  const anew =
    trained === undefined || seen || !trainsEncoder(method)
      ? undefined
      : unseenVectors(
          {
            ...{ files: before, dataset, sets: setsOf(carried, labels.length), method, options },
            random: context.random('train'),
          },
          context,
        );
  const threshold =
    options.threshold === 'auto'
      ? await chosenThreshold(rows, await rowKeys(dataset, dataset.roles.group), method, settings, anew)
      : options.threshold;
  const head = await fitSeveral(rows, method, settings);
  if (options.threshold === 'auto') note(thresholdNote(threshold, seen ? 'seen' : anew && 'anew'));
  if (head.settings['converged'] === 0)
    note('a head had not settled after its last iteration; a smaller `c` helps');
  const consumed = [await readConsumed(inputs.model), await consumedRows(dataset, 'fitted')];
  await saveClassifier(context.output(), {
    labels,
    method,
    classWeights,
    maxLength: options.max_length,
    head,
    threshold: threshold ?? 0.5,
    encoder: before,
    base: baseOf(inputs.model),
    trained,
    support: dataset,
    consumed: uniteConsumed(...consumed),
  });
}

/** `anew`: by encoders that had not learnt the rows that were held out; `seen`: by one that had. */
function thresholdNote(threshold: number | undefined, read: 'seen' | 'anew' | undefined): string {
  if (threshold === undefined)
    return 'there are too few rows to choose a threshold by cross-validation: labels are given from a probability of 0.5 on';
  const given = `labels are given from a probability of ${threshold} on: it had the highest micro F1 in a cross-validation in these rows`;
  switch (read) {
    case 'seen':
      return `${given}, which the encoder has learnt and the model is surer of than of others: it may be too high. To train the encoder ${folds} more times for it would take too long; give a \`threshold\` where it matters`;
    case 'anew':
      return `${given}, for which the encoder was trained ${folds} more times, each time without the rows that were held out`;
    case undefined:
      return given;
    default:
      return read satisfies never;
  }
}

interface SeveralEncoder {
  readonly encoder: SourcedEncoder;
  /** Its files before training. */
  readonly before: Artifact;
  readonly trained: TrainedEncoder | undefined;
}

/** The encoder, which `contrastive` trains on the rows first. */
async function trainedEncoder(
  context: Context,
  dataset: Dataset,
  carried: Uint8Array,
): Promise<SeveralEncoder> {
  const { options, inputs, note } = context;
  const { method } = options;
  const settings = { maxLength: options.max_length };
  const encoder = await openEncoder(inputs.model, context, settings);
  const before = encoder.files;
  await noteUnreadTexts(encoder, dataset, note);
  if (!trainsEncoder(method)) return { encoder, before, trained: undefined };
  if (before.names.includes(builtinFile)) throw stepFailure(notTrainable(method), 'model');
  const rows = { texts: texts(dataset), sets: setsOf(carried, dataset.labels.length) };
  const random = context.random('train');
  const trained = await trainEncoder(
    { files: before, method, options, rows, images: dataset.images, start: undefined, random },
    context,
  );
  for (const text of trainingNotes(trained.record, seenIn(dataset))) note(text);
  const after = await openEncoder(overlaid(before, inMemory(trained.files)), context, settings);
  return { encoder: after, before, trained };
}

function checkRows(dataset: Dataset, method: Method): void {
  const problem = severalMethodProblem(method);
  if (problem !== undefined) throw stepFailure(problem, 'method');
  if (hasMixedRows(dataset))
    throw stepFailure(
      {
        code: 'not-supported',
        message: 'the rows were mixed by `mixup`, and have lists of labels',
        hint: 'leave `mixup` out of `augment`',
      },
      'from',
    );
  if (dataset.labels.length === 0)
    throw stepFailure(
      {
        code: 'too-few-labels',
        message: 'no row has a label',
        hint: 'check the `label:` of `load`',
      },
      'from',
    );
}

/** Labels that every row carries, or none. */
function constantNotes(carried: Uint8Array, labels: readonly string[]): readonly string[] {
  const width = labels.length;
  const rows = carried.length / width;
  const counts = labels.map((_, label) => {
    let count = 0;
    for (let at = label; at < carried.length; at += width) count += carried[at] ?? 0;
    return count;
  });
  const named = (wanted: number): string =>
    labels
      .filter((_, label) => counts[label] === wanted)
      .map((label) => `\`${label}\``)
      .join(', ');
  const [never, always] = [named(0), named(rows)];
  return [
    ...(never === '' ? [] : [`no training row has the label ${never}: the model never gives it`]),
    ...(always === '' ? [] : [`every training row has the label ${always}: the model always gives it`]),
  ];
}

const stoppingRefused = {
  code: 'not-supported',
  message:
    '`early_stopping` goes by `validation` rows with one label each, and these rows have lists of labels',
  hint: 'remove it',
} as const;

const unlabelledRefused = {
  code: 'not-supported',
  message: '`unlabelled` is for rows with one label each, and these rows have lists of labels',
  hint: 'leave it out',
} as const;

const validationRefused = {
  code: 'not-supported',
  message: '`validation` measures rows with one label each, and these rows have lists of labels',
  hint: 'leave it out: the threshold is chosen by cross-validation in the training rows, and `tune` searches for the rest',
} as const;
