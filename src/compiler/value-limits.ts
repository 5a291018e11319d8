// How large a value may be: a few lines that double what the lines before them made would else fill any memory.
import type { Value } from './value.ts';

/** As many elements as a program may have steps. */
export const mostElements = 200_000;
const deepest = 200;
const longestText = 1_000_000;

interface Weight {
  readonly elements: number;
  readonly depth: number;
}

/** A memory of what follows from the value alone: the same list may stand in many others. */
const weights = new WeakMap<object, Weight>();

/** What is wrong with the size of a value whose parts have been looked at before. */
export function sizeProblem(value: Value): string | undefined {
  if (value.type === 'string' && value.value.length > longestText)
    return `a text of more than ${longestText.toLocaleString('en')} characters is too long to be computed`;
  const { elements, depth } = weightOf(value);
  if (elements > mostElements)
    return `a value of more than ${mostElements.toLocaleString('en')} elements is too large to be computed`;
  return depth > deepest ? `lists and maps nest at most ${deepest} deep` : undefined;
}

function weightOf(value: Value): Weight {
  if (value.type !== 'list' && value.type !== 'map') return { elements: 1, depth: 0 };
  let weight = weights.get(value);
  if (weight !== undefined) return weight;
  let elements = 1;
  let depth = 0;
  for (const part of value.type === 'list' ? value.items : value.entries.map(([, item]) => item)) {
    const inner = weightOf(part);
    elements += inner.elements;
    depth = Math.max(depth, inner.depth);
  }
  weight = { elements, depth: depth + 1 };
  weights.set(value, weight);
  return weight;
}
