// ResNets and MobileNet-V2 of transformers: what comes before them, their vectors and derivatives, against test/fixtures/image-nets/make.py.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelFolder } from '../../../src/learning/encoders/model-folder.ts';
import type { Pixels } from '../../../src/learning/images/decode.ts';
import { asTaken, putNumbers, type NetInput } from '../../../src/learning/images/image-encoder.ts';
import { processorInput } from '../../../src/learning/images/picture-processor.ts';
import { trainableFolder } from '../../../src/learning/images/trainable-images.ts';
import { openSafetensors, writeSafetensors } from '../../../src/learning/safetensors.ts';
import { openPictureDecoder } from '../../../src/stages/picture-decoder.ts';
import { openEngine, type Engine } from '../../../src/engine/engine.ts';
import { tested, withEngine } from '../../engine/on-backend.ts';

const here = join(import.meta.dirname, '../../fixtures/image-nets');

/** Some of the numbers [channels, height, width]. */
interface Some {
  readonly shape: readonly number[];
  readonly step: number;
  readonly numbers: readonly number[];
}

interface Expected {
  readonly pixels: readonly Some[];
  readonly vectors: readonly (readonly number[])[];
  readonly derivatives: Readonly<Record<string, readonly [number, number]>>;
}
const { nets, usual } = JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8')) as {
  readonly nets: Readonly<Record<string, Expected>>;
  readonly usual: Readonly<Record<'resnet' | 'mobilenet_v2', readonly Some[]>>;
};

const weightsFile = 'model.safetensors';
const options = { signal: new AbortController().signal };
let pictures: readonly Pixels[] = [];

beforeAll(async () => {
  const decode = await openPictureDecoder();
  pictures = ['wide.png', 'tall.png'].map((name) => decode(new Uint8Array(readFileSync(join(here, name)))));
});

/** With other bytes in some files. */
function folderOf(name: string, changed: Readonly<Record<string, Uint8Array>> = {}): ModelFolder {
  return {
    has: async (file) => file in changed || existsSync(join(here, name, file)),
    read: async (file) => changed[file] ?? new Uint8Array(readFileSync(join(here, name, file))),
  };
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))));

function expectPixels(input: NetInput, theirs: readonly Some[]): void {
  const { height, width, channels } = input;
  const area = height * width;
  for (const [at, { shape, step, numbers }] of theirs.entries()) {
    expect([channels, height, width]).toEqual(shape);
    const own = new Float32Array(area * channels);
    const picture = pictures[at];
    if (picture !== undefined) putNumbers(asTaken(picture, input), input, own, 0);
    const places = numbers.map((_, i) => ((i * step) % area) * channels + Math.floor((i * step) / area));
    const found = places.map((place) => own[place] ?? NaN);
    expect(furthest(found, numbers)).toBeLessThan(1e-3);
  }
}

test.each(['resnet', 'mobilenet_v2'] as const)(
  '%s without a file has the image processor that is usual',
  (type) => {
    expectPixels(processorInput({}, type, 3), usual[type]);
  },
);

describe.each(['reference', 'onnx'] as const)('on the backend %s', (backend) => {
  let engine: Engine | undefined;
  beforeAll(async () => {
    engine = await openEngine(backend === 'onnx' ? tested(1) : { backend, threads: 1 });
  });
  afterAll(() => engine?.dispose());

  describe.each(Object.entries(nets))('%s', (name, theirs) => {
    test('takes the numbers that the image processor gives', async () => {
      const { input } = await trainableFolder(folderOf(name));
      expectPixels(input, theirs.pixels);
    });

    test('gives the vectors of transformers, and again when its weights have been written', async () => {
      const net = await trainableFolder(folderOf(name));
      const vectors = await net.encode(pictures, new Map(), options);
      expect(vectors.columns).toBe(theirs.vectors[0]?.length);
      expect(furthest(vectors.data, theirs.vectors.flat())).toBeLessThan(1e-4);
      const written = await net.changedFiles(new Map());
      const namesIn = (bytes = new Uint8Array()) => openSafetensors(bytes, weightsFile).names;
      const before = new Uint8Array(readFileSync(join(here, name, weightsFile)));
      expect(namesIn(written[weightsFile])).toEqual(namesIn(before));
      const again = await trainableFolder(folderOf(name, written));
      expect(furthest((await again.encode(pictures, new Map(), options)).data, vectors.data)).toBeLessThan(
        1e-4,
      );
    });

    test('has the derivatives of PyTorch', { timeout: 60_000 }, async () => {
      const net = await trainableFolder(folderOf(name));
      const { height, width, channels } = net.input;
      const size = height * width * channels;
      const numbers = new Float32Array(pictures.length * size);
      pictures.forEach((picture, i) => putNumbers(asTaken(picture, net.input), net.input, numbers, i * size));
      const given = tf.tensor4d(numbers, [pictures.length, height, width, channels]);
      const names = Object.keys(net.weights);
      const derivatives = tf.grads((...weights: tf.Tensor[]) => {
        const own = Object.fromEntries(names.map((one, i) => [one, weights[i] ?? tf.scalar(0)]));
        return tf.div(tf.sum(tf.square(net.vectors(own, given))), 2);
      })(Object.values(net.weights));
      const norms = new Map<string, number>();
      for (const [i, one] of names.entries())
        norms.set(one, Math.hypot(...((await derivatives[i]?.data()) ?? [NaN])));
      expect(names.length).toBe(2 * Object.keys(theirs.derivatives).length);
      for (const [at, [filter, bias]] of Object.entries(theirs.derivatives)) {
        expect(Math.abs((norms.get(`${at}.filter`) ?? NaN) - filter)).toBeLessThan(
          1e-3 * Math.max(1, filter),
        );
        expect(Math.abs((norms.get(`${at}.bias`) ?? NaN) - bias)).toBeLessThan(1e-3 * Math.max(1, bias));
      }
    });
  });
});

test('weights in several files are read, and written into the files that they are in', async () => {
  const bytes = new Uint8Array(readFileSync(join(here, 'basic', weightsFile)));
  const whole = openSafetensors(bytes, weightsFile);
  const names = whole.names.filter((name) => whole.isFloat(name));
  const shards = [1, 2].map((n) => `model-0000${n}-of-00002.safetensors`);
  const homeOf = (name: string): string => shards[names.indexOf(name) % 2] ?? '';
  const of = (shard: string) => names.filter((name) => homeOf(name) === shard);
  const folder: ModelFolder = folderOf('basic', {
    'model.safetensors.index.json': new TextEncoder().encode(
      JSON.stringify({ weight_map: Object.fromEntries(names.map((name) => [name, homeOf(name)])) }),
    ),
    ...Object.fromEntries(
      shards.map((shard) => [
        shard,
        writeSafetensors(Object.fromEntries(of(shard).map((name) => [name, whole.tensor(name)]))),
      ]),
    ),
  });
  const sharded = { ...folder, has: async (name: string) => name !== weightsFile && folder.has(name) };
  const written = await withEngine('reference', async () => {
    const [net, one] = [await trainableFolder(sharded), await trainableFolder(folderOf('basic'))];
    const vectors = await one.encode(pictures, new Map(), options);
    expect(await net.encode(pictures, new Map(), options)).toEqual(vectors);
    return net.changedFiles(new Map());
  });
  expect(Object.keys(written).sort()).toEqual(shards);
  for (const shard of shards)
    expect(openSafetensors(written[shard] ?? new Uint8Array(), shard).names.toSorted()).toEqual(
      of(shard).toSorted(),
    );
});

describe('an image processor that FSL does not do is refused', () => {
  test.each([
    [{ image_processor_type: 'ViTImageProcessor' }, /ViTImageProcessor/],
    [{ resample: 0 }, /`resample` is 0/],
    [{ size: { longest_edge: 30 } }, /`shortest_edge`/],
    [{ image_mean: [0.5, 0.5] }, /`image_mean` should be 3 numbers/],
    [{ do_resize: false }, /different sizes/],
    [{ crop_pct: 0, size: 100 }, /`crop_pct`/],
  ])('%j', (config, message) => {
    expect(() => processorInput(config, 'resnet', 3)).toThrow(message);
  });
});

test('a cut that is larger than the picture is black around it, as NumPy makes it', () => {
  const config = { do_resize: false, do_center_crop: true, crop_size: { height: 4, width: 2 } };
  const input = processorInput(config, 'mobilenet_v2', 1);
  const data = Uint8Array.from([1, 2, 3, 4]);
  expect([...asTaken({ height: 1, width: 4, channels: 1, data }, input).data]).toEqual([
    0, 0, 0, 0, 2, 3, 0, 0,
  ]);
});
