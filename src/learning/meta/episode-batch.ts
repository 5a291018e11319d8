// The pictures of an episode as numbers, support before queries, class after class. Knows neither nets nor rules.
import type { Batch } from '../training/train.ts';
import { episodeTargets, type Episode, type EpisodeShape } from './episodes.ts';

/** Pictures of one size, from 0 to 1, and the rows of each class. */
export interface ClassedPictures {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [height, width, channels] in bytes. */
  readonly pixels: (row: number) => Uint8Array;
  readonly classes: readonly (readonly number[])[];
}

/**
 * `images` [rows, height, width, channels] and `targets` [queries, ways]. With `rotated` 4, class c of the episode is class c / 4 turned c % 4 times by 90 degrees;
 * with 1 it is itself.
 */
export function episodeBatch(
  { height, width, channels, pixels }: Omit<ClassedPictures, 'classes'>,
  { classes, support, queries }: Episode,
  shape: EpisodeShape,
  rotated: number,
): Batch {
  const size = height * width * channels;
  const { shots, queries: asked } = shape;
  const rows = [...support, ...queries];
  const images = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    const way = i < support.length ? Math.floor(i / shots) : Math.floor((i - support.length) / asked);
    const turns = (classes[way] ?? 0) % rotated;
    const bytes = pixels(row);
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        const from = turnedPlace(y, x, turns, height) * channels;
        for (let c = 0; c < channels; c += 1)
          images[i * size + (y * width + x) * channels + c] = (bytes[from + c] ?? 0) / 255;
      }
  });
  return {
    images: { type: 'float32', data: images, shape: [rows.length, height, width, channels] },
    targets: episodeTargets(shape),
  };
}

/** Where the pixel at (y, x) of a square picture comes from that is turned so often by 90 degrees. */
function turnedPlace(y: number, x: number, turns: number, side: number): number {
  let [row, column] = [y, x];
  for (let turn = 0; turn < turns; turn += 1) [row, column] = [side - 1 - column, row];
  return row * side + column;
}
