// A ResNet's filters with its normalisation folded in, and back into the file: a narrow one with random numbers.
import { beforeAll, expect, test } from 'vitest';
import { trainableResNet } from '../../../src/learning/images/trainable-images.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { readSafetensors, writeSafetensors, type StoredTensor } from '../../../src/learning/safetensors.ts';
import { openEngine } from '../../../src/engine/engine.ts';

const file = 'resnet20.safetensors';

beforeAll(async () => {
  await openEngine({ backend: 'reference', threads: 1 });
});

/** One block a stage, of 2, 4 and 8 channels. */
function narrow(): Uint8Array {
  const random = createRandom(5, 'resnet');
  const tensors: Record<string, StoredTensor> = {};
  const put = (name: string, shape: readonly number[], from = -1, to = 1): void => {
    const size = shape.reduce((product, length) => product * length, 1);
    tensors[name] = {
      shape,
      data: Float32Array.from({ length: size }, () => from + (to - from) * random.next()),
    };
  };
  const layer = (convolution: string, normal: string, ins: number, out: number): void => {
    put(`${convolution}.weight`, [out, ins, 3, 3]);
    for (const name of ['bias', 'running_mean']) put(`${normal}.${name}`, [out]);
    put(`${normal}.weight`, [out], 0.5, 1.5);
    put(`${normal}.running_var`, [out], 0.5, 2);
  };
  layer('conv1', 'bn1', 3, 2);
  for (const [stage, ins] of [2, 2, 4].entries()) {
    const [at, out] = [`layer${stage + 1}.0`, 2 ** (stage + 1)];
    layer(`${at}.conv1`, `${at}.bn1`, ins, out);
    layer(`${at}.conv2`, `${at}.bn2`, out, out);
  }
  put('linear.weight', [10, 8]);
  put('linear.bias', [10]);
  return writeSafetensors(tensors);
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))));

test('unchanged numbers go back as they were, and what is no part of training stays', async () => {
  const bytes = narrow();
  const before = readSafetensors(bytes, file);
  const after = readSafetensors(
    (await trainableResNet(bytes, file).changedFiles(new Map()))[file] ?? bytes,
    file,
  );
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, { data }] of Object.entries(before)) {
    const own = after[name]?.data ?? [];
    if (/running|^linear|bn\d\.weight/.test(name)) expect([...own]).toEqual([...data]);
    else expect(furthest(own, data)).toBeLessThan(1e-5);
  }
});

test('changed numbers are there again when the file is read', async () => {
  const bytes = narrow();
  const net = trainableResNet(bytes, file);
  const name = 'layer2.0.conv1.filter';
  const filter = Float32Array.from(
    net.weights[name]?.dataSync() ?? [],
    (value, i) => value + 0.1 * Math.sin(i),
  );
  const bias = Float32Array.from({ length: 4 }, (_, i) => i);
  const changed = new Map([
    [name, filter],
    ['layer2.0.conv1.bias', bias],
  ]);
  const again = trainableResNet((await net.changedFiles(changed))[file] ?? bytes, file);
  expect(furthest(again.weights[name]?.dataSync() ?? [], filter)).toBeLessThan(1e-5);
  expect(furthest(again.weights['layer2.0.conv1.bias']?.dataSync() ?? [], bias)).toBeLessThan(1e-5);
  expect(net.layers).toBe(4);
  expect(
    ['conv1.bias', 'layer1.0.conv2.filter', name, 'layer3.0.conv1.bias'].map(net.partOf.bind(net)),
  ).toEqual([0, 1, 2, 3]);
});
