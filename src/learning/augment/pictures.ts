// Changed copies of a picture of the same size: what it shows stays the same, seen a little differently. What moves is sampled bilinearly, and beyond its edge
// a picture goes on as its edge is.
import type { Pixels } from '../images/decode.ts';
import type { Random } from '../random.ts';

/** A part of at least `scale` of each side, at a random place, brought to the size of the whole. */
export function crop(image: Pixels, scale: number, random: Random): Pixels {
  const share = scale + (1 - scale) * random.next();
  const place = (side: number): number => (random.next() - 0.5) * (1 - share) * side;
  return warped(image, {
    turn: [share, 0, 0, share],
    move: [place(image.height), place(image.width)],
  });
}

/** Mirrored: left and right, or top and bottom. */
export function flip({ height, width, channels, data }: Pixels, axis: 'horizontal' | 'vertical'): Pixels {
  const changed = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [fromY, fromX] = axis === 'horizontal' ? [y, width - 1 - x] : [height - 1 - y, x];
      for (let c = 0; c < channels; c += 1)
        changed[(y * width + x) * channels + c] = data[(fromY * width + fromX) * channels + c] ?? 0;
    }
  return { height, width, channels, data: changed };
}

/** Turned about its middle by an angle between `-degrees` and `degrees`. */
export function rotate(image: Pixels, degrees: number, random: Random): Pixels {
  return turned(image, (2 * random.next() - 1) * degrees);
}

/** Clockwise, as the picture is seen. */
export function turned(image: Pixels, degrees: number): Pixels {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return warped(image, { turn: [cos, -sin, sin, cos], move: [0, 0] });
}

/** Moved by at most `share` of its sides, down or up and to the right or the left. */
export function shift(image: Pixels, share: number, random: Random): Pixels {
  const by = (side: number): number => (2 * random.next() - 1) * share * side;
  return warped(image, { turn: [1, 0, 0, 1], move: [by(image.height), by(image.width)] });
}

/** A rectangle of at most `share` of the area becomes noise (Zhong et al. 2017, arXiv:1708.04896). */
export function erase(image: Pixels, share: number, random: Random): Pixels {
  const { height, width, channels, data } = image;
  const area = (0.2 + 0.8 * random.next()) * share * height * width;
  const ratio = Math.exp((2 * random.next() - 1) * Math.log(3)); // from three times as wide to three times as high
  const side = (length: number, most: number): number => Math.max(1, Math.min(most, Math.round(length)));
  const [rows, columns] = [side(Math.sqrt(area * ratio), height), side(Math.sqrt(area / ratio), width)];
  const [top, left] = [random.below(height - rows + 1), random.below(width - columns + 1)];
  const changed = data.slice();
  for (let y = top; y < top + rows; y += 1)
    for (let i = (y * width + left) * channels; i < (y * width + left + columns) * channels; i += 1)
      changed[i] = random.below(256);
  return { ...image, data: changed };
}

/** Brightness, contrast and, of colours, saturation times a number between `1 - strength` and `1 + strength` each. */
export function jitter(image: Pixels, strength: number, random: Random): Pixels {
  const factor = (): number => 1 + (2 * random.next() - 1) * strength;
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  const { channels, data } = image;
  const mean = data.reduce((sum, value) => sum + value, 0) / Math.max(1, data.length);
  const changed = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += channels) {
    const grey =
      channels === 1
        ? (data[i] ?? 0)
        : 0.299 * (data[i] ?? 0) + 0.587 * (data[i + 1] ?? 0) + 0.114 * (data[i + 2] ?? 0);
    for (let c = i; c < i + channels; c += 1) {
      const saturated = grey + saturation * ((data[c] ?? 0) - grey);
      changed[c] = byte(brightness * (mean + contrast * (saturated - mean)));
    }
  }
  return { ...image, data: changed };
}

/** Normal noise on every number, with a standard deviation of `deviation` of the whole range. */
export function noise(image: Pixels, deviation: number, random: Random): Pixels {
  const changed = image.data.map((value) => byte(value + 255 * deviation * random.normal()));
  return { ...image, data: changed };
}

interface Warp {
  /** What a step down and a step to the right are in the picture as it was: [[y by y, y by x], [x by y, x by x]]. */
  readonly turn: readonly [number, number, number, number];
  /** What the middle is in the picture as it was, from its middle: down, and to the right. */
  readonly move: readonly [number, number];
}

function warped(image: Pixels, { turn: [yy, yx, xy, xx], move: [down, right] }: Warp): Pixels {
  const { height, width, channels, data } = image;
  const changed = new Uint8Array(data.length);
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [dy, dx] = [y - middleY, x - middleX];
      const atY = within(middleY + down + yy * dy + yx * dx, height);
      const atX = within(middleX + right + xy * dy + xx * dx, width);
      const [top, left] = [Math.floor(atY), Math.floor(atX)];
      const [bottom, far] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
      const [v, u] = [atY - top, atX - left];
      for (let c = 0; c < channels; c += 1) {
        const value = (row: number, column: number): number =>
          data[(row * width + column) * channels + c] ?? 0;
        const upper = (1 - u) * value(top, left) + u * value(top, far);
        const lower = (1 - u) * value(bottom, left) + u * value(bottom, far);
        changed[(y * width + x) * channels + c] = byte((1 - v) * upper + v * lower);
      }
    }
  return { height, width, channels, data: changed };
}

function within(place: number, length: number): number {
  return Math.max(0, Math.min(length - 1, place));
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
