// A sequence-to-sequence model that is asked for other texts while copies are drawn, and answers all at once.
import type { Artifact } from './artifact.ts';
import type { AskedModel } from './augment-models.ts';
import type { ModelContext } from './model-source.ts';
import { openTextGenerator, type OpenTextGenerator } from './text-generator-source.ts';

export interface WritingAsked {
  readonly text: string;
  /** Of the stream that tokens are drawn from; without it the likeliest are taken. */
  readonly drawn?: { readonly seed: number; readonly temperature: number };
  /** Codes of languages, for a model that knows several. */
  readonly languages?: { readonly from: string; readonly to: string };
}

export interface AskedWriter extends AskedModel {
  /** A text, which may be empty; nothing where it has yet to be written. */
  readonly written: (asked: WritingAsked) => string | undefined;
}

/** Loads the model with the first answer. */
export function askedWriter(artifact: Artifact, context: ModelContext): AskedWriter {
  const known = new Map<string, string>();
  const asked = new Map<string, WritingAsked>();
  let open: OpenTextGenerator | undefined;
  return {
    written: (one) => {
      const key = JSON.stringify(one);
      const found = known.get(key);
      if (found === undefined) asked.set(key, one);
      return found;
    },
    waiting: () => asked.size > 0,
    answer: async () => {
      const questions = [...asked];
      asked.clear();
      open ??= await openTextGenerator(artifact, context);
      const progress = (done: number, total: number): void =>
        context.progress({ done, total, unit: 'texts' });
      const wanted = questions.map(([, one]) => one);
      const texts = await open.write(wanted, { signal: context.signal, progress });
      questions.forEach(([key], i) => known.set(key, texts[i] ?? ''));
    },
    close: async () => {
      const before = open;
      open = undefined;
      await before?.dispose();
    },
  };
}
