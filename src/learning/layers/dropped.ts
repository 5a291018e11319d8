// Which numbers drop, from a stream named by seed, step and call. The gaps between those that drop are drawn, not each number:
// at a rate of 0.1 that takes a tenth of the random words. Knows no tensors.
import { murmur3 } from '../murmur.ts';
import { philoxBlocks } from '../philox-blocks.ts';
import type { PhiloxBlocks } from '../philox-blocks.ts';

/** Draws one call's places: those below `length`, each with the same chance, in rising order, into `places`. Gives how many. */
export type Drop = (length: number, stream: readonly (string | number)[], places: Int32Array) => number;

/** Upper bits of a random word that mostly say the gap already. */
const tableBits = 12;

/** `rate` is the chance, above 0 and below 1. */
export function dropOf(rate: number): Drop {
  const scale = 1 / Math.log1p(-rate);
  // How many stay before the next one drops: geometric, by inversion of a uniform number in (0, 1).
  const gapOf = (word: number): number => Math.floor(Math.log((word + 0.5) / 2 ** 32) * scale);
  const width = 2 ** (32 - tableBits);
  const gaps = Int32Array.from({ length: 2 ** tableBits }, (_, i) => {
    const gap = gapOf(i * width);
    return gap === gapOf((i + 1) * width - 1) ? gap : -1; // words of these bits differ in their gaps
  });
  blocksOfAll ??= philoxBlocks();
  const blocks = blocksOfAll;
  return (length, stream, places) => {
    const name = new TextEncoder().encode(JSON.stringify(stream));
    const key = Uint32Array.of(murmur3(name, 0), murmur3(name, 1));
    const counter = Uint32Array.of(0, 0, murmur3(name, 2), murmur3(name, 3));
    let count = 0;
    for (let place = -1; ; counter[0] += blocks.most) {
      const words = blocks.fill(counter, key);
      for (let i = 0; i < words.length; i++) {
        const word = words[i] ?? 0;
        const gap = gaps[word >>> (32 - tableBits)] ?? -1;
        place += 1 + (gap >= 0 ? gap : gapOf(word));
        if (place >= length) return count;
        places[count++] = place;
      }
    }
  };
}

let blocksOfAll: PhiloxBlocks | undefined;
