// A random number for each name, from a key: the order of what is already there does not change when something is added.
import { murmur3 } from '../murmur.ts';
import { philox } from '../philox.ts';
import type { Random } from '../random.ts';

/** 128 bits a name, in fours. */
export type Fingerprints = Uint32Array;

export function fingerprints(names: readonly string[]): Fingerprints {
  const encoder = new TextEncoder();
  const words = new Uint32Array(names.length * 4);
  names.forEach((name, i) => {
    const bytes = encoder.encode(name);
    for (let word = 0; word < 4; word += 1) words[i * 4 + word] = murmur3(bytes, word);
  });
  return words;
}

/** Uniform in [0, 1) with 53 bits, independent for every name and every stream. */
export function ranks(prints: Fingerprints, random: Random): Float64Array {
  const key = Uint32Array.of(random.below(2 ** 32), random.below(2 ** 32));
  const out = new Uint32Array(4);
  return Float64Array.from({ length: prints.length / 4 }, (_, i) => {
    philox(prints.subarray(i * 4, i * 4 + 4), key, out);
    return (out[0] * 2 ** 21 + (out[1] >>> 11)) / 2 ** 53;
  });
}
