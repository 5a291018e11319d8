// Regular English inflection: which base forms a word may have, and the same inflection of another word where that is
// safe. What would need knowledge of the word (`ran`, `mice`, doubled consonants) has no form here.

export type Inflection = 'base' | 'plural' | 'third' | 'past' | 'ing';

export interface Reading {
  readonly base: string;
  readonly inflection: Inflection;
}

/** Every way to read the word as an inflected noun (`plural`) or verb; whether the base exists is for a dictionary to say. */
export function readings(word: string): Reading[] {
  const result: Reading[] = [];
  const add = (ending: string, replacement: string, ...inflections: Inflection[]) => {
    if (word.length > ending.length + 1 && word.endsWith(ending))
      for (const inflection of inflections)
        result.push({ base: word.slice(0, -ending.length) + replacement, inflection });
  };
  if (/(?:[sxz]|ch|sh)es$/.test(word)) add('es', '', 'plural', 'third');
  if (word.endsWith('ies')) add('ies', 'y', 'plural', 'third');
  else if (!/(?:ss|us|is)$/.test(word)) add('s', '', 'plural', 'third');
  for (const [ending, inflection] of [
    ['ed', 'past'],
    ['ing', 'ing'],
  ] as const) {
    add(ending, '', inflection);
    add(ending, 'e', inflection);
    const doubled = new RegExp(`([bdglmnprt])\\1${ending}$`).exec(word)?.[1];
    if (doubled !== undefined) add(doubled + ending, '', inflection);
  }
  add('ied', 'y', 'past');
  return result;
}

/** The word in that inflection, or nothing where a rule cannot know it. */
export function inflect(base: string, inflection: Inflection): string | undefined {
  if (inflection === 'base') return base;
  if (!/^[a-z]{3,}$/.test(base)) return undefined;
  switch (inflection) {
    case 'plural':
      return /(?:f|fe|o|us|is|um|a|man|ics)$/.test(base) || irregularNouns.has(base)
        ? undefined
        : withS(base);
    case 'third':
      return base === 'have' ? undefined : withS(base);
    case 'past':
      if (doublesLast(base) || irregularVerbs.has(base)) return undefined;
      if (base.endsWith('e')) return `${base}d`;
      return /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ied` : `${base}ed`;
    case 'ing':
      if (doublesLast(base) || /(?:ie|c)$/.test(base)) return undefined;
      return /[^eoy]e$/.test(base) ? `${base.slice(0, -1)}ing` : `${base}ing`;
  }
}

function withS(base: string): string {
  if (/(?:[sxz]|ch|sh|[^aeiou]o)$/.test(base)) return `${base}es`;
  return /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ies` : `${base}s`;
}

/** Whether the last letter may have to be doubled, as in `stopped`; in longer words it depends on the stress. */
function doublesLast(base: string): boolean {
  return /(?:^|[^aeiou])[aeiou][bdgklmnprtz]$/.test(base);
}

const irregularNouns: ReadonlySet<string> = new Set(
  'child foot goose louse mouse ox person tooth die sheep deer fish series species aircraft people police cattle'.split(
    ' ',
  ),
);

const irregularVerbs: ReadonlySet<string> = new Set(
  `arise awake be bear beat become begin bend bet bid bind bite bleed blow break breed bring build burst buy cast catch
  choose cling come cost creep cut deal dig do draw drink drive eat fall feed feel fight find flee fling fly forbid foresee
  forget forgive freeze get give go grind grow hang have hear hide hit hold hurt keep know lay lead leave lend let lie lose
  make mean meet mistake misunderstand outdo overcome overdo overtake overthrow pay put quit read rebuild rend rid ride ring
  rise run say see seek sell send set shake shed shine shoot show shrink shut sing sink sit slay sleep slide sling slit
  speak speed spend spin spit split spread spring stand steal stick sting stink strike string strive swear sweep swell swim
  swing take teach tear tell think throw thrust understand undergo undertake undo uphold upset wake wear weave weep win
  wind withdraw withhold withstand wring write`.split(/\s+/),
);
