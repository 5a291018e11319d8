// Pictures of stripes in IDX files, 16 x 16 and noisy; the slope is the class.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../src/learning/random.ts';
import type { Rig } from './rig.ts';

/** Labels are the numbers of the slopes. */
export async function stripes(
  rig: Rig,
  name: string,
  slopes: readonly number[],
  each: number,
): Promise<void> {
  const random = createRandom(name);
  const pixels = slopes.flatMap((slope) =>
    Array.from({ length: each }, () => {
      const shift = random.next() * 6;
      return Buffer.from(
        Uint8Array.from({ length: 256 }, (_, i) => {
          const along = (i % 16) * Math.cos(slope / 4) + Math.floor(i / 16) * Math.sin(slope / 4);
          return Math.max(0, Math.min(255, 128 + 100 * Math.sin(along + shift) + 10 * random.normal()));
        }),
      );
    }),
  );
  const count = Buffer.alloc(4);
  count.writeUInt32BE(pixels.length);
  const size = Buffer.from([0, 0, 0, 16, 0, 0, 0, 16]);
  await writeFile(
    join(rig.folder, `${name}-images-idx3-ubyte`),
    Buffer.concat([Buffer.from([0, 0, 8, 3]), count, size, ...pixels]),
  );
  const labels = slopes.flatMap((slope) => new Array<number>(each).fill(slope));
  await writeFile(
    join(rig.folder, `${name}-labels-idx1-ubyte`),
    Buffer.concat([Buffer.from([0, 0, 8, 1]), count, Buffer.from(labels)]),
  );
}
