// A Hugging Face folder as an encoder on the engine of this step; what is wrong in its files becomes a failure of the step.
import type { Engine } from '../engine/engine.ts';
import type { EncodeOptions } from '../learning/encoders/encoder.ts';
import type { MaskedWords } from '../learning/encoders/masked-words.ts';
import type { ModelFolder } from '../learning/encoders/model-folder.ts';
import type { TextTokenizer } from '../learning/encoders/tokenizer.ts';
import type { TrainableEncoder } from '../learning/encoders/trainable.ts';
import type { Artifact } from './artifact.ts';
import { computationOf } from './computation.ts';
import { isSmallEncoder } from './encoder-size.ts';
import type { EncoderSettings, LoadedEncoder, ModelContext } from './model-source.ts';
import { openStepEngine, translated } from './open-engine.ts';
import type { Computation } from './stage.ts';
import { stepFailure } from './step-failure.ts';

/** Opens the engine, which is one a process: `dispose` closes it again. */
export async function openHuggingFace(
  files: Artifact,
  context: ModelContext,
  { maxLength }: EncoderSettings,
): Promise<LoadedEncoder> {
  const { loadSentenceEncoder } = await import('../learning/encoders/sentence-encoder.ts');
  const { engine, translated, close } = await openFolderEngine(files, context);
  const { device } = engine;
  try {
    const settings = { maxTokens: maxLength, device };
    const encoder = await translated(() => loadSentenceEncoder(folderOf(files), settings));
    const { encodeMasks } = encoder;
    return {
      encode: (texts, options) => translated(() => encoder.encode(texts, options)),
      ...(encodeMasks !== undefined && {
        encodeMasks: (texts: readonly string[], options: EncodeOptions) =>
          translated(() => encodeMasks(texts, options)),
      }),
      dispose: () => close(encoder),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface TrainableFolder {
  readonly engine: Engine;
  readonly encoder: TrainableEncoder;
  /** Another folder on the same engine; the caller disposes it. */
  readonly beside: (files: Artifact) => Promise<TrainableEncoder>;
  /** What is wrong in files or with the engine becomes a failure of the step. */
  readonly translated: Translated;
  /** `training` is what was done, for the record of the step. */
  readonly dispose: (training: Computation['training']) => Promise<void>;
}

/** The same folder, to be trained. */
export async function openTrainable(
  files: Artifact,
  context: ModelContext,
  { maxLength }: EncoderSettings,
): Promise<TrainableFolder> {
  const { loadTrainable } = await import('../learning/encoders/trainable.ts');
  const { engine, translated, close } = await openFolderEngine(files, context);
  try {
    const load = (from: Artifact): Promise<TrainableEncoder> =>
      translated(() => loadTrainable(folderOf(from), { maxTokens: maxLength, device: engine.device }));
    const encoder = await load(files);
    return { engine, encoder, beside: load, translated, dispose: (training) => close(encoder, training) };
  } catch (error) {
    await close();
    throw error;
  }
}

type Translated = <T>(work: () => Promise<T>) => Promise<T>;

interface FolderEngine {
  readonly engine: Engine;
  readonly translated: Translated;
  /** Says what was computed, frees the encoder, where one was loaded, and closes the engine. */
  readonly close: (encoder?: { dispose(): void }, training?: Computation['training']) => Promise<void>;
}

/** The engine for a model in files. */
export async function openFolderEngine(files: Artifact, context: ModelContext): Promise<FolderEngine> {
  const engine = await openStepEngine(context, await isSmallEncoder(files));
  const close: FolderEngine['close'] = async (encoder, training) => {
    context.computed?.(computationOf(engine, engine.device, training));
    encoder?.dispose();
    await engine.dispose();
  };
  return { engine, translated: (work) => translated(() => namingFiles(files, work)), close };
}

/** What learning makes of the files of a folder; what is wrong in them becomes a failure of the step. */
export function translatedFolder<T>(files: Artifact, work: (folder: ModelFolder) => Promise<T>): Promise<T> {
  return namingFiles(files, () => work(folderOf(files)));
}

/** The tokenizer alone. */
export async function openTokenizer(files: Artifact, { maxLength }: EncoderSettings): Promise<TextTokenizer> {
  const { loadFolderTokenizer } = await import('../learning/encoders/read-folder.ts');
  return namingFiles(files, () => loadFolderTokenizer(folderOf(files), { maxTokens: maxLength }));
}

/** What the words are to the model at a mask; nothing for models that are not asked for words. */
export async function openMaskedWords(
  files: Artifact,
  words: readonly string[],
): Promise<MaskedWords | undefined> {
  const { loadMaskedWords } = await import('../learning/encoders/masked-words.ts');
  return namingFiles(files, () => loadMaskedWords(folderOf(files), words));
}

/** The files as models see them. */
export function folderOf(files: Artifact): ModelFolder {
  return {
    has: async (name: string) => files.names.includes(name),
    read: (name: string) => files.read(name),
  };
}

/** What is wrong with a file, with the name that the user knows it by. */
async function namingFiles<T>(files: Artifact, work: () => Promise<T>): Promise<T> {
  const { ModelError } = await import('../learning/model-error.ts');
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { code, message, hint, file } = error;
    const shown = files.names.includes(file) ? files.display(file) : undefined;
    const text = shown === undefined ? message : message.replace(`\`${file}\``, `\`${shown}\``);
    throw stepFailure({ code, message: text, hint }, 'model');
  }
}
