// Derivatives of derivatives through tfjs's operations with gradients of their own, and what has no derivative.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { withEngine } from './on-backend.ts';

const numbers = [0.3, -1.2, 0.8, 2.1, -0.4, 0.1];

/** Along a fixed direction, the derivative of the gradient and what a difference of gradients says. */
async function bend(f: (x: tf.Tensor) => tf.Tensor): Promise<readonly [number[], number[]]> {
  const slope = (x: tf.Tensor): tf.Tensor => tf.grad(f)(x);
  const along = [0.5, -0.3, 0.2, 0.7, -0.6, 0.4];
  const direction = tf.tensor2d(along, [2, 3]);
  const exact = tf.grad((x) => tf.sum(tf.mul(slope(x), direction)))(tf.tensor2d(numbers, [2, 3]));
  const h = 1 / 32;
  const at = (side: number): tf.Tensor =>
    slope(tf.tensor2d(numbers.map((x, i) => x + side * h * (along[i] ?? 0)), [2, 3])); // prettier-ignore
  const [near, far] = [tf.sub(at(1), at(-1)), tf.sub(at(2), at(-2))];
  const difference = tf.div(tf.sub(tf.mul(near, 8), far), 12 * h);
  return [Array.from(await exact.data()), Array.from(await difference.data())];
}

const targets = (): tf.Tensor2D => tf.tensor2d([1, 0, 0, 0, 0.3, 0.7], [2, 3]);

describe.each(['onnx', 'reference'] as const)('on %s, the second derivative of', (backend) => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['logSoftmax', (x) => tf.sum(tf.square(tf.logSoftmax(x)))],
    ['logSigmoid', (x) => tf.sum(tf.square(tf.logSigmoid(x)))],
    ['softmaxCrossEntropy', (x) => tf.losses.softmaxCrossEntropy(targets(), x)],
    ['sigmoidCrossEntropy', (x) => tf.losses.sigmoidCrossEntropy(targets(), x)],
  ])('%s is that of differences', async (_, f) => {
    await withEngine(backend, async () => {
      const [exact, difference] = await bend(f);
      expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(0.01);
      exact.forEach((x, i) => expect(x).toBeCloseTo(difference[i] ?? NaN, 3));
    });
  });
});

it('a custom gradient stays as it is for first derivatives', async () => {
  await withEngine('onnx', async () => {
    const turned = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 2),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, -5),
    }));
    expect(
      Array.from(
        await tf
          .grad((x) => tf.sum(turned(x)))(tf.tensor1d([1, 2]))
          .data(),
      ),
    ).toEqual([-5, -5]);
  });
});

describe('what has no derivative is refused by name', () => {
  it.each<[string, string, (x: tf.Tensor) => tf.Tensor]>([
    ['`TopK`', '`gather`', (x) => tf.sum(tf.topk(x, 2).values)],
    [
      '`FloorDiv`',
      '`div`',
      (x) => tf.sum(tf.cast(tf.floorDiv(tf.cast(x, 'int32'), tf.scalar(2, 'int32')), 'float32')),
    ],
    [
      '`Conv2D` with `dilations: [2,2]`',
      'dilations of 1',
      (x) => tf.sum(tf.conv2d(tf.reshape<tf.Rank.R4>(x, [1, 2, 3, 1]), tf.ones([1, 1, 1, 1]), 1, 'valid', 'NHWC', [2, 2])), // prettier-ignore
    ],
    [
      '`FusedBatchNorm` without its `offset` or `scale`',
      'zeros and ones',
      (x) => tf.sum(tf.batchNorm(tf.reshape<tf.Rank.R4>(x, [1, 1, 2, 3]), tf.ones([3]), tf.ones([3]), tf.ones([3]))), // prettier-ignore
    ],
  ])('%s', async (name, hint, f) => {
    await withEngine('onnx', async () => {
      const taken = (): tf.Tensor => tf.grad(f)(tf.tensor2d(numbers, [2, 3]));
      expect(taken).toThrow(name);
      expect(taken).toThrow(expect.objectContaining({ code: 'unsupported-kernel', hint: expect.stringContaining(hint) as string })); // prettier-ignore
    });
  });
});
