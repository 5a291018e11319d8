// Which numbers drop, from a stream named by seed, step and call. The gaps between those that drop are drawn, not each number:
// at a rate of 0.1 that takes a tenth of the random words. Knows no tensors.
import { murmur3 } from '../murmur.ts';
import { philox } from '../philox.ts';

/** Gives each place below `length` with the chance `rate`, above 0 and below 1, in rising order. */
export function drop(
  length: number,
  rate: number,
  stream: readonly (string | number)[],
  take: (place: number) => void,
): void {
  const name = new TextEncoder().encode(JSON.stringify(stream));
  const key = Uint32Array.of(murmur3(name, 0), murmur3(name, 1));
  const counter = Uint32Array.of(0, 0, murmur3(name, 2), murmur3(name, 3));
  const block = new Uint32Array(4);
  const scale = 1 / Math.log1p(-rate);
  for (let place = -1, used = 4; ; used += 1) {
    if (used === 4) {
      philox(counter, key, block);
      counter[0] += 1;
      used = 0;
    }
    // How many stay before the next one drops: geometric, by inversion of a uniform number in (0, 1).
    place += 1 + Math.floor(Math.log((block[used] + 0.5) / 2 ** 32) * scale);
    if (place >= length) return;
    take(place);
  }
}
