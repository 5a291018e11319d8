// Pictures against Pillow's pixels, other sizes against PyTorch's, broken and hostile files, and ResNet-20 against PyTorch.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDecoder, type Decode } from '../../../src/learning/images/decode.ts';
import { declaredSize } from '../../../src/learning/images/declared-size.ts';
import { readIdx } from '../../../src/learning/images/idx.ts';
import { putNumbers } from '../../../src/learning/images/image-encoder.ts';
import { resnetInput } from '../../../src/learning/images/resnet.ts';
import { readSafetensors } from '../../../src/learning/safetensors.ts';
import { trainableResNet } from '../../../src/learning/images/trainable-images.ts';
import { resize, withChannels } from '../../../src/learning/images/resize.ts';
import { withEngine } from '../../engine/on-backend.ts';

interface Size {
  readonly height: number;
  readonly width: number;
  readonly rgb: readonly number[];
}
interface Fixture {
  readonly colour: readonly number[];
  readonly pixels: Readonly<Record<string, Size>>;
  readonly sizes: readonly Size[];
}

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'images');
const bytesOf = (name: string): Uint8Array => readFileSync(join(folder, name));
const jsonOf = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const fixture = jsonOf('pixels.json') as Fixture;
const wasm = createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm');
let decode: Decode;
beforeAll(async () => {
  decode = await openDecoder(async () => readFileSync(wasm));
});

describe('pictures are as Pillow has them', () => {
  it.each(Object.entries(fixture.pixels))('%s', (name, { height, width, rgb }) => {
    const image = decode(bytesOf(name));
    expect([image.height, image.width]).toEqual([height, width]);
    expect(image.channels).toBe(/^(grey|bits|deep)/.test(name) ? 1 : 3);
    // Decoders of what loses something may round otherwise.
    expect(furthest(withChannels(image, 3).data, rgb)).toBeLessThanOrEqual(/jpg$|lossy/.test(name) ? 4 : 1);
  });
});

it('other sizes are PyTorch’s', () => {
  const data = Uint8Array.from(fixture.colour);
  for (const { height, width, rgb } of fixture.sizes) {
    const resized = resize({ height: 9, width: 12, channels: 3, data }, height, width, 'stretch');
    expect(furthest(resized.data, rgb)).toBeLessThanOrEqual(1);
  }
});

it('a crop keeps proportions and the middle', () => {
  const data = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70);
  expect([...resize({ height: 2, width: 4, channels: 1, data }, 2, 2, 'crop').data]).toEqual([
    10, 20, 50, 60,
  ]);
});

describe('broken pictures are errors', () => {
  const names = Object.keys(fixture.pixels).filter((name) => !/bmp$|^film/.test(name));
  it.each(names)('%s, cut off', (name) => {
    const whole = bytesOf(name);
    for (const share of [0, 0.1, 0.4, 0.7])
      expect(() => decode(whole.subarray(0, Math.floor(whole.length * share)))).toThrow(
        /^is (empty|damaged|no picture)/,
      );
  });

  it('a large JPEG that ends early is not shown in part', () => {
    const jpeg = bytesOf('colour.jpg');
    expect(() => decode(jpeg.subarray(0, jpeg.length - 40))).toThrow(/^is damaged/);
  });

  it.each(['png', 'gif', 'bmp', 'webp'])('a monstrous %s is refused by the size it declares', (ending) => {
    const bytes = Buffer.from(
      bytesOf(ending === 'webp' ? 'lossy.webp' : ending === 'gif' ? 'palette.gif' : `colour.${ending}`),
    );
    if (ending === 'png') bytes.fill(Buffer.from([0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]), 16, 24);
    if (ending === 'gif') bytes.fill(Buffer.from([0x50, 0xc3, 0x50, 0xc3]), 6, 10);
    if (ending === 'bmp') bytes.fill(Buffer.from([0x50, 0xc3, 0, 0, 0x50, 0xc3, 0, 0]), 18, 26);
    if (ending === 'webp') bytes.fill(Buffer.from([0xff, 0x3f, 0xff, 0x3f]), 26, 30);
    const before = process.memoryUsage().rss;
    expect(() => decode(bytes)).toThrow(/^declares (50000|16383) x (50000|16383) pixels: at most 40 million/);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it('what is no picture says so', () => {
    expect(() => decode(Buffer.from('<svg/>'))).toThrow(
      'is no picture: PNG, JPEG, GIF, BMP and WebP are read',
    );
    expect(declaredSize(Buffer.from('MZ'))).toBeUndefined();
  });
});

it('IDX files', () => {
  const images = readIdx(Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4));
  if (images.kind !== 'images') throw new Error('pictures were expected');
  expect(images.count).toBe(2);
  expect(images.image(1)).toEqual({ height: 1, width: 2, channels: 1, data: Uint8Array.of(3, 4) });
  expect(readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9))).toEqual({
    kind: 'labels',
    labels: Uint8Array.of(7, 9),
  });
  expect(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 9))).toThrow(
    'should have 3 bytes behind its header, and has 2',
  );
  expect(() => readIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 7))).toThrow('another type');
});

const shared = process.env['FSL_SHARED'] ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared');
const weights = join(shared, 'models', 'resnet_cifar10', 'resnet20.safetensors');

it.skipIf(!existsSync(weights))(
  'ResNet-20 gives PyTorch’s logits for 200 pictures',
  { timeout: 60_000 },
  async () => {
    const theirs = jsonOf('resnet20-logits.json') as readonly (readonly number[])[];
    let state = 1;
    const size = 32 * 32 * 3;
    const next = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    const numbers = new Float32Array(200 * size);
    for (let i = 0; i < 200; i += 1)
      putNumbers(
        { height: 32, width: 32, channels: 3, data: Uint8Array.from({ length: size }, next) },
        resnetInput,
        numbers,
        i * size,
      );
    await withEngine('onnx', async () => {
      const file = 'resnet20.safetensors';
      const pictures = tf.tensor4d(numbers, [200, 32, 32, 3]);
      const logitsOf = async (bytes: Uint8Array): Promise<ArrayLike<number>> => {
        const net = trainableResNet(bytes, file);
        const { weight, bias } = lastLayer(bytes, file);
        return tf.add(tf.matMul(net.vectors(net.weights, pictures), weight, false, true), bias).data();
      };
      const bytes = new Uint8Array(readFileSync(weights));
      expect(furthest(await logitsOf(bytes), theirs.flat())).toBeLessThan(1e-3);
      // Filters with the normalisation folded in go back into the file as PyTorch has it.
      const back = (await trainableResNet(bytes, file).changedFiles(new Map()))[file] ?? new Uint8Array();
      expect(furthest(await logitsOf(back), theirs.flat())).toBeLessThan(1e-3);
    });
  },
);

/** Its scores of the ten classes of CIFAR-10: [10, 64] and [10]. */
function lastLayer(bytes: Uint8Array, file: string) {
  const { 'linear.weight': weight, 'linear.bias': bias } = readSafetensors(bytes, file);
  if (weight === undefined || bias === undefined) throw new Error('no last layer');
  return { weight: tf.tensor2d(weight.data, [10, 64]), bias: tf.tensor1d(bias.data) };
}

function furthest(ours: ArrayLike<number>, theirs: readonly number[]): number {
  if (ours.length !== theirs.length) return Infinity;
  return Math.max(...theirs.map((value, i) => Math.abs(value - (ours[i] ?? NaN))));
}
