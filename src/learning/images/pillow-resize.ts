// Pictures of another size, byte for byte as Pillow's `resize` makes them: along the rows first, then along the columns, with whole numbers between.
import type { Pixels } from './decode.ts';
import { resampled, resampleWeights, type Axis, type Covered, type Kernel } from './resample.ts';

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

function along(data: Uint8Array, axis: Axis): Uint8Array {
  const bytes = new Uint8Array(axis.lines * axis.covered.length * axis.step);
  return resampled(data, axis, bytes, (sum) => Math.max(0, Math.min(255, Math.floor((sum + one / 2) / one))));
}

function fixed(covered: readonly Covered[]): readonly Covered[] {
  return covered.map(({ first, shares }) => ({
    first,
    shares: shares.map((share) => Math.trunc(share * one + (share < 0 ? -0.5 : 0.5))),
  }));
}
