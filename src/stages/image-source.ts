// Models that read pictures, opened as encoders of rows: built-in ones, folders, and what `meta-learn` gives. Loads learning and engine only when a picture has
// to be encoded. The vectors of a picture are cached under its name, which is the digest of its pixels.
import type { Engine } from '../engine/engine.ts';
import type { TrainableImages } from '../learning/images/trainable-images.ts';
import type { ImageEncoder } from '../learning/images/image-encoder.ts';
import type { Pixels } from '../learning/images/decode.ts';
import type { Artifact } from './artifact.ts';
import { texts, type Dataset } from './dataset.ts';
import { openFolderEngine, folderOf } from './huggingface-source.ts';
import type { ImageModelKind } from './image-model.ts';
import type { EncodeProgress, LoadedEncoder, ModelContext } from './model-source.ts';
import { loadMetaNet } from './meta-encoder.ts';
import type { Images } from './images.ts';
import type { Computation } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { cachedEncode, type Encode } from './vector-cache.ts';

export interface LoadedImages {
  readonly encode: ImageEncoder['encode'];
  readonly dispose: LoadedEncoder['dispose'];
}

export interface ImageReader {
  readonly encodeImages: (rows: Dataset, progress?: EncodeProgress) => Promise<Awaited<ReturnType<Encode>>>;
  readonly dispose: () => Promise<void>;
}

/** `key`: equal for equal vectors; nothing where they are not kept. */
export function openImageReader(
  load: () => Promise<LoadedImages>,
  context: ModelContext,
  key: string | undefined,
): ImageReader {
  let loading: Promise<LoadedImages> | undefined;
  const { signal, cacheDirectory: directory, note } = context;
  const shown: EncodeProgress = (done, total) => context.progress({ done, total, unit: 'rows' });
  return {
    encodeImages: async (rows, progress = shown) => {
      const { images } = rows;
      if (images === undefined) throw stepFailure(needsImages, 'model');
      const direct: Encode = async (names, options) => {
        loading ??= load();
        return (await loading).encode(await pixelsOf(images, names), options);
      };
      const encode =
        key === undefined || directory === undefined
          ? direct
          : cachedEncode(direct, { directory, key, note });
      return encode(texts(rows), { signal, progress });
    },
    dispose: async () => {
      const loaded = loading;
      loading = undefined; // used again, it is loaded again
      await (await loaded?.catch(() => undefined))?.dispose();
    },
  };
}

export async function pixelsOf(images: Images, names: readonly string[]): Promise<readonly Pixels[]> {
  const { height, width, channels } = images;
  const block = await images.open();
  return names.map((name) => ({ height, width, channels, data: block.pixels(name) }));
}

export async function loadPixels(): Promise<LoadedImages> {
  const { createPixels } = await import('../learning/images/pixels.ts');
  const encoder = createPixels();
  return { encode: (images, options) => encoder.encode(images, options), dispose: async () => undefined };
}

/** Opens an engine of its own. */
export async function loadImageModel(
  files: Artifact,
  kind: Exclude<ImageModelKind, { readonly name: 'pixels' }>,
  context: ModelContext,
): Promise<LoadedImages> {
  const { translated, close } = await openFolderEngine(files, context);
  try {
    const encoder = await translated(async (): Promise<ImageEncoder> => {
      if (kind.name === 'layers') {
        const { loadLayersModel } = await import('../learning/images/layers-model.ts');
        return loadLayersModel(folderOf(files));
      }
      const net = await loadNet(files, kind);
      return {
        encode: (images, options) => net.encode(images, new Map(), options),
        dispose: () => net.dispose(),
      };
    });
    return {
      encode: (images, options) => translated(() => encoder.encode(images, options)),
      dispose: () => close(encoder),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A net whose weights can be trained, on an engine of its own. */
export async function openTrainableImages(
  files: Artifact,
  kind: TrainableKind,
  context: ModelContext,
): Promise<TrainableNet> {
  const { engine, translated, close } = await openFolderEngine(files, context);
  try {
    const net = await translated(() => loadNet(files, kind));
    return { engine, net, translated, dispose: (training) => close(net, training) };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface TrainableNet {
  readonly engine: Engine;
  readonly net: TrainableImages;
  /** What is wrong in files or with the engine becomes a failure of the step. */
  readonly translated: <T>(work: () => Promise<T>) => Promise<T>;
  /** `training` is what was done, for the record of the step. */
  readonly dispose: (training: Computation['training']) => Promise<void>;
}

/** Kinds with weights that can be trained. */
export type TrainableKind = Extract<ImageModelKind, { readonly name: 'meta' | 'resnet' | 'huggingface' }>;

async function loadNet(files: Artifact, kind: TrainableKind): Promise<TrainableImages> {
  if (kind.name === 'meta') return loadMetaNet(files);
  const { trainableFolder, trainableResNet } = await import('../learning/images/trainable-images.ts');
  if (kind.name === 'huggingface') return trainableFolder(folderOf(files));
  return trainableResNet(await files.read(kind.file), kind.file);
}

/** For models of pictures that are given texts. */
export const needsImages = {
  code: 'wrong-artifact',
  message: 'this model reads pictures, and these rows are texts',
  hint: 'name the column of the pictures in `load`: `image: "…"`, or use a model of texts, such as "builtin:ngrams"',
} as const;

/** For models of texts that are given pictures. */
export const needsTexts = {
  code: 'wrong-artifact',
  message: 'this model reads texts, and these rows are pictures',
  hint: 'use a model of pictures: "builtin:glyph-conv", "builtin:pixels", a folder with `model.json` (TensorFlow.js) or of a ResNet or MobileNet, or one that `meta-learn` has trained',
} as const;

/** What is wrong with rows and a model that are known to be of different kinds. */
export function sightProblem(
  rows: { readonly images?: boolean | undefined } | undefined,
  model: { readonly images?: boolean | undefined } | undefined,
) {
  if (rows?.images === undefined || model?.images === undefined || rows.images === model.images)
    return undefined;
  return model.images ? needsImages : needsTexts;
}
