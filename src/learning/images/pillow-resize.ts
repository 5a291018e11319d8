// Pictures of another size, byte for byte as Pillow's `resize` makes them: along the rows first, then along the columns, with whole numbers between.
import type { Pixels } from './decode.ts';
import { resampleWeights, type Covered, type Kernel } from './resample-weights.ts';

/** Bits behind the point of a share. */
const one = 2 ** 22;

export function pillowResize(image: Pixels, height: number, width: number, kernel: Kernel): Pixels {
  const { channels } = image;
  const wide = along(image.data, {
    lines: image.height,
    length: image.width,
    step: channels,
    covered: fixed(resampleWeights(image.width, width, kernel)),
  });
  const data = along(wide, {
    lines: 1,
    length: image.height,
    step: width * channels,
    covered: fixed(resampleWeights(image.height, height, kernel)),
  });
  return { height, width, channels, data };
}

interface Axis {
  readonly lines: number;
  /** Places in a line, each of `step` numbers. */
  readonly length: number;
  readonly step: number;
  readonly covered: readonly Covered[];
}

function along(data: Uint8Array, { lines, length, step, covered }: Axis): Uint8Array {
  const result = new Uint8Array(lines * covered.length * step);
  for (let line = 0; line < lines; line += 1)
    covered.forEach(({ first, shares }, place) => {
      const from = (line * length + first) * step;
      const to = (line * covered.length + place) * step;
      for (let i = 0; i < step; i += 1) {
        let sum = one / 2;
        for (let k = 0; k < shares.length; k += 1) sum += (shares[k] ?? 0) * (data[from + k * step + i] ?? 0);
        result[to + i] = Math.max(0, Math.min(255, Math.floor(sum / one)));
      }
    });
  return result;
}

function fixed(covered: readonly Covered[]): readonly Covered[] {
  return covered.map(({ first, shares }) => ({
    first,
    shares: shares.map((share) => Math.trunc(share * one + (share < 0 ? -0.5 : 0.5))),
  }));
}
