// Half precision against the numbers of IEEE 754.
import { expect, test } from 'vitest';
import { toHalves } from '../../src/learning/half.ts';
import { readSafetensors, writeSafetensors } from '../../src/learning/safetensors.ts';

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [1 / 3, 0x3555],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [-1e9, 0xfc00],
  [NaN, 0x7e00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1.5 * 2 ** -24, 0x0002],
  [2 ** -25 * 1.001, 0x0001],
  [2 ** -30, 0x0000],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2047.5 * 2 ** -25, 0x0400],
])('%f is %i', (value, half) => {
  expect(toHalves(Float32Array.of(value))[0]).toBe(half);
});

test('every number of half precision is itself', () => {
  const all = Uint16Array.from({ length: 0x7c00 * 2 }, (_, i) => (i < 0x7c00 ? i : i - 0x7c00 + 0x8000));
  // A file of single precision with its header changed to half of it, which is read by a program of its own.
  const file = writeSafetensors({ x: { shape: [all.length / 2], data: new Float32Array(all.buffer) } });
  const text = new TextDecoder('latin1')
    .decode(file)
    .replace('"F32","shape":[31744]', '"F16","shape":[63488]');
  const read = readSafetensors(
    Uint8Array.from(text, (c) => c.charCodeAt(0)),
    'x',
  )['x']?.data;
  expect(toHalves(read ?? new Float32Array())).toEqual(all);
});
