// Pictures whose headers promise far more than there is: each format with sides of 50,000 pixels, of the most that it can say, and of none.
import { crc32 } from 'node:zlib';

interface Picture {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function bombs(good: readonly Picture[]): readonly Picture[] {
  return good.flatMap(({ name, bytes }) =>
    [50_000, 65_535, 16_000, 0].flatMap((side) => {
      const bomb = withSize(bytes, name, side);
      return bomb === undefined ? [] : [{ name: `${name} of ${side} x ${side}`, bytes: bomb }];
    }),
  );
}

function withSize(bytes: Uint8Array, name: string, side: number): Uint8Array | undefined {
  const changed = new Uint8Array(bytes);
  const view = new DataView(changed.buffer);
  switch (name.split('.').at(-1)) {
    case 'png':
      view.setUint32(16, side);
      view.setUint32(20, side);
      view.setUint32(29, crc32(changed.subarray(12, 29))); // so that only the size is wrong
      return changed;
    case 'gif':
      view.setUint16(6, side, true);
      view.setUint16(8, side, true);
      return changed;
    case 'bmp':
      view.setInt32(18, side, true);
      view.setInt32(22, side, true);
      return changed;
    case 'jpg': {
      const frame = frameOf(changed);
      if (frame === undefined) return undefined;
      view.setUint16(frame + 5, side);
      view.setUint16(frame + 7, side);
      return changed;
    }
    case 'webp':
      // Fourteen bits a side, of which the lossless form has the first two bytes' upper ones.
      if (Buffer.from(changed.subarray(12, 16)).toString('latin1') === 'VP8 ') {
        view.setUint16(26, Math.min(side, 0x3fff), true);
        view.setUint16(28, Math.min(side, 0x3fff), true);
        return changed;
      }
      view.setUint32(21, side === 0 ? 0 : 0x0fffffff, true);
      return changed;
    default:
      return undefined;
  }
}

/** Where the header of a JPEG's frame starts. */
function frameOf(bytes: Uint8Array): number | undefined {
  for (let i = 2; i + 9 < bytes.length; i++) {
    const marker = bytes[i + 1] ?? 0;
    if (bytes[i] === 0xff && marker >= 0xc0 && marker <= 0xc2) return i;
  }
  return undefined;
}
