// The classifier artifact: what `fine-tune` gives and `evaluate` and `predict` take. Knows its files, not how it was fitted.
//
//   model.json        what it is: labels, method, head
//   head.safetensors  the tensors of the head
//   consumed.parquet  the rows it was fitted on and selected with, those of the models it was made from included
//   encoder/…         the files of the encoder, as they were
//   support/…         the training rows, as a dataset
import type { Head } from '../learning/heads/head.ts';
import type { HeadDescription } from '../learning/heads/stored.ts';
import type { Adaptation } from './adapt-options.ts';
import type { AdaptationRecord } from './adapt-record.ts';
import type { Artifact, Output } from './artifact.ts';
import { artifactFolder, outputFolder } from './artifact-folder.ts';
import { overlaid } from './artifact-overlay.ts';
import type { Consumed } from './consumed.ts';
import { readConsumed, writeConsumed } from './consumed-file.ts';
import type { Dataset } from './dataset.ts';
import { readDataset, readImageShape, readRoles, writeDataset } from './dataset-file.ts';
import type { Agreement } from './distill-agreement.ts';
import { saveEncoderFiles } from './encoder-artifact.ts';
import type { Method } from './fine-tune-method.ts';
import type { OneClassRecord } from './fine-tune-one-class.ts';
import type { ValidationRecord } from './fine-tune-selection.ts';
import { headFile } from './head-file.ts';
import type { StrengthRecord } from './head-strength.ts';
import type { ImageShape } from './images.ts';
import type { NamedRecord } from './label-gate.ts';
import { baseFolder, openEncoder, type ModelContext, type SourcedEncoder } from './model-source.ts';
import type { PairReading } from './pairs.ts';
import type { Prompt } from './prompted.ts';
import { rowEncoder, type EncodeRows } from './row-encoder.ts';
import { stepFailure } from './step-failure.ts';
import type { TrainedEncoder, TrainingRecord } from './tune-folder.ts';
import type { UnlabelledRecord } from './unlabelled-rows.ts';
import type { CallValue } from './value.ts';

const descriptionFile = 'model.json';
export const supportFolder = 'support';

/** Contents of `model.json`. */
export interface ClassifierDescription {
  readonly format: 'fsl-classifier';
  readonly version: 2;
  /** In the order of the head's outputs. */
  readonly labels: readonly string[];
  readonly method: Method | Distillation | Adaptation;
  readonly class_weights: 'none' | 'balanced';
  /** Tokens; null for what the encoder's own files say. */
  readonly max_length: number | null;
  readonly head: HeadDescription;
  /** How the encoder was trained, where it was. */
  readonly trained?: TrainingRecord;
  /** How the strength of the penalty was found in the training rows, where it was. */
  readonly strength?: StrengthRecord;
  /** What validation rows said, where there were any. */
  readonly validation?: ValidationRecord;
  /** Texts of the labels' names that were learnt too, where that was asked for or tried. */
  readonly named?: NamedRecord;
  /** Rows without labels that were learnt too, where there were any. */
  readonly unlabelled?: UnlabelledRecord;
  /** How rows are put before the encoder; without it, their texts as they are. */
  readonly prompt?: Prompt;
  /** Where rows are pairs of texts: how those are read. */
  readonly pairs?: PairReading;
  /** Of students: how they were taught. */
  readonly distilled?: DistillationRecord;
  /** What it learnt from a stream, the last time. */
  readonly adapted?: AdaptationRecord;
  /** Where rows have several labels: every label that is at least so probable is given. Without it: the most probable one. */
  readonly threshold?: number;
  /** Where it knows normal rows alone: its labels are theirs, and one for all other rows. */
  readonly one_class?: OneClassRecord;
}

export type Distillation = CallValue<
  'distill',
  {
    readonly temperature: number;
    readonly alpha: number;
    readonly c: number;
    readonly match: readonly string[];
  }
>;

export interface DistillationRecord {
  readonly teachers: number;
  /** Rows that the teachers labelled. */
  readonly rows: number;
  /** With the teachers, on rows held out; null where there were too few. */
  readonly agreement: Agreement | null;
}

export interface FittedClassifier {
  readonly labels: readonly string[];
  readonly method: Method | Distillation | Adaptation;
  readonly classWeights: 'none' | 'balanced';
  readonly maxLength: number | undefined;
  readonly head: Head;
  /** The files of the encoder, before what was trained now. */
  readonly encoder: Artifact;
  /** Where it was trained before: those of its files that were others before that. */
  readonly base?: Artifact | undefined;
  /** What was trained now. */
  readonly trained?: TrainedEncoder | undefined;
  /** The training rows. */
  readonly support: Dataset;
  /** All that it was fitted on and selected with, and what the models it was made from were. */
  readonly consumed: Consumed;
  readonly strength?: StrengthRecord | undefined;
  readonly validation?: ValidationRecord | undefined;
  readonly named?: NamedRecord | undefined;
  readonly unlabelled?: UnlabelledRecord | undefined;
  readonly prompt?: Prompt | undefined;
  readonly pairs?: PairReading | undefined;
  readonly distilled?: DistillationRecord | undefined;
  readonly adapted?: AdaptationRecord | undefined;
  readonly threshold?: number | undefined;
  readonly oneClass?: OneClassRecord | undefined;
}

export interface Classifier {
  readonly description: ClassifierDescription;
  readonly labels: readonly string[];
  readonly head: Head;
  /** Bare texts to vectors [texts, width]. */
  readonly encode: SourcedEncoder['encode'];
  /** Of the encoder, where it does not read whole texts. */
  readonly tokenizer?: SourcedEncoder['tokenizer'];
  /** Rows to the vectors [rows, width] that the head reads. */
  readonly encodeRows: EncodeRows;
  /** Where the encoder was trained: as it was before, for the same rows. Only one of the two is in memory at a time. */
  readonly before?: Pick<Classifier, 'encodeRows' | 'dispose'>;
  /** The rows it was fitted on. */
  readonly support: () => Promise<Dataset>;
  /** All that it was fitted on and selected with, and what the models it was made from were. */
  readonly consumed: () => Promise<Consumed>;
  /** Frees what the encoder holds. */
  readonly dispose: () => Promise<void>;
}

export async function saveClassifier(output: Output, fitted: FittedClassifier): Promise<void> {
  const [{ describeHead, headTensors }, { writeSafetensors }] = await Promise.all([
    import('../learning/heads/stored.ts'),
    import('../learning/safetensors.ts'),
  ]);
  const description: ClassifierDescription = {
    format: 'fsl-classifier',
    version: 2,
    labels: fitted.labels,
    method: fitted.method,
    class_weights: fitted.classWeights,
    max_length: fitted.maxLength ?? null,
    head: describeHead(fitted.head),
    ...(fitted.trained !== undefined && { trained: fitted.trained.record }),
    ...(fitted.strength !== undefined && { strength: fitted.strength }),
    ...(fitted.validation !== undefined && { validation: fitted.validation }),
    ...(fitted.named !== undefined && { named: fitted.named }),
    ...(fitted.unlabelled !== undefined && { unlabelled: fitted.unlabelled }),
    ...(fitted.prompt !== undefined && { prompt: fitted.prompt }),
    ...(fitted.pairs !== undefined && { pairs: fitted.pairs }),
    ...(fitted.distilled !== undefined && { distilled: fitted.distilled }),
    ...(fitted.adapted !== undefined && { adapted: fitted.adapted }),
    ...(fitted.threshold !== undefined && { threshold: fitted.threshold }),
    ...(fitted.oneClass !== undefined && { one_class: fitted.oneClass }),
  };
  await output.write(descriptionFile, JSON.stringify(description, null, 2) + '\n');
  await output.write(headFile, writeSafetensors(headTensors(fitted.head)));
  await writeConsumed(output, fitted.consumed);
  await writeDataset(outputFolder(output, supportFolder), fitted.support);
  await saveEncoderFiles(output, fitted);
}

/** What it is, and the numbers of its head: files of an exported folder, by names that no model folder has, and what they are in a classifier. */
export const exportedHead: Readonly<Record<string, string>> = {
  'classifier.json': descriptionFile,
  [headFile]: headFile,
};

export async function takeHead(classifier: Artifact, output: Output): Promise<void> {
  for (const [name, own] of Object.entries(exportedHead)) await output.take(name, classifier, own);
}

/** Of a model whose encoder was trained: those of its files that were others before; nothing where it was not. */
export function baseOf(model: Artifact): Artifact | undefined {
  const base = artifactFolder(model, baseFolder);
  return base.names.length === 0 ? undefined : base;
}

/** Whether it gives labels, and not vectors alone. */
export function isClassifier(model: Artifact): boolean {
  return model.names.includes(descriptionFile);
}

/** Throws `Failure` where the artifact is no classifier, or its encoder cannot be opened. */
export async function loadClassifier(artifact: Artifact, context: ModelContext): Promise<Classifier> {
  const description = await readDescription(artifact);
  if (description === undefined)
    throw stepFailure(
      {
        code: 'needs-classifier',
        message: 'this model gives vectors, not labels',
        hint: 'put a `fine-tune` before it: its result is a classifier',
      },
      'model',
    );
  const [{ restoreHead }, { readSafetensors }] = await Promise.all([
    import('../learning/heads/stored.ts'),
    import('../learning/safetensors.ts'),
  ]);
  const tensors = readSafetensors(await artifact.read(headFile), artifact.display(headFile));
  const maxLength = description.max_length ?? undefined;
  const encoder = await openEncoder(artifact, context, { maxLength });
  const support = (): Promise<Dataset> => supportOf(artifact);
  const base = baseOf(artifact);
  const before = base && (await openEncoder(overlaid(encoder.files, base), context, { maxLength }));
  return {
    description,
    labels: description.labels,
    head: restoreHead(description.head, tensors),
    encode: encoder.encode,
    ...(encoder.tokenizer !== undefined && { tokenizer: encoder.tokenizer }),
    encodeRows: rowEncoder(encoder, description, support),
    ...(before !== undefined && {
      // Pairs are read apart by an encoder that has not been trained on them.
      before: {
        encodeRows: rowEncoder(
          before,
          { ...description, pairs: description.pairs && ('apart' as const) },
          support,
        ),
        dispose: before.dispose,
      },
    }),
    dispose: async () => {
      await encoder.dispose();
      await before?.dispose();
    },
    support,
    consumed: () => readConsumed(artifact),
  };
}

/** The rows that a classifier was fitted on. */
function supportOf(classifier: Artifact): Promise<Dataset> {
  return readDataset(artifactFolder(classifier, supportFolder));
}

/** Of the pictures that it was fitted on; nothing where they are texts. */
export function pictureShapeOf(classifier: Artifact): Promise<ImageShape | undefined> {
  return readImageShape(artifactFolder(classifier, supportFolder));
}

/** The columns of the two texts of the pairs that it was fitted on; nothing where it reads single texts. */
export async function pairColumnsOf(
  classifier: Artifact,
): Promise<readonly [first: string, second: string] | undefined> {
  if ((await readDescription(classifier))?.pairs === undefined) return undefined;
  const { text = 'text', second = 'second' } = await readRoles(artifactFolder(classifier, supportFolder));
  return [text, second];
}

/** Nothing for another model. */
export async function readDescription(artifact: Artifact): Promise<ClassifierDescription | undefined> {
  if (!isClassifier(artifact)) return undefined;
  const json = new TextDecoder().decode(await artifact.read(descriptionFile));
  const description = JSON.parse(json) as ClassifierDescription; // an artifact of ours, verified when read
  if (description.format !== 'fsl-classifier' || description.version !== 2)
    throw stepFailure({
      code: 'bad-model',
      message: `\`${artifact.display(descriptionFile)}\` was written by another version of fslrun`,
      hint: 'run the step that made it again with `--force`',
    });
  return description;
}
