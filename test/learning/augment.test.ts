import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { deleteWords } from '../../src/learning/augment/delete.ts';
import { fillWords, type FillOptions } from '../../src/learning/augment/fill.ts';
import { betaShare, mixup } from '../../src/learning/augment/mixup.ts';
import { putTogether, takeApart } from '../../src/learning/augment/pieces.ts';
import { similarEnough } from '../../src/learning/augment/similarity.ts';
import { swapWords } from '../../src/learning/augment/swap.ts';
import { insertSynonyms, replaceWithSynonyms } from '../../src/learning/augment/synonyms.ts';
import type { Thesaurus } from '../../src/learning/augment/thesaurus.ts';
import { makeTypos } from '../../src/learning/augment/typos.ts';
import { fitLogistic } from '../../src/learning/heads/logistic.ts';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { createRandom, type Random } from '../../src/learning/random.ts';
import { readWordnet } from '../../src/stages/wordnet.ts';

const book = new Map([
  ['film', ['picture', 'moving picture']],
  ['good', ['fine']],
  ['old', ['aged', 'venerable']],
  ['order', ['purchase']],
]);
const thesaurus: Thesaurus = { synonyms: (word) => book.get(word) ?? [] };

type Change = (text: string, options: { rate: number; random: Random }) => string;
const augmenters: Record<string, Change> = {
  synonyms: (text, options) => replaceWithSynonyms(text, { ...options, thesaurus }),
  insert: (text, options) => insertSynonyms(text, { ...options, thesaurus }),
  swap: swapWords,
  delete: deleteWords,
  typos: makeTypos,
};

/** All texts that come of many streams. */
function outcomes(change: Change, text: string, rate: number, streams = 200): Set<string> {
  return new Set(
    Array.from({ length: streams }, (_, i) => change(text, { rate, random: createRandom('outcomes', i) })),
  );
}

describe.each(Object.entries(augmenters))('%s', (_, change) => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          'Good',
          'film',
          'the',
          'an',
          'OLD',
          'order',
          ',',
          '.',
          '!',
          '\n',
          '物流',
          '很快',
          '“',
          'I',
        ),
      )
      .map((words) => words.join(' ')),
  );

  test('never empties a text, and the same stream gives the same text', () => {
    fc.assert(
      fc.property(texts, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (text, rate, seed) => {
        const found = change(text, { rate, random: createRandom(seed) });
        expect(found).toBe(change(text, { rate, random: createRandom(seed) }));
        expect(found.trim() === '').toBe(text.trim() === '');
      }),
    );
  });

  test('rate 0 changes nothing; a rate outside [0, 1] is refused', () => {
    const text = 'A good old film,  in order.';
    expect(outcomes(change, text, 0)).toEqual(new Set([text]));
    expect(() => change(text, { rate: 1.5, random: createRandom(1) })).toThrow(RangeError);
  });
});

test('a text taken apart is put together again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => putTogether(takeApart(text)) === text),
    { numRuns: 500 },
  );
});

describe('synonyms', () => {
  test('take the casing of what they replace, and leave the rest alone', () => {
    expect(outcomes(augmenters['synonyms'], 'Good FILM, no order!', 1)).toEqual(
      new Set(['Fine PICTURE, no purchase!', 'Fine MOVING PICTURE, no purchase!']),
    );
  });
  test('replace as many words as the rate says', () => {
    const found = outcomes(augmenters['synonyms'], 'good old film', 0.34);
    expect(found).toEqual(
      new Set([
        'fine old film',
        'good aged film',
        'good venerable film',
        'good old picture',
        'good old moving picture',
      ]),
    );
  });
  test('follow the article', () => {
    expect(outcomes(augmenters['synonyms'], 'an old tale', 1)).toEqual(new Set(['an aged tale']));
  });
  test('spare names', () => {
    expect(outcomes(augmenters['synonyms'], 'We met Good there. Good!', 1)).toEqual(
      new Set(['We met Good there. Fine!']),
    );
  });
});

describe('what a tokenizer cut off a word', () => {
  const all: Thesaurus = { synonyms: (word) => [`${word}x`] };
  test.each([
    ["there 's a film", new Set(["there 's a filmx"])],
    ["they 're good", new Set(["they 're goodx"])],
    ["we'll film", new Set(["we'll filmx", "we'llx film"])],
    ["an 'old' c", new Set(["an 'oldx' c"])],
  ])('%s', (text, wanted) => {
    const change: Change = (from, options) => replaceWithSynonyms(from, { ...options, thesaurus: all });
    const found = outcomes(change, text, 0.1);
    expect(found).toEqual(wanted);
  });
});

describe('insert', () => {
  test('puts a synonym before some word', () => {
    expect(outcomes(augmenters['insert'], 'A good day, really.', 0.25)).toEqual(
      new Set([
        'Fine a good day, really.',
        'A fine good day, really.',
        'A good fine day, really.',
        'A good day, fine really.',
      ]),
    );
  });
});

describe('swap', () => {
  test('leaves punctuation in place and moves the capital', () => {
    expect(outcomes(augmenters['swap'], 'The cat, sleeping.', 0.3)).toEqual(
      new Set(['Cat the, sleeping.', 'Sleeping cat, the.', 'The sleeping, cat.']),
    );
  });
  test('keeps names, abbreviations and `I`', () => {
    const found = [...outcomes(augmenters['swap'], 'I saw NASA. Then I met Ann.', 0.1)].join(' ');
    expect(found).not.toMatch(/\b(?:i|nasa|ann)\b/);
    expect(found).toContain('then');
  });
  test('by characters where there are no spaces', () => {
    expect(outcomes(augmenters['swap'], '很快。', 0.5)).toEqual(new Set(['快很。']));
  });
});

describe('delete', () => {
  test('takes stray spaces and commas along, and hands the capital on', () => {
    expect(outcomes(augmenters['delete'], 'Well, my card broke.', 0.1, 400)).toContain('My card broke.');
    expect(outcomes(augmenters['delete'], 'My card, sadly, broke.', 0.1)).toContain('My card, broke.');
    expect(outcomes(augmenters['delete'], 'My card broke.', 0.1)).toContain('My card.');
    expect(outcomes(augmenters['delete'], 'It broke. Sadly so.', 0.1)).toContain('It broke. So.');
  });
  test('always some word, never all', () => {
    expect(outcomes(augmenters['delete'], 'one two', 0.01)).toEqual(new Set(['one', 'two']));
    expect(outcomes(augmenters['delete'], 'one two', 1)).toEqual(new Set(['one', 'two']));
    expect(outcomes(augmenters['delete'], 'one!', 1)).toEqual(new Set(['one!']));
  });
  test('by characters where there are no spaces', () => {
    expect(outcomes(augmenters['delete'], '很快。', 0.1)).toEqual(new Set(['很。', '快。']));
  });
});

describe('typos', () => {
  test('hit a neighbouring key, never the first letter, in the casing of the letter', () => {
    expect(outcomes(augmenters['typos'], 'QqaQ no', 0.5)).toEqual(
      new Set(['QwaQ no', 'QaaQ no', 'QqqQ no', 'QqwQ no', 'QqsQ no', 'QqzQ no', 'QqaW no', 'QqaA no']),
    );
  });
  test('leave short words, numbers and other scripts alone', () => {
    const text = 'an ox 12345 物流很快 дорога';
    expect(outcomes(augmenters['typos'], text, 1)).toEqual(new Set([text]));
  });
});

describe('WordNet', () => {
  let wordnet: Thesaurus;
  beforeAll(async () => {
    wordnet = await readWordnet();
  });

  test.each([
    ['movie', 'film'],
    ['big', 'large'],
    ['cars', 'automobiles'],
    ['doctors', 'physicians'],
    ['begins', 'starts'],
    ['quickly', 'rapidly'],
  ])('%s: %s', (word, synonym) => expect(wordnet.synonyms(word)).toContain(synonym));

  test.each(['bank', 'xyzzy', 'children', 'café', '', 'a%', 'zzz', 'aaa'])('nothing for %j', (word) =>
    expect(wordnet.synonyms(word)).toEqual([]),
  );

  test('synonyms are other plain words, for every word of an ordinary text', () => {
    const text = `The doctors quickly started helping people who wanted big cars, while the movie ended and the students
      carried boxes, watched funny shows, answered difficult questions and bought expensive houses yesterday`;
    const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
    const found = words.flatMap((word) => wordnet.synonyms(word).map((synonym) => [word, synonym]));
    expect(found.length).toBeGreaterThan(10);
    for (const [word, synonym] of found) {
      expect(synonym).toMatch(/^[a-z]+(?: [a-z]+)*$/);
      expect(synonym).not.toBe(word);
    }
  });
});

test('similarEnough compares row by row', () => {
  const matrix = (...data: number[]) => ({
    rows: data.length / 2,
    columns: 2,
    data: Float32Array.from(data),
  });
  expect(similarEnough(matrix(1, 0, 1, 0, 0, 0), matrix(2, 0.1, 0, 3, 1, 1), 0.8)).toEqual([
    true,
    false,
    false,
  ]);
  expect(() => similarEnough(matrix(1, 0), matrix(1, 0, 1, 0), 0.8)).toThrow(RangeError);
});

describe('mixup', () => {
  test.each([0.1, 0.4, 1, 3])('shares are of Beta(%d, %d)', (alpha) => {
    const random = createRandom('beta', alpha);
    const shares = Array.from({ length: 20_000 }, () => betaShare(alpha, random));
    const mean = shares.reduce((a, b) => a + b) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    expect(variance / (1 / (4 * (2 * alpha + 1)))).toBeCloseTo(1, 1);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  const random = createRandom('rows');
  const x = { rows: 30, columns: 4, data: Float32Array.from({ length: 120 }, () => random.normal()) };
  const y = Int32Array.from({ length: 30 }, (_, i) => i % 3);
  x.data.forEach((value, at) => (x.data[at] = value + (at % 4 === y[Math.floor(at / 4)] ? 5 : 0)));

  test('keeps the rows and mixes vectors and labels by the same shares', () => {
    // One column holds the label's indicator, so that mixing it must give the mixed target.
    const marked = {
      rows: 30,
      columns: 3,
      data: Float32Array.from({ length: 90 }, (_, at) => Number(at % 3 === y[Math.floor(at / 3)])),
    };
    const mixed = mixup(marked, y, 3, { alpha: 1, copies: 2, random: createRandom(1) });
    expect(mixed.x.rows).toBe(90);
    expect([...mixed.x.data.subarray(0, 90)]).toEqual([...marked.data]);
    mixed.targets.forEach((share, at) => expect(mixed.x.data[at]).toBeCloseTo(share, 6));
    expect(mixed.targets.some((share) => share > 0.1 && share < 0.9)).toBe(true);
  });

  test('a head learns from it', async () => {
    const mixed = mixup(x, y, 3, { alpha: 0.4, copies: 3, random: createRandom(2) });
    const head = await fitLogistic(mixed.x, mixed.targets, 3, { c: 1, tolerance: 1e-4, maxIterations: 200 });
    const predicted = mostProbable(headProbabilities(head, x), 3);
    expect(predicted.filter((label, i) => label === y[i]).length).toBeGreaterThan(26);
  });

  test('refuses what does not fit', () => {
    expect(() => mixup(x, y, 3, { alpha: 0, copies: 1, random })).toThrow('alpha');
    expect(() => mixup(x, y.subarray(1), 3, { alpha: 1, copies: 1, random })).toThrow('30 rows');
  });
});

describe('fill', () => {
  const likely: FillOptions['likely'] = ({ word }) =>
    (
      ({
        good: ['Good', 'great', 'not', 'Paris', '##ly', 's', 'fine'],
        film: ['movie', 'art house', 'ending'],
        old: ['new', 'odd'],
        测: ['试', 'great', '测试'],
      })[word.toLowerCase()] ?? []
    ).map((one, i) => ({ word: one, probability: 1 / (i + 1) }));
  const fill = (text: string, { rate, random }: { rate: number; random: Random }): string =>
    fillWords(text, { rate, random, likely }) ?? 'unknown';

  test('takes whole words that carry meaning, in the casing of what they replace', () => {
    expect(outcomes(fill, 'Good film, in a good way!', 0.5)).toEqual(
      new Set(
        ['Great', 'Fine', 'Paris'].flatMap((first) =>
          ['movie', 'ending'].flatMap((second) =>
            ['great', 'fine'].map((third) => `${first} ${second}, in a ${third} way!`),
          ),
        ),
      ),
    );
    expect(outcomes(fill, 'GOOD', 1)).toEqual(new Set(['GREAT', 'FINE', 'PARIS']));
  });

  test('follows the article, spares names and words that hold a sentence together', () => {
    expect(outcomes(fill, 'an old tale', 1)).toEqual(new Set(['an odd tale']));
    expect(outcomes(fill, 'We met Good.', 1)).toEqual(new Set(['We met Good.']));
  });

  test('replaces characters by characters', () => {
    expect(outcomes(fill, '测一测。', 0.3)).toEqual(new Set(['试一测。', '测一试。']));
  });

  test('takes likely words more often', () => {
    const found = Array.from({ length: 2000 }, (_, i) =>
      fill('film', { rate: 1, random: createRandom('often', i) }),
    );
    const share = found.filter((word) => word === 'movie').length / found.length;
    expect(share).toBeCloseTo(1 / (1 + 1 / 3), 1); // `art house` is no word
  });

  test('asks for every word that it may need before it says anything, and for no more', () => {
    const asked = new Set<string>();
    const asking: FillOptions['likely'] = ({ before, word, after }) => {
      asked.add(`${before}|${word}|${after}`);
      return undefined;
    };
    const options = { rate: 0.4, random: createRandom('asked') };
    expect(fillWords('A good old film.', { ...options, likely: asking })).toBeUndefined();
    expect(asked.size).toBe(2);
    for (const one of asked)
      expect(['A |good| old film.', 'A good |old| film.', 'A good old |film|.']).toContain(one);
  });

  test('draws the same words however often it was asked before', () => {
    const options = { rate: 1, random: createRandom('again') };
    const first = fillWords('Good old film', { ...options, likely });
    expect(fillWords('Good old film', { ...options, likely })).toBe(first);
  });
});
