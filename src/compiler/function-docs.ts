// What each function of the language takes and gives, for `fslrun explain` and docs/language.md.
import type { FunctionName } from './functions.ts';

export interface FunctionDoc {
  /** Every way to call it: `range(end)`. */
  readonly calls: readonly string[];
  readonly doc: string;
  /** What stands on the left gives what stands on the right; nothing for functions that read the world. */
  readonly examples: readonly (readonly [expression: string, result: string])[];
}

/** A new function does not compile before it is described here. */
export const functionDocs: Readonly<Record<FunctionName, FunctionDoc>> = {
  len: {
    calls: ['len(list)', 'len(map)', 'len(text)'],
    doc: 'How many elements a list has, how many keys a map, how many characters a text.',
    examples: [
      ['len([13, 21, 42])', '3'],
      ['len("café")', '4'],
    ],
  },
  min: {
    calls: ['min(number, …)', 'min(list)'],
    doc: 'The smallest of its arguments, or of the elements of one list.',
    examples: [['min(4, 2, 8)', '2']],
  },
  max: {
    calls: ['max(number, …)', 'max(list)'],
    doc: 'The largest of its arguments, or of the elements of one list.',
    examples: [['max([4, 2, 8])', '8']],
  },
  range: {
    calls: ['range(end)', 'range(start, end)', 'range(start, end, step)'],
    doc: 'Whole numbers from `start` (0 where it is not given) up to but without `end`. `1..3` has its end, `range(1, 3)` has not.',
    examples: [
      ['range(3)', '[0, 1, 2]'],
      ['range(10, 40, 10)', '[10, 20, 30]'],
    ],
  },
  concat: {
    calls: ['concat(list, …)'],
    doc: 'The elements of all the lists, one list after the other.',
    examples: [['concat([13, 21], [42])', '[13, 21, 42]']],
  },
  zip: {
    calls: ['zip(list, …)'],
    doc: 'The first elements of all the lists as a list, the second ones, and so on. The lists are equally long.',
    examples: [['zip([1, 2], ["a", "b"])', '[[1, "a"], [2, "b"]]']],
  },
  env: {
    calls: ['env("NAME")', 'env("NAME", "text without it")'],
    doc: 'The value of an environment variable as a text. It is a value like any other, so another value makes what depends on it run again.',
    examples: [],
  },
  read: {
    calls: ['read("file.txt")'],
    doc: 'The contents of a text file, without the line break at its end. The path is relative to the file it is written in, and stays inside the project.',
    examples: [],
  },
  secret: {
    calls: ['secret("NAME")'],
    doc: 'An environment variable whose value only a running stage sees: it is in no plan, key, log, store or message, and nothing can be computed from it.',
    examples: [],
  },
};
