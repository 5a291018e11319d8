// Changed copies of pictures: turning as SciPy does it, and what each change leaves as it was.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  crop,
  erase,
  flip,
  jitter,
  noise,
  rotate,
  shift,
  turned,
} from '../../src/learning/augment/pictures.ts';
import type { Pixels } from '../../src/learning/images/decode.ts';
import { createRandom } from '../../src/learning/random.ts';

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/augment/turned.json'), 'utf8'),
) as readonly {
  readonly shape: readonly [number, number, 1 | 3];
  readonly pixels: readonly number[];
  readonly degrees: number;
  readonly turned: readonly number[];
}[]; // written by make.py

function picture({ shape: [height, width, channels], pixels }: (typeof cases)[number]): Pixels {
  return { height, width, channels, data: Uint8Array.from(pixels) };
}

/** Of a picture 20 x 20 with a square in the middle. */
const square: Pixels = {
  height: 20,
  width: 20,
  channels: 1,
  data: Uint8Array.from({ length: 400 }, (_, i) => {
    const [y, x] = [Math.floor(i / 20), i % 20];
    return y >= 7 && y < 13 && x >= 7 && x < 13 ? 200 : 40;
  }),
};

const differences = (a: Pixels, b: Pixels): number => a.data.filter((value, i) => value !== b.data[i]).length;

test.each(cases)('turning by $degrees degrees, of $shape', (given) => {
  const { data } = turned(picture(given), given.degrees);
  given.turned.forEach((value, i) => expect(Math.abs((data[i] ?? NaN) - value)).toBeLessThanOrEqual(1));
});

test('mirroring twice changes nothing, and once only the order', () => {
  for (const given of cases)
    for (const axis of ['horizontal', 'vertical'] as const) {
      const image = picture(given);
      const once = flip(image, axis);
      expect(flip(once, axis)).toEqual(image);
      expect([...once.data].sort()).toEqual([...image.data].sort());
    }
  const two = flip({ height: 1, width: 2, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }, 'horizontal');
  expect([...two.data]).toEqual([4, 5, 6, 1, 2, 3]);
});

test('the limits hold, and the seed decides', () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);
  const of = (change: (image: Pixels, seed: number) => Pixels): readonly Pixels[] => {
    const first = seeds.map((seed) => change(square, seed));
    expect(seeds.map((seed) => change(square, seed))).toEqual(first);
    expect(new Set(first.map(({ data }) => data.join())).size).toBeGreaterThan(20);
    for (const image of first) expect(image.data.length).toBe(400);
    return first;
  };
  const random = (seed: number) => createRandom(seed, 'picture');
  const middle = ({ data }: Pixels): number => {
    let [sum, weight] = [0, 0];
    data.forEach((value, i) => {
      sum += (value - 40) * (i % 20);
      weight += value - 40;
    });
    return sum / weight;
  };
  for (const image of of((from, seed) => shift(from, 0.1, random(seed))))
    expect(Math.abs(middle(image) - 9.5)).toBeLessThanOrEqual(2.05);
  for (const image of of((from, seed) => rotate(from, 30, random(seed))))
    expect(Math.abs(middle(image) - 9.5)).toBeLessThan(0.2);
  for (const image of of((from, seed) => crop(from, 0.7, random(seed)))) {
    const bright = image.data.filter((value) => value > 120).length;
    expect(bright).toBeGreaterThanOrEqual(30);
    expect(bright).toBeLessThanOrEqual(36 / 0.7 ** 2 + 8);
  }
  for (const image of of((from, seed) => erase(from, 0.2, random(seed))))
    expect(differences(image, square)).toBeLessThanOrEqual(400 * 0.2 + 20);
  for (const image of of((from, seed) => noise(from, 0.02, random(seed)))) {
    const mean = image.data.reduce((sum, value, i) => sum + value - (square.data[i] ?? 0), 0) / 400;
    expect(Math.abs(mean)).toBeLessThan(1.5);
  }
  for (const image of of((from, seed) => jitter(from, 0.2, random(seed)))) {
    expect(new Set(image.data).size).toBe(2); // a square stays a square
    expect(image.data[0] ?? 255).toBeLessThan(image.data[210] ?? 0);
  }
});

test('colours keep their channels apart', () => {
  const [first] = cases;
  if (first === undefined) throw new Error('no case');
  const image = picture(first);
  const moved = shift(image, 0.2, createRandom(3));
  const alone = shift(
    { ...image, channels: 1, data: image.data.filter((_, i) => i % 3 === 1) },
    0.2,
    createRandom(3),
  );
  expect([...moved.data.filter((_, i) => i % 3 === 1)]).toEqual([...alone.data]);
});
