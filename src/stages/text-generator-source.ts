// A sequence-to-sequence model in ONNX files, on the processor.
import { availableParallelism } from 'node:os';
import type { Artifact } from './artifact.ts';
import type { AnsweringModel } from './asked-model.ts';
import { translatedFolder } from './huggingface-source.ts';
import type { ModelContext } from './model-source.ts';
import { sequenceFiles } from './sequence-files.ts';
import { stepFailure } from './step-failure.ts';

export interface WritingAsked {
  readonly text: string;
  /** Of the stream that tokens are drawn from; without it the likeliest are taken. */
  readonly drawn?: { readonly seed: number; readonly temperature: number };
  /** Codes of languages, for a model that knows several. */
  readonly languages?: { readonly from: string; readonly to: string };
}

/** A text for each, which may be empty. Throws `Failure` where the model does not know a language. */
export type OpenTextGenerator = AnsweringModel<WritingAsked, string>;

/** Throws `Failure` where the files cannot be run. */
export async function openTextGenerator(files: Artifact, context: ModelContext): Promise<OpenTextGenerator> {
  const [{ openOnnxFile }, { loadTextGenerator }, { createRandom }] = await Promise.all([
    import('../engine/onnx-file.ts'),
    import('../learning/generation/text-generator.ts'),
    import('../learning/random.ts'),
  ]);
  const names = sequenceFiles(files.names);
  if (names === undefined) throw stepFailure(needsWriter, 'with');
  const threads = context.engine.threads ?? availableParallelism();
  context.using?.('cpu');
  const open: { dispose(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const file of open.splice(0)) await file.dispose();
  };
  const opened = async (name: string) => {
    const path = await files.path(name);
    for (const beside of files.names)
      if (beside.startsWith(`${name}_`) || beside.startsWith(`${name}.`)) await files.path(beside); // its numbers
    try {
      const file = await openOnnxFile(path, threads);
      open.push(file);
      return file;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `\`${files.display(name)}\` cannot be run: ${reason}`;
      throw stepFailure({ code: 'bad-model', message, hint: 'export the model again' }, 'with');
    }
  };
  try {
    const { encoder, decoder, later } = names;
    const parts = {
      encoder: await opened(encoder),
      decoder: await opened(decoder),
      later: later === undefined ? undefined : await opened(later),
    };
    const generator = await translatedFolder(files, (folder) => loadTextGenerator(folder, parts));
    const token = (code: string): number => {
      const id = generator.language(code);
      if (id === undefined) throw stepFailure(unknownLanguage(code), 'with');
      return id;
    };
    return {
      answer: (asked, options) =>
        generator.texts(
          asked.map(({ text, drawn, languages }) => ({
            text,
            sampling: drawn && { ...drawn, random: createRandom(drawn.seed, 'texts') },
            languages: languages && { from: token(languages.from), to: token(languages.to) },
          })),
          options,
        ),
      dispose: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** For changes that write texts, with a model that does not. */
export const needsWriter = {
  code: 'wrong-artifact',
  message: 'a sequence-to-sequence model is needed here, in ONNX files, and this model is none',
  hint: 'export it with `optimum-cli export onnx --model NAME FOLDER`, or name one of the hub that has `onnx/encoder_model.onnx`',
} as const;

export function unknownLanguage(code: string) {
  return {
    code: 'wrong-artifact',
    message: `the model has no token for the language \`${code}\``,
    hint: 'write the code as the model has it, such as `fr` or `fra_Latn`; where one model goes there and another one back, name both: `model: [there, back]`',
  } as const;
}
