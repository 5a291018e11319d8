// The one source of randomness: streams named by what they are for, drawn from a counter-based generator, so that no
// stream depends on how much another one drew. Knows no global state.
import { murmur3 } from './murmur.ts';
import { philox } from './philox.ts';

export interface Random {
  /** Uniform in [0, 1) with 53 bits. */
  next(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** A stream of its own, independent of how much was drawn here. */
  derive(...purpose: readonly (string | number)[]): Random;
}

/**
 * The stream of that name: `createRandom(seed, 'fine-tune', 'order')`. Equal names give equal streams on every machine;
 * `1` and `'1'` are different names, and `createRandom(a).derive(b)` is `createRandom(a, b)`.
 * @throws RangeError for a part that is not a finite number
 */
export function createRandom(...parts: readonly (string | number)[]): Random {
  if (parts.some((part) => typeof part === 'number' && !Number.isFinite(part)))
    throw new RangeError('a random stream is named by strings and finite numbers');
  const word = words(parts);

  const random: Random = {
    next: () => {
      const high = word() >>> 5;
      return (high * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
    },
    below: (n) => {
      if (!Number.isSafeInteger(n) || n < 1)
        throw new RangeError(`below(n) needs a positive integer, not ${n}`);
      const wide = n > 2 ** 32;
      const size = wide ? 2 ** 53 : 2 ** 32;
      const limit = size - (size % n); // draws from here on would favour small results
      for (;;) {
        const draw = wide ? random.next() * size : word();
        if (draw < limit) return draw % n;
      }
    },
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - random.next())); // Box and Muller
      return radius * Math.cos(2 * Math.PI * random.next());
    },
    shuffle: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i -= 1) {
        const j = random.below(i + 1);
        const kept = result[i];
        result[i] = result[j];
        result[j] = kept;
      }
      return result;
    },
    derive: (...purpose) => createRandom(...parts, ...purpose),
  };
  return random;
}

/**
 * The words of a stream, one a call. 128 bits of its hashed name are the generator's key and the upper half of its
 * counter; the lower half counts blocks.
 */
function words(parts: readonly (string | number)[]): () => number {
  const name = new TextEncoder().encode(JSON.stringify(parts));
  const key = Uint32Array.of(murmur3(name, 0), murmur3(name, 1));
  const counter = Uint32Array.of(0, 0, murmur3(name, 2), murmur3(name, 3));
  const block = new Uint32Array(4);
  let used = 4;
  return () => {
    if (used === 4) {
      philox(counter, key, block);
      counter[0] += 1;
      if (counter[0] === 0) counter[1] += 1;
      used = 0;
    }
    used += 1;
    return block[used - 1];
  };
}
