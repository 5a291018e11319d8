// What a `model:` input is at run time, opened as an encoder: a built-in model, a Hugging Face folder, or a classifier, of
// which the encoder is taken. Loads learning and engine only when a text has to be encoded.
import type { Encoder } from '../learning/encoders/encoder.ts';
import type { TextTokenizer } from '../learning/encoders/tokenizer.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Artifact } from './artifact.ts';
import { artifactFolder, digestOfFiles } from './artifact-folder.ts';
import { builtinFile } from './builtins.ts';
import { openHuggingFace, openTokenizer } from './huggingface-source.ts';
import { imageModelKind, type ImageModelKind } from './image-model.ts';
import {
  loadImageModel,
  loadPixels,
  needsImages,
  needsTexts,
  openImageReader,
  type ImageReader,
  type LoadedImages,
} from './image-source.ts';
import { isSmallEncoder } from './encoder-size.ts';
import { chooseStepDevice } from './open-engine.ts';
import type { RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { cachedEncode, type Encode } from './vector-cache.ts';

/** What opening a model needs of a running step. */
export type ModelContext = Pick<
  RunContext<never, never>,
  'signal' | 'engine' | 'cacheDirectory' | 'progress' | 'note' | 'computed' | 'using' | 'probeProgram'
> & {
  /** Whether vectors are looked up in the cache and put there; they are unless it says no. */
  readonly keepsVectors?: boolean;
};

/** The same where models are trained. */
export type TrainingContext = ModelContext & Pick<RunContext<never, never>, 'checkpoint'>;

export type EncodeProgress = (done: number, total: number) => void;

/** An encoder that is loaded when the first text needs it, and not at all where every vector is cached. */
export interface OpenEncoder {
  /** Texts to vectors [texts, width]. Shown as the progress of the step unless `progress` takes it. */
  readonly encode: EncodeTexts;
  /** Texts with one mask each to the vectors at it. Throws `Failure` where the model is not asked for words. */
  readonly encodeMasks: EncodeTexts;
  /** Rows of pictures to vectors [rows, width]. Throws `Failure` where the model reads texts; so do the others where it reads pictures. */
  readonly encodeImages: ImageReader['encodeImages'];
  /** Absent where whole texts are read. */
  readonly tokenizer?: () => Promise<TextTokenizer>;
  /** Frees what it holds; it can be used again afterwards. */
  readonly dispose: () => Promise<void>;
}

export type EncodeTexts = (texts: readonly string[], progress?: EncodeProgress) => Promise<Matrix>;

/** An encoder with the files it came from, and no others. */
export interface SourcedEncoder extends OpenEncoder {
  readonly files: Artifact;
}

export interface EncoderSettings {
  /** Tokens read of a text; `undefined` for what the model says. */
  readonly maxLength: number | undefined;
}

/** An encoder that has been loaded, and how to free it. */
export interface LoadedEncoder {
  readonly encode: Encode;
  readonly encodeMasks?: Encode;
  readonly dispose: () => Promise<void>;
}

/** Where a classifier keeps the files of its encoder. */
export const encoderFolder = 'encoder';
/** Where it keeps those that training has changed, as they were before any training. */
export const baseFolder = 'base';

/** The files of an encoder: those of the model, or of a classifier those that it keeps in a folder. */
export function encoderOf(model: Artifact): Artifact {
  const inside = artifactFolder(model, encoderFolder);
  return inside.names.length > 0 ? inside : model;
}

/** Throws `Failure` where the artifact is no encoder; what is wrong inside its files shows with the first text. */
export async function openEncoder(
  artifact: Artifact,
  context: ModelContext,
  settings: EncoderSettings,
): Promise<SourcedEncoder> {
  const files = encoderOf(artifact);
  const kind = await imageModelKind(files);
  if (kind !== undefined) return { files, ...(await openImages(files, kind, context)) };
  if (!files.names.includes(builtinFile)) {
    const load = (): Promise<LoadedEncoder> => openHuggingFace(files, context, settings);
    const { device } = await chooseStepDevice(context, await isSmallEncoder(files));
    const open = opened(load, context, cacheKey(files, context, settings, device));
    let tokenizer: Promise<TextTokenizer> | undefined;
    return { files, ...open, tokenizer: () => (tokenizer ??= openTokenizer(files, settings)) };
  }
  const { name } = JSON.parse(new TextDecoder().decode(await files.read(builtinFile))) as { name: string }; // written by us
  if (name !== 'ngrams')
    throw stepFailure(
      { code: 'unknown-builtin', message: `this version of fslrun has no built-in encoder \`${name}\`` },
      'model',
    );
  return { files, ...openNgrams(context) };
}

/** `builtin:ngrams`. Its vectors are not cached: 16 KB on the disk for each text would save a quarter of a millisecond. */
export function openNgrams(context: ModelContext): OpenEncoder {
  const load = async (): Promise<LoadedEncoder> => {
    const { createNgrams } = await import('../learning/encoders/ngrams.ts');
    const encoder: Encoder = createNgrams();
    return {
      encode: (texts, options) => encoder.encode(texts, options),
      dispose: async () => encoder.dispose(),
    };
  };
  return opened(load, context, undefined);
}

function opened(
  load: () => Promise<LoadedEncoder>,
  context: ModelContext,
  key: string | undefined,
): OpenEncoder {
  let loading: Promise<LoadedEncoder> | undefined;
  const { signal, cacheDirectory: directory, note, keepsVectors = true } = context;
  const shown: EncodeProgress = (done, total) => context.progress({ done, total, unit: 'rows' });
  const through = (choose: (loaded: LoadedEncoder) => Encode, what: string): EncodeTexts => {
    const direct: Encode = async (texts, options) => {
      loading ??= load();
      return choose(await loading)(texts, options);
    };
    const encode =
      key === undefined || directory === undefined || !keepsVectors
        ? direct
        : cachedEncode(direct, { directory, key: key + what, note });
    return (texts, progress = shown) => encode(texts, { signal, progress });
  };
  return {
    encodeImages: refused(needsTexts),
    encode: through(({ encode }) => encode, ''),
    encodeMasks: through(({ encodeMasks }) => {
      if (encodeMasks === undefined) throw stepFailure(needsMaskedModel, 'model');
      return encodeMasks;
    }, ' at the mask'),
    dispose: async () => {
      const loaded = loading;
      loading = undefined; // used again, it is loaded again
      await (await loaded?.catch(() => undefined))?.dispose();
    },
  };
}

async function openImages(
  files: Artifact,
  kind: ImageModelKind,
  context: ModelContext,
): Promise<OpenEncoder> {
  if (kind.name === 'pixels') return openPixels(context);
  const load = (): Promise<LoadedImages> => loadImageModel(files, kind, context);
  return ofImages(openImageReader(load, context, await imageKey(files, context)));
}

/** `builtin:pixels`. Its vectors are not cached: they are the pixels. */
export function openPixels(context: ModelContext): OpenEncoder {
  return ofImages(openImageReader(loadPixels, context, undefined));
}

function ofImages(reader: ImageReader): OpenEncoder {
  return { ...reader, encode: refused(needsImages), encodeMasks: refused(needsImages) };
}

async function imageKey(files: Artifact, context: ModelContext): Promise<string> {
  const { device } = await chooseStepDevice(context);
  return cacheKey(files, context, { maxLength: undefined }, device);
}

/** What stands in the place of a way of reading that a model does not have. */
export function refused(
  problem: typeof needsImages | typeof needsTexts | typeof needsMaskedModel,
): () => Promise<never> {
  return async () => {
    throw stepFailure(problem, 'model');
  };
}

/** For models that have vectors of texts and no words for a mask. */
export const needsMaskedModel = {
  code: 'wrong-artifact',
  message: 'the template asks for a word (`{mask}`), and this model has none to give',
  hint: 'use `"builtin:fsl-mini"`, a folder that was saved with its masked language model, such as `BertForMaskedLM`, or what `pretrain` makes of this one; for a sentence encoder write `label_template` in the place of `{mask}`',
} as const;

/** For `fill`, with a model that has no words for a mask. */
export const needsFiller = {
  code: 'wrong-artifact',
  message: '`fill` asks a masked language model for words, and this model has none to give',
  hint: 'use `"builtin:fsl-mini"`, a folder that was saved with its masked language model, such as `BertForMaskedLM`, or what `pretrain` makes of this one',
} as const;

/** Equal keys give equal vectors: the same files, read in the same way by the same programs. */
function cacheKey(
  files: Artifact,
  { engine }: ModelContext,
  { maxLength }: EncoderSettings,
  device: 'cpu' | 'gpu',
): string {
  const contents = digestOfFiles(files.names, (name) => files.digestOf(name));
  const { backend, precision } = engine;
  const rounded = precision === undefined ? [] : [precision];
  return JSON.stringify([vectorNumerics, contents, maxLength ?? null, backend, device, ...rounded]);
}

/** Raised when the same files give other vectors. */
const vectorNumerics = 1;
