// What `tuneFolder` trains, opened: an encoder of texts or a net of pictures, with the rows of the training. Knows no methods.
import type { Engine } from '../engine/engine.ts';
import type { TrainableEncoder } from '../learning/encoders/trainable.ts';
import type { Net, Objective, Tuned, TuneSettings } from '../learning/training/tune-net.ts';
import type { Artifact } from './artifact.ts';
import { texts as textsOf } from './dataset.ts';
import { openTrainable } from './huggingface-source.ts';
import { imageModelKind } from './image-model.ts';
import {
  needsImages,
  needsTexts,
  openTrainableImages,
  pixelsOf,
  type TrainableKind,
} from './image-source.ts';
import type { Images } from './images.ts';
import {
  needsMaskedModel,
  refused,
  type ModelContext,
  type OpenEncoder,
  type TrainingContext,
} from './model-source.ts';
import type { Computation } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { untrainableNet } from './training-check.ts';

export interface TraineeRequest {
  /** A model folder. */
  readonly files: Artifact;
  /** Tokens read of a text, where fewer than the folder says. */
  readonly maxLength: number | undefined;
  /** The rows: texts, or names of `images`. */
  readonly texts: readonly string[];
  readonly images?: Images | undefined;
}

export interface Trainee {
  readonly layers: number;
  /** Where texts are read. */
  readonly text: TextTrainee | undefined;
  /** What is wrong in files or with the engine becomes a failure of the step. */
  readonly translated: <T>(work: () => Promise<T>) => Promise<T>;
  tune(objective: Objective, settings: TuneSettings): Promise<Tuned>;
  /** With the rows of the training, for steps that are not known beforehand. */
  net(): Promise<OpenNet>;
  /** As it is in the middle of training. */
  opened(tuned: Tuned): OpenEncoder;
  changedFiles(tuned: Tuned): Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>>;
  /** `training` is what was done, for the record of the step. */
  dispose(training: Computation['training']): Promise<void>;
}

export interface OpenNet {
  readonly engine: Pick<Engine, 'capture'>;
  readonly net: Net;
  /** Frees what it has beside the trainee. */
  readonly dispose: () => void;
}

export interface TextTrainee {
  readonly encoder: TrainableEncoder;
  readonly engine: Pick<Engine, 'capture'>;
  /** Opens another folder on the same engine; it is closed with the trainee. */
  readonly beside: (files: Artifact) => Promise<TrainableEncoder>;
}

export async function openTrainee(request: TraineeRequest, context: TrainingContext): Promise<Trainee> {
  const kind = await imageModelKind(request.files);
  if (kind === undefined) return openTexts(request, context);
  if (kind.name === 'pixels' || kind.name === 'layers') throw stepFailure(untrainableNet, 'model');
  return openPictures(request, kind, context);
}

async function openTexts(
  { files, maxLength, texts, images }: TraineeRequest,
  context: ModelContext,
): Promise<Trainee> {
  if (images !== undefined) throw stepFailure(needsTexts, 'model');
  const folder = await openTrainable(files, context, { maxLength });
  const { encoder, engine, translated } = folder;
  const others: TrainableEncoder[] = [];
  const { signal } = context;
  return {
    layers: encoder.layers,
    text: {
      encoder,
      engine,
      beside: async (other) => {
        const opened = await folder.beside(other);
        others.push(opened);
        return opened;
      },
    },
    translated,
    tune: async (objective, settings) => {
      const { tuneEncoder } = await import('../learning/training/tune-encoder.ts');
      return tuneEncoder(engine, encoder, texts, objective, settings);
    },
    net: async () => {
      const { textsNet } = await import('../learning/training/tune-encoder.ts');
      return { engine, ...(await textsNet(encoder, texts)) };
    },
    opened: (tuned) => ({
      encode: (some) => encoder.encode(some, tuned.encoder, { signal }),
      encodeImages: refused(needsTexts),
      encodeMasks: refused(needsMaskedModel),
      tokenizer: async () => encoder.tokenizer,
      dispose: async () => undefined,
    }),
    changedFiles: (tuned) => encoder.changedFiles(tuned.encoder),
    dispose: async (training) => {
      for (const other of others) other.dispose();
      await folder.dispose(training);
    },
  };
}

async function openPictures(
  { files, texts, images }: TraineeRequest,
  kind: TrainableKind,
  context: ModelContext,
): Promise<Trainee> {
  if (images === undefined) throw stepFailure(needsImages, 'model');
  const pictures = await pixelsOf(images, texts);
  const { engine, net, translated, dispose } = await openTrainableImages(files, kind, context);
  const { signal } = context;
  return {
    layers: net.layers,
    text: undefined,
    translated,
    tune: async (objective, settings) => {
      const { tuneImages } = await import('../learning/training/tune-images.ts');
      return tuneImages(engine, net, pictures, objective, settings);
    },
    net: async () => {
      const { picturesNet } = await import('../learning/training/tune-images.ts');
      const roomFor = (rows: number): number => Math.ceil(rows / 16) * 16; // few graphs
      return { engine, net: picturesNet(net, pictures, roomFor), dispose: () => undefined };
    },
    opened: (tuned) => ({
      encode: refused(needsImages),
      encodeImages: async (rows) => {
        if (rows.images === undefined) throw stepFailure(needsImages, 'model');
        return net.encode(await pixelsOf(rows.images, textsOf(rows)), tuned.encoder, { signal });
      },
      encodeMasks: refused(needsImages),
      dispose: async () => undefined,
    }),
    changedFiles: (tuned) => net.changedFiles(tuned.encoder),
    dispose,
  };
}
