// A masked language model on the engine of this step, asked for words in places of texts.
import type { LikelyWord, WordPlace } from '../learning/augment/fill.ts';
import type { Artifact } from './artifact.ts';
import type { AnsweringModel } from './asked-model.ts';
import { folderOf, openFolderEngine } from './huggingface-source.ts';
import { needsFiller, type ModelContext } from './model-source.ts';
import { stepFailure } from './step-failure.ts';

/** For each place whole words, the likeliest first; fewer than were looked at, and perhaps none. */
export type OpenMaskFiller = AnsweringModel<WordPlace, readonly LikelyWord[]>;

/** Tokens that are looked at in each place. */
const looked = 50;

/** Opens the engine, which is one a process: `dispose` closes it again. Throws `Failure` where the model has no words for masks. */
export async function openMaskFiller(files: Artifact, context: ModelContext): Promise<OpenMaskFiller> {
  if (!files.names.includes('config.json')) throw stepFailure(needsFiller, 'with'); // `builtin:ngrams`, a model of pictures
  const [{ loadMaskFiller }, { maskedText, wholeWords }] = await Promise.all([
    import('../learning/encoders/mask-filler.ts'),
    import('../learning/encoders/masked-place.ts'),
  ]);
  const { translated, close } = await openFolderEngine(files, context);
  try {
    const filler = await translated(() => loadMaskFiller(folderOf(files)));
    if (filler === undefined) throw stepFailure(needsFiller, 'with');
    const { tokenizer } = filler;
    return {
      answer: async (places, options) => {
        const texts = places.map((place) => maskedText(place, tokenizer));
        const likely = await translated(() => filler.likely(texts, looked, options));
        return likely.map((tokens, i) => {
          const place = places[i];
          return place === undefined ? [] : wholeWords(tokens, place, tokenizer);
        });
      },
      dispose: () => close(filler),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
