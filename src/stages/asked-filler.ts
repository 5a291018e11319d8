// A masked language model that is asked for words in places of texts while copies are drawn, and answers all at once.
import type { LikelyWord, WordPlace } from '../learning/augment/fill.ts';
import type { Artifact } from './artifact.ts';
import type { AskedModel } from './augment-models.ts';
import { openMaskFiller, type OpenMaskFiller } from './mask-filler-source.ts';
import { encoderOf, type ModelContext } from './model-source.ts';

export interface AskedFiller extends AskedModel {
  /** Words likely in a place; nothing where that has yet to be answered. */
  readonly likelyWords: (place: WordPlace) => readonly LikelyWord[] | undefined;
}

/** Loads the model with the first answer. */
export function askedFiller(artifact: Artifact, context: ModelContext): AskedFiller {
  const known = new Map<string, readonly LikelyWord[]>();
  const asked = new Map<string, WordPlace>();
  let open: OpenMaskFiller | undefined;
  return {
    likelyWords: (place) => {
      const key = [place.before, place.word, place.after].join('\u0000');
      const found = known.get(key);
      if (found === undefined) asked.set(key, place);
      return found;
    },
    waiting: () => asked.size > 0,
    answer: async () => {
      const questions = [...asked];
      asked.clear();
      open ??= await openMaskFiller(encoderOf(artifact), context);
      const places = questions.map(([, place]) => place);
      const progress = (done: number, total: number): void =>
        context.progress({ done, total, unit: 'masked words' });
      const words = await open.likelyWords(places, { signal: context.signal, progress });
      questions.forEach(([key], i) => known.set(key, words[i] ?? []));
    },
    close: async () => {
      const before = open;
      open = undefined;
      await before?.dispose();
    },
  };
}
