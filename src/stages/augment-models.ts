// The models that changes of texts ask. A change asks while copies are drawn; what is not known then is answered for all rows at
// once, in batches, and the copies are drawn again: so that they depend on nothing but the rows, the seed and the models.
import type { LikelyWord, WordPlace } from '../learning/augment/fill.ts';
import type { Artifact } from './artifact.ts';
import { openMaskFiller, type OpenMaskFiller } from './mask-filler-source.ts';
import { encoderOf, type ModelContext } from './model-source.ts';

/** Words likely in a place; nothing where that has yet to be asked. */
export type LikelyWords = (place: WordPlace) => readonly LikelyWord[] | undefined;

export interface AskedModels {
  /** By the place of the model among those that fill. */
  likelyWords(model: number): LikelyWords;
  /** Answers everything that was asked since; false where nothing was. */
  answer(): Promise<boolean>;
  dispose(): Promise<void>;
}

/** A model that is asked for words at masks, with what is known and what is asked of it. */
interface Filler {
  readonly files: Artifact;
  readonly known: Map<string, readonly LikelyWord[]>;
  readonly asked: Map<string, WordPlace>;
}

/** Loads a model with the first word that it is asked for. */
export function openAskedModels(masked: readonly Artifact[], context: ModelContext): AskedModels {
  const byDigest = new Map<string, Filler>();
  const fillers = masked.map((artifact) => {
    const files = encoderOf(artifact);
    const same: Filler = byDigest.get(files.digest) ?? { files, known: new Map(), asked: new Map() };
    byDigest.set(files.digest, same);
    return same;
  });
  let open: { readonly of: Filler; readonly model: OpenMaskFiller } | undefined;
  const close = async (): Promise<void> => {
    const before = open;
    open = undefined;
    await before?.model.dispose();
  };
  const modelOf = async (filler: Filler): Promise<OpenMaskFiller> => {
    if (open?.of === filler) return open.model;
    await close(); // one engine a process
    open = { of: filler, model: await openMaskFiller(filler.files, context) };
    return open.model;
  };
  return {
    likelyWords: (model) => (place) => {
      const filler = fillers[model];
      if (filler === undefined) throw new Error(`there is no model ${model} that fills`);
      const key = `${place.before}\u0000${place.word}\u0000${place.after}`;
      const found = filler.known.get(key);
      if (found === undefined) filler.asked.set(key, place);
      return found;
    },
    answer: async () => {
      const waiting = [...byDigest.values()].filter(({ asked }) => asked.size > 0);
      for (const filler of waiting) {
        const asked = [...filler.asked];
        filler.asked.clear();
        const model = await modelOf(filler);
        const words = await model.likelyWords(
          asked.map(([, place]) => place),
          {
            signal: context.signal,
            progress: (done, total) => context.progress({ done, total, unit: 'masked words' }),
          },
        );
        asked.forEach(([key], i) => filler.known.set(key, words[i] ?? []));
      }
      return waiting.length > 0;
    },
    dispose: close,
  };
}
