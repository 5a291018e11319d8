// What a `model:` input is at run time, opened as an encoder: a built-in model, a Hugging Face folder, or a classifier, of
// which the encoder is taken. Loads learning and engine only when a text has to be encoded.
import type { Encoder } from '../learning/encoders/encoder.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Artifact } from './artifact.ts';
import { artifactFolder, digestOfFiles } from './artifact-folder.ts';
import { builtinFile } from './builtins.ts';
import { openHuggingFace } from './huggingface-source.ts';
import type { RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { cachedEncode, type Encode } from './vector-cache.ts';

/** What opening a model needs of a running step. */
export type ModelContext = Pick<
  RunContext<never, never>,
  'signal' | 'engine' | 'cacheDirectory' | 'progress' | 'note' | 'computed'
>;

export type EncodeProgress = (done: number, total: number) => void;

/** An encoder that is loaded when the first text needs it, and not at all where every vector is cached. */
export interface OpenEncoder {
  /** Texts to vectors [texts, width]. Shown as the progress of the step unless `progress` takes it. */
  readonly encode: (texts: readonly string[], progress?: EncodeProgress) => Promise<Matrix>;
  /** Frees what it holds. */
  readonly dispose: () => Promise<void>;
}

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
  readonly dispose: () => Promise<void>;
}

/** Where a classifier keeps the files of its encoder. */
export const encoderFolder = 'encoder';

/** Throws `Failure` where the artifact is no encoder; what is wrong inside its files shows with the first text. */
export async function openEncoder(
  artifact: Artifact,
  context: ModelContext,
  settings: EncoderSettings,
): Promise<SourcedEncoder> {
  const inside = artifactFolder(artifact, encoderFolder);
  const files = inside.names.length > 0 ? inside : artifact;
  if (!files.names.includes(builtinFile)) {
    const load = (): Promise<LoadedEncoder> => openHuggingFace(files, context, settings);
    return { files, ...opened(load, context, cacheKey(files, context, settings)) };
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
  const direct: Encode = async (texts, options) => {
    loading ??= load();
    return (await loading).encode(texts, options);
  };
  const { signal, cacheDirectory: directory, note } = context;
  const encode =
    key === undefined || directory === undefined ? direct : cachedEncode(direct, { directory, key, note });
  const shown: EncodeProgress = (done, total) => context.progress({ done, total, unit: 'rows' });
  return {
    encode: (texts, progress = shown) => encode(texts, { signal, progress }),
    dispose: async () => (await loading?.catch(() => undefined))?.dispose(),
  };
}

/** Equal keys give equal vectors: the same files, read in the same way by the same programs. */
function cacheKey(files: Artifact, { engine }: ModelContext, { maxLength }: EncoderSettings): string {
  const contents = digestOfFiles(files.names, (name) => files.digestOf(name));
  return JSON.stringify([vectorNumerics, contents, maxLength ?? null, engine.backend, engine.device]);
}

/** Raised when the same files give other vectors. */
const vectorNumerics = 1;
