// WordNet (Fellbaum 1998; files of the 3.1 database, see `wndb(5WN)`) as a thesaurus. Takes a synonym only where a word
// is clearly of one part of speech and mostly used in one sense. Its files come through a port.
import { inflect, readings, type Inflection } from './inflection.ts';
import type { Thesaurus } from './thesaurus.ts';

/** The database's files by name: `index.noun`, `data.noun`, …, `index.sense`. */
export interface WordnetFiles {
  read(name: string): Promise<Uint8Array>;
}

type PartOfSpeech = 'noun' | 'verb' | 'adj' | 'adv';

const partsOfSpeech: readonly PartOfSpeech[] = ['noun', 'verb', 'adj', 'adv'];

/** By the number that stands for it in `index.sense`; 5 is an adjective too. */
const bySenseType: Readonly<Record<string, PartOfSpeech>> = {
  1: 'noun',
  2: 'verb',
  3: 'adj',
  4: 'adv',
  5: 'adj',
};

interface Meaning {
  readonly base: string;
  readonly inflection: Inflection;
  readonly partOfSpeech: PartOfSpeech;
  /** How often the word was met in this part of speech, and in its first sense, in the texts WordNet was tagged on. */
  readonly count: number;
  readonly firstSense: number;
}

/** A part of speech is clear where it is met this many times as often as all others together. */
const dominance = 3;

/** Reads the files; looks words up in them when asked. */
export async function openWordnet(files: WordnetFiles): Promise<Thesaurus> {
  const names = [...partsOfSpeech.flatMap((part) => [`index.${part}`, `data.${part}`]), 'index.sense'];
  const read = await Promise.all(names.map(async (name) => [name, await files.read(name)] as const));
  const contents = new Map(read);
  const file = (name: string) => contents.get(name) ?? new Uint8Array();
  const known = new Map<string, readonly string[]>();
  return {
    synonyms: (word) => {
      const found = known.get(word) ?? lookUp(word, file);
      known.set(word, found);
      return found;
    },
  };
}

type Files = (name: string) => Uint8Array;

function lookUp(word: string, file: Files): readonly string[] {
  if (!/^[a-z]+$/.test(word)) return [];
  const meaning = clearMeaning([
    ...meaningsOf(word, 'base', partsOfSpeech, file),
    ...readings(word).flatMap(({ base, inflection }) =>
      meaningsOf(base, inflection, inflection === 'plural' ? ['noun'] : ['verb'], file),
    ),
  ]);
  if (meaning === undefined) return [];
  const inflected = firstSynset(meaning, file)
    .filter((synonym) => synonym !== meaning.base && /^[a-z]+(?: [a-z]+)*$/.test(synonym))
    .flatMap((synonym) => inflect(synonym, meaning.inflection) ?? []);
  return [...new Set(inflected)].filter((synonym) => synonym !== word);
}

/** The one meaning that outweighs the others, if it is mostly its first sense. */
function clearMeaning(meanings: readonly Meaning[]): Meaning | undefined {
  const [best, ...others] = [...meanings].sort((a, b) => b.count - a.count);
  if (best === undefined) return undefined;
  const rest = others.reduce((sum, { count }) => sum + count, 0);
  const clear = best.count === 0 ? others.length === 0 : best.count >= dominance * rest;
  return clear && best.firstSense * 2 >= best.count ? best : undefined;
}

function meaningsOf(
  base: string,
  inflection: Inflection,
  allowed: readonly PartOfSpeech[],
  file: Files,
): Meaning[] {
  const counts = new Map<PartOfSpeech, { count: number; firstSense: number }>();
  for (const line of linesFrom(file('index.sense'), `${base}%`)) {
    const [key = '', , sense = '', tagged = ''] = line.split(' ');
    const partOfSpeech = bySenseType[key.charAt(base.length + 1)];
    const sums = counts.get(partOfSpeech) ?? { count: 0, firstSense: 0 };
    sums.count += Number(tagged);
    if (sense === '1') sums.firstSense = Number(tagged);
    counts.set(partOfSpeech, sums);
  }
  return allowed.flatMap((partOfSpeech) => {
    const sums = counts.get(partOfSpeech);
    return sums === undefined ? [] : [{ base, inflection, partOfSpeech, ...sums }];
  });
}

/** The words of the first sense that were met in it, with spaces for underscores: the others are mostly quaint. */
function firstSynset({ base, partOfSpeech }: Meaning, file: Files): string[] {
  const [line] = linesFrom(file(`index.${partOfSpeech}`), `${base} `);
  if (line === undefined) return [];
  const fields = line.trim().split(' ');
  const offset = fields[fields.length - Number(fields[2])];
  const synset = lineAt(file(`data.${partOfSpeech}`), Number(offset)).split(' ');
  const words = Array.from({ length: parseInt(synset[3], 16) }, (_, i) =>
    synset[4 + 2 * i].replace(/\([a-z]+\)$/, ''),
  );
  return words.filter((word) => isMet(word, offset, file)).map((word) => word.replaceAll('_', ' '));
}

/** Whether the tagged texts use the word for the synset. */
function isMet(word: string, offset: string, file: Files): boolean {
  return linesFrom(file('index.sense'), `${word.toLowerCase()}%`).some((line) => {
    const [, synset, , tagged] = line.split(' ');
    return synset === offset && Number(tagged) > 0;
  });
}

/** The lines of a file sorted by bytes that start with `prefix`. */
function linesFrom(file: Uint8Array, prefix: string): string[] {
  let low = 0;
  let high = file.length;
  while (low < high) {
    const middle = lineStart(file, (low + high) >> 1);
    if (compare(file, middle, prefix) < 0) low = lineEnd(file, middle) + 1;
    else high = middle;
  }
  const lines: string[] = [];
  for (let at = low; at < file.length && compare(file, at, prefix) === 0; at = lineEnd(file, at) + 1)
    lines.push(lineAt(file, at));
  return lines;
}

/** Compares the bytes at a place with an ASCII prefix, and no further than that. */
function compare(file: Uint8Array, start: number, prefix: string): number {
  for (let i = 0; i < prefix.length; i += 1) {
    const difference = (file[start + i] ?? 0) - prefix.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return 0;
}

function lineStart(file: Uint8Array, at: number): number {
  return file.lastIndexOf(10, at - 1) + 1;
}

function lineEnd(file: Uint8Array, at: number): number {
  const end = file.indexOf(10, at);
  return end < 0 ? file.length : end;
}

function lineAt(file: Uint8Array, start: number): string {
  return new TextDecoder('latin1').decode(file.subarray(start, lineEnd(file, start)));
}
