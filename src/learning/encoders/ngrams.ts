// The encoder `builtin:ngrams`: hashed word and character n-grams (Weinberger et al. 2009), without weights, so always at
// hand and an honest baseline. Scripts that are written without spaces are read character by character.
import { foldCase } from '../identity.ts';
import { row, type Matrix } from '../matrix.ts';
import { finishMurmur } from '../murmur.ts';
import type { EncodeOptions, Encoder } from './encoder.ts';

/** Where one kind of n-gram goes in the vector. */
export interface Block {
  readonly width: number;
  /** Its length in a vector of length 1; the squares of both add up to 1. */
  readonly weight: number;
}

export interface NgramsSettings {
  readonly words: Block;
  readonly characters: Block;
}

/** The best of the settings in bench/ngrams/README.md. */
const standard: NgramsSettings = {
  words: { width: 1024, weight: Math.sqrt(1 / 4) },
  characters: { width: 3072, weight: Math.sqrt(3 / 4) },
};

const batch = 256;

/**
 * Each block counts its features sublinearly (1 + log n), with signed hashing, and has its weight as length; it is zero
 * where the text has none of them. Words: 1- and 2-grams. Characters: 3- to 5-grams inside words with their boundaries,
 * 1- to 3-grams of scripts without spaces.
 */
export function createNgrams(settings: NgramsSettings = standard): Encoder {
  const width = settings.words.width + settings.characters.width;
  return {
    width,
    encode: async (texts: readonly string[], { signal, progress }: EncodeOptions): Promise<Matrix> => {
      const result = { rows: texts.length, columns: width, data: new Float32Array(texts.length * width) };
      for (let start = 0; start < texts.length; start += batch) {
        signal.throwIfAborted();
        const end = Math.min(texts.length, start + batch);
        for (let i = start; i < end; i += 1) encodeText(texts[i], row(result, i), settings);
        progress?.(end, texts.length);
        await new Promise((resolve) => setTimeout(resolve, 0)); // lets the signal be raised
      }
      return result;
    },
    dispose: () => {},
  };
}

function encodeText(text: string, vector: Float32Array, { words, characters }: NgramsSettings): void {
  const tokens = tokenise(text);
  fill(vector.subarray(0, words.width), wordFeatures(tokens), words.weight);
  fill(vector.subarray(words.width), characterFeatures(tokens), characters.weight);
}

interface Token {
  readonly codes: readonly number[];
  /** In a script that is written with spaces between words. */
  readonly spaced: boolean;
}

const unspaced = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';

/** Runs of unspaced scripts, words with inner apostrophes, and marks, each by itself. */
const token = new RegExp(
  `(?<run>(?:(?=\\p{L})[${unspaced}]\\p{M}*)+)|(?:(?![${unspaced}])\\p{L}|[\\p{M}\\p{N}_])+(?:['’]\\p{L}+)*|[^\\s\\p{L}\\p{N}]`,
  'gu',
);

function tokenise(text: string): Token[] {
  const folded = foldCase(text.normalize('NFKC')).normalize('NFKC');
  return [...folded.matchAll(token)].map((match) => ({
    codes: Array.from(match[0], (character) => character.codePointAt(0) ?? 0),
    spaced: match.groups?.['run'] === undefined,
  }));
}

/** Hashes of words and of neighbouring pairs; of an unspaced run every character is a word. */
function wordFeatures(tokens: readonly Token[]): number[] {
  const words: number[] = [];
  for (const { codes, spaced } of tokens) {
    if (spaced) words.push(codes.reduce(fold, offset));
    else for (const code of codes) words.push(fold(offset, code));
  }
  const pairs = words.slice(1).map((word, i) => fold(fold(offset, words[i]), word));
  return [...words, ...pairs];
}

function characterFeatures(tokens: readonly Token[]): number[] {
  const features: number[] = [];
  for (const { codes, spaced } of tokens) {
    const characters = spaced ? [32, ...codes, 32] : codes;
    const [shortest, longest] = spaced ? [3, 5] : [1, 3];
    for (let start = 0; start + shortest <= characters.length; start += 1) {
      let hash = offset;
      const end = Math.min(characters.length, start + longest);
      for (let i = start; i < end; i += 1) {
        hash = fold(hash, characters[i]);
        if (i - start + 1 >= shortest) features.push(hash);
      }
    }
  }
  return features;
}

/** Adds the features to an empty block, and scales it to the given length. */
function fill(block: Float32Array, features: readonly number[], length: number): void {
  const sorted = Int32Array.from(features).sort();
  const sums = new Float64Array(block.length);
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1;
    const hash = finishMurmur(sorted[start]);
    const sign = hash & 1 ? 1 : -1;
    sums[(hash >>> 1) % block.length] += sign * (1 + Math.log(end - start));
    start = end;
  }
  const size = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  if (size > 0) block.set(sums.map((value) => (value * length) / size));
}

/** FNV-1a's offset and step, over whole code points instead of bytes. */
const offset = 0x811c9dc5 | 0;

function fold(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}
