// Fits what `fine-tune` is asked for on rows that have been read: the encoder where the method trains it, then the head on its vectors.
import type { Head } from '../learning/heads/head.ts';
import type { Random } from '../learning/random.ts';
import { noteUnreadTexts } from './unread-texts.ts';
import { inMemory, overlaid } from './artifact-overlay.ts';
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import {
  fitHead,
  leavesStrength,
  plainHead,
  trainsEncoder,
  trainsHead,
  withStrength,
  type Method,
} from './fine-tune-method.ts';
import { fitValidated, measureHead, type ValidationRecord } from './fine-tune-selection.ts';
import { intervalOf, patienceOf, validationRows, type EarlyStoppingValue } from './fine-tune-validation.ts';
import { labelIndices, texts, type Dataset } from './dataset.ts';
import { decidedCache, leavesCache, usualCache } from './cache-strength.ts';
import type { StrengthRecord } from './head-strength.ts';
import type { NamedRecord } from './label-gate.ts';
import {
  joined,
  noTexts,
  promptedTexts,
  templateTexts,
  usualTemplates,
  type ExtraTexts,
  type LabelTemplates,
} from './label-texts.ts';
import {
  openEncoder,
  type OpenEncoder,
  type ModelContext,
  type SourcedEncoder,
  type TrainingContext,
} from './model-source.ts';
import { withExtraTexts } from './prompted-training.ts';
import { calibratedStart, startOfWords } from './prompted-words.ts';
import type { PairReading } from './pairs.ts';
import { rowEncoder, type EncodeRows } from './row-encoder.ts';
import { stepFailure } from './step-failure.ts';
import { trainEncoder } from './train-encoder.ts';
import type { EncoderWatch, TrainedEncoder } from './tune-folder.ts';
import { notTrainable } from './training-check.ts';
import { collapseNote, trainingNotes } from './training-notes.ts';
import { hasMixedRows, trainingRows, type TrainingRows } from './training-rows.ts';
import { textsToTrain } from './training-texts.ts';
import { layerTraining, seenIn, withLoss, type TrainingOptions } from './trained-methods.ts';
import type { UnlabelledRecord } from './unlabelled-rows.ts';

export interface FitOptions extends TrainingOptions {
  readonly method: Method;
  readonly class_weights: 'none' | 'balanced';
  readonly max_length?: number | undefined;
  readonly early_stopping: EarlyStoppingValue;
}

export interface FitRequest {
  readonly model: Artifact;
  readonly training: Dataset;
  readonly templates: LabelTemplates;
  /** Rows without labels to learn too; only where `learnsUnlabelled`. */
  readonly unlabelled: Dataset | undefined;
  readonly validation: Dataset | undefined;
  readonly options: FitOptions;
  readonly random: Random;
  /** How rows are read that are pairs of texts; nothing where they are none. */
  readonly pairs: PairReading | undefined;
}

export interface Fitted {
  readonly head: Head;
  /** With all that was left open decided. */
  readonly method: Method;
  readonly strength?: StrengthRecord | undefined;
  readonly validation?: ValidationRecord | undefined;
  readonly named?: NamedRecord | undefined;
  readonly unlabelled?: UnlabelledRecord | undefined;
  /** The files of the encoder as they were before. */
  readonly encoder: Artifact;
  readonly trained: TrainedEncoder | undefined;
}

export async function fitModel(asked: FitRequest, context: TrainingContext): Promise<Fitted> {
  const { model, training, random } = asked;
  const settings = { maxLength: asked.options.max_length };
  const before = await openEncoder(model, context, settings);
  const encoder = before.files;
  const { request, strength, record, extra } = await prepared(asked, before, context).catch(
    async (error: unknown) => {
      await before.dispose();
      throw error;
    },
  );
  const { options } = request;
  const { method } = options;
  if (!trainsEncoder(method)) {
    const fitted = await fitOn({ ...request, extra }, before, undefined, context).finally(before.dispose);
    return { ...fitted, method, strength, named: record, encoder, trained: undefined };
  }
  if (encoder.names.includes(builtinFile)) throw stepFailure(notTrainable(method), 'model');
  const { rows, start } = await startOf({ ...request, extra }, before, context).finally(before.dispose); // one engine is open at a time
  const trained = await trainEncoder(
    {
      files: encoder,
      method,
      options,
      rows,
      images: training.images,
      start,
      random,
      pairs: asked.pairs,
      watch: watchOf({ ...request, extra }, context),
    },
    context,
  );
  for (const note of trainingNotes(trained.record, seenIn(training))) context.note(note);
  const after = await openEncoder(overlaid(encoder, inMemory(trained.files)), context, settings);
  const fitted = await fitOn({ ...request, extra }, after, trained.head, context).finally(after.dispose);
  const validation = fitted.validation && { ...fitted.validation, ...keptAt(trained) };
  return { ...fitted, method, strength, validation, named: record, encoder, trained };
}

/** The texts that are trained on, and the classifier that is trained along. */
async function startOf(request: HeadRequest, before: SourcedEncoder, context: ModelContext) {
  const { training, extra, options } = request;
  const rows = await textsToTrain(training, extra, options.class_weights, before);
  const start = trainsHead(options.method)
    ? (await fitOn(startingFrom(request), before, undefined, context)).head
    : undefined;
  return { rows, start };
}

/** What is decided, and what is learnt beside the rows, by the encoder as it is. */
async function prepared(asked: FitRequest, before: SourcedEncoder, context: TrainingContext) {
  await noteUnreadTexts(before, asked.training, context.note, asked.pairs);
  const strength = await strengthOf(asked, before, context);
  const method = await withCache(decided(asked, strength?.c), asked, before, context.note);
  const request = { ...asked, options: { ...asked.options, method } };
  const { texts: named, record } = await namedTexts(request, before, context);
  return { request, strength, record, extra: joined(promptedTexts(asked.training), named) };
}

/** With what the program leaves open. */
function decided({ options: { method }, training }: FitRequest, c: number | undefined): Method {
  const known = c === undefined ? method : withStrength(method, c);
  return known.name === 'contrastive' ? withLoss(known, training.labels.length) : known;
}

async function withCache(
  method: Method,
  { training, pairs }: FitRequest,
  encoder: SourcedEncoder,
  note: ModelContext['note'],
): Promise<Method> {
  if (!leavesCache(method)) return method;
  if (hasMixedRows(training) || training.rows === 0) return usualCache(method);
  const vectors = await rowEncoder(
    encoder,
    { prompt: training.prompt, pairs },
    async () => training,
  )(training);
  return decidedCache(method, training, vectors, note);
}

/** Found on the vectors as they are: those of an encoder that has learnt the rows tell nothing of others. */
async function strengthOf(
  { training, options, pairs }: FitRequest,
  encoder: SourcedEncoder,
  { signal, note }: ModelContext,
): Promise<StrengthRecord | undefined> {
  if (!leavesStrength(options.method) || hasMixedRows(training)) return undefined;
  const { chosenStrength, strengthNote } = await import('./head-strength.ts');
  const vectors = await rowEncoder(
    encoder,
    { prompt: training.prompt, pairs },
    async () => training,
  )(training);
  const record = await chosenStrength(training, vectors, { classWeights: options.class_weights, signal });
  const told = record && strengthNote(record);
  if (told !== undefined) note(told);
  return record;
}

function keptAt({ watched, record }: TrainedEncoder): Partial<ValidationRecord> {
  if (watched === undefined) return {};
  return { step: watched.kept, last_step: record.steps, measured: watched.measured };
}

/** Early stopping of the training of the encoder. */
function watchOf(request: HeadRequest, { signal }: Pick<ModelContext, 'signal'>): EncoderWatch | undefined {
  const { training, validation, options, pairs } = request;
  const patience = patienceOf(options.early_stopping);
  if (patience === undefined || validation === undefined) return undefined;
  return {
    patience,
    every: (steps) => intervalOf(options.early_stopping, steps),
    measure: async (encoder, head) => {
      const encodeRows = rowEncoder(encoder, { prompt: training.prompt, pairs }, async () => training);
      const fitted = head ?? (await fitOnVectors(request, encoder, encodeRows, signal));
      return measureHead(fitted, await validationRows(validation, training.labels, encodeRows));
    },
    about: [texts(validation), validation.labels, [...labelIndices(validation)]],
  };
}

/** The classifier that follows the training of an encoder, without what is told of it. */
async function fitOnVectors(
  request: HeadRequest,
  encoder: OpenEncoder,
  encodeRows: EncodeRows,
  signal: AbortSignal,
): Promise<Head> {
  const { training, options } = request;
  const { vectors, targets } = await rowsToFit(request, encoder, encodeRows);
  const settings = { classWeights: options.class_weights, signal };
  return fitHead(vectors, targets, training.labels.length, options.method, settings);
}

async function rowsToFit(
  { training, extra }: HeadRequest,
  encoder: OpenEncoder,
  encodeRows: EncodeRows,
): Promise<TrainingRows> {
  const own = await trainingRows(training, encodeRows);
  return withExtraTexts(own, extra, training.labels.length, encoder.encode);
}

async function namedTexts(
  { templates, training, random }: FitRequest,
  encoder: SourcedEncoder,
  { signal, note }: ModelContext,
): Promise<{ readonly texts: ExtraTexts; readonly record: NamedRecord | undefined }> {
  if (templates === 'none') return { texts: noTexts, record: undefined };
  if (templates !== 'auto')
    return { texts: templateTexts(templates, training.labels), record: { templates, gate: null } };
  const { gateLabelTexts, gateNote, keepsNames } = await import('./label-gate.ts');
  const tried = templateTexts(usualTemplates, training.labels);
  const gate = await gateLabelTexts(training, tried, encoder, {
    random: random.derive('label texts'),
    signal,
  });
  note(gateNote(gate));
  const kept = keepsNames(gate);
  return { texts: kept ? tried : noTexts, record: { templates: kept ? usualTemplates : [], gate } };
}

interface HeadRequest extends FitRequest {
  readonly extra: ExtraTexts;
}

/** The classifier that training starts from: fitted on the vectors as they are. */
function startingFrom(request: HeadRequest): HeadRequest {
  const options = { ...request.options, method: plainHead, early_stopping: noStopping };
  return { ...request, validation: undefined, unlabelled: undefined, options };
}

const noStopping: EarlyStoppingValue = { name: 'none', arguments: {} };

async function fitOn(
  request: HeadRequest,
  encoder: SourcedEncoder,
  head: Head | undefined,
  { signal, note }: ModelContext,
): Promise<Pick<Fitted, 'head' | 'validation' | 'unlabelled'>> {
  const { training, validation, unlabelled, options, pairs } = request;
  const { method, class_weights: classWeights } = options;
  const { prompt } = training;
  const encodeRows = rowEncoder(encoder, { prompt, pairs }, async () => training);
  const start = head ?? (await startOfCloze(method, training, encoder, encodeRows, note));
  const labels = training.labels.length;
  const rows = await rowsToFit(request, encoder, encodeRows);
  const told = async (fitted: Head): Promise<Head> => {
    const problem = trainsEncoder(method) ? await collapseNote(fitted, rows, training.labels) : undefined;
    if (problem !== undefined) note(problem);
    return fitted;
  };
  const settings = { classWeights, signal, start, layer: layerTraining(options) };
  if (unlabelled !== undefined) {
    const { fitWithUnlabelled } = await import('./unlabelled-rows.ts');
    const fitted = await fitWithUnlabelled(
      rows,
      await encodeRows(unlabelled),
      training.labels,
      method,
      settings,
    );
    const held = validation && (await validationRows(validation, training.labels, encodeRows));
    const record = held && { rows: held.truth.length, ...(await measureHead(fitted.head, held)) };
    return { head: await told(fitted.head), unlabelled: fitted.record, validation: record };
  }
  if (validation === undefined)
    return { head: await told(await fitHead(rows.vectors, rows.targets, labels, method, settings)) };
  const held = await validationRows(validation, training.labels, encodeRows);
  const patience = trainsEncoder(method) ? undefined : patienceOf(options.early_stopping); // the training has stopped already
  const fitted = await fitValidated(rows, labels, method, { ...settings, patience }, held);
  return { head: await told(fitted.head), validation: fitted.record };
}

/** For `cloze`: the scores of the labels' words. */
async function startOfCloze(
  method: Method,
  training: Dataset,
  encoder: SourcedEncoder,
  encode: EncodeRows,
  note: ModelContext['note'],
): Promise<Head | undefined> {
  const { prompt, labels } = training;
  if (method.name !== 'cloze' || prompt === undefined) return undefined;
  const start = await startOfWords(prompt, labels, encoder, note);
  return prompt.calibrate ? calibratedStart(start, training, encode) : start;
}
