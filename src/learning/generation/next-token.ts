// The next token of a text, from the scores of all tokens and those so far. Changes nothing and asks no model.
import type { Random } from '../random.ts';
import type { GenerationRules } from './generation-rules.ts';

export interface Sampling {
  readonly random: Random;
  readonly temperature: number;
}

/** Of the likeliest tokens, as many as have this much of the probability together may be drawn (nucleus sampling, Holtzman 2019). */
const nucleus = 0.9;

/** The likeliest, or one that is drawn. `before` begins with the first token of the decoder; `most` is how long it may get. */
export function nextToken(
  scores: Float32Array,
  before: readonly number[],
  rules: GenerationRules,
  most: number,
  sampling: Sampling | undefined,
): number {
  if (before.length === 1 && rules.forcedFirst !== undefined) return rules.forcedFirst;
  if (before.length === most - 1 && rules.forcedLast !== undefined) return rules.forcedLast;
  const not = new Set([...rules.forbidden, ...repeating(before, rules.noRepeat)]);
  if (sampling === undefined) return greatest(scores, not);
  return drawn(scores, not, sampling);
}

/** Tokens that would make the last ones a sequence that was there before. */
function repeating(before: readonly number[], length: number): readonly number[] {
  if (length === 0 || before.length + 1 < length) return [];
  const last = before.slice(before.length - length + 1);
  const found: number[] = [];
  for (let i = 0; i + length <= before.length; i += 1)
    if (last.every((token, k) => before[i + k] === token)) found.push(before[i + length - 1] ?? 0);
  return found;
}

function greatest(scores: Float32Array, not: ReadonlySet<number>): number {
  let best = -1;
  for (let id = 0; id < scores.length; id += 1)
    if ((best < 0 || (scores[id] ?? 0) > (scores[best] ?? 0)) && !not.has(id)) best = id;
  return best;
}

function drawn(scores: Float32Array, not: ReadonlySet<number>, { random, temperature }: Sampling): number {
  const top = scores[greatest(scores, not)] ?? 0;
  const weights = Float64Array.from(scores, (score, id) =>
    not.has(id) ? 0 : Math.exp((score - top) / temperature),
  );
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  // Those without a millionth of the probability are never in the nucleus, and need no place in the order.
  const order = [...weights.keys()].filter((id) => (weights[id] ?? 0) > all * 1e-6);
  order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  let kept = 0;
  let count = 0;
  while (count < order.length && kept < nucleus * all) kept += weights[order[count++] ?? 0] ?? 0;
  let rest = random.next() * kept;
  const found = order.slice(0, count).find((id) => (rest -= weights[id] ?? 0) < 0);
  return found ?? order[0] ?? greatest(scores, not);
}
