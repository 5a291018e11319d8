// How each change of `augment` makes another text of a text, or of a picture's name the name of another. Loads what it needs when asked.
import type { Random } from '../learning/random.ts';
import type { BackTranslation, Change } from './augment-changes.ts';
import type { AskedModels } from './augment-models.ts';
import type { PictureChanges } from './picture-changes.ts';

/**
 * Another text of a text, or of a picture's name the name of another; the same where nothing can be changed, and nothing while a
 * model has yet to be asked.
 */
export type ChangeText = (text: string, random: Random) => string | undefined;

export interface Changing {
  /** Where there are some. */
  readonly pictures: Pick<PictureChanges, 'functionOf'> | undefined;
  readonly models: Pick<AskedModels, 'filler' | 'writer'>;
}

/** The functions of the changes, in their order; nothing for `mixup`, which changes no text. */
export async function openChanges(
  asked: readonly Change[],
  { pictures, models }: Changing,
): Promise<readonly (ChangeText | undefined)[]> {
  const needsThesaurus = asked.some(({ name }) => name === 'synonyms' || name === 'insert');
  const thesaurus = needsThesaurus ? await openThesaurus() : undefined;
  return Promise.all(
    asked.map(async (change): Promise<ChangeText | undefined> => {
      switch (change.name) {
        case 'synonyms':
        case 'insert': {
          const { insertSynonyms, replaceWithSynonyms } = await import('../learning/augment/synonyms.ts');
          if (thesaurus === undefined) return undefined;
          const apply = change.name === 'insert' ? insertSynonyms : replaceWithSynonyms;
          return (text, random) => apply(text, { rate: change.arguments.rate, random, thesaurus });
        }
        case 'swap': {
          const { swapWords } = await import('../learning/augment/swap.ts');
          return (text, random) => swapWords(text, { rate: change.arguments.rate, random });
        }
        case 'delete': {
          const { deleteWords } = await import('../learning/augment/delete.ts');
          return (text, random) => deleteWords(text, { rate: change.arguments.rate, random });
        }
        case 'typos': {
          const { makeTypos } = await import('../learning/augment/typos.ts');
          return (text, random) => makeTypos(text, { rate: change.arguments.rate, random });
        }
        case 'fill': {
          const { fillWords } = await import('../learning/augment/fill.ts');
          const likely = models.filler(change.arguments.model).ask;
          return (text, random) => fillWords(text, { rate: change.arguments.rate, random, likely });
        }
        case 'paraphrase': {
          const { model: place, prefix, temperature: heat } = change.arguments;
          const { ask } = models.writer(place);
          return (text, random) => {
            const made = ask({
              text: prefix + text,
              drawn: { seed: random.below(2 ** 32), temperature: heat },
            });
            return made === '' ? text : made;
          };
        }
        case 'back_translate':
          return backTranslation(change.arguments, models);
        case 'crop':
        case 'flip':
        case 'rotate':
        case 'shift':
        case 'erase':
        case 'jitter':
        case 'noise':
          return pictures?.functionOf(change);
        case 'mixup':
          return undefined;
        default:
          return change satisfies never;
      }
    }),
  );
}

function backTranslation(
  { model: places, via, language, temperature: heat }: BackTranslation['arguments'],
  { writer }: Changing['models'],
): ChangeText {
  const [there = 0, back] = places;
  const languages = (from: string, to: string) => (back === undefined ? { languages: { from, to } } : {});
  const [forth, home] = [languages(language, via ?? ''), languages(via ?? '', language)];
  return (text, random) => {
    const drawn = { seed: random.below(2 ** 32), temperature: heat };
    const between = writer(there).ask({ text, drawn, ...forth });
    if (between === undefined || between === '') return between && text;
    const made = writer(back ?? there).ask({ text: between, ...home });
    return made === '' ? text : made;
  };
}

async function openThesaurus() {
  const [{ openWordnet }, { wordnetFiles }] = await Promise.all([
    import('../learning/augment/wordnet.ts'),
    import('./wordnet-files.ts'),
  ]);
  return openWordnet(wordnetFiles());
}
