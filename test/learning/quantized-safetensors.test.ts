// Weights in eight bits: every number within half a step of what it was, and everything else as it was.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWeights } from '../../src/learning/encoders/read-folder.ts';
import { ModelError } from '../../src/learning/model-error.ts';
import { dequantized, quantized } from '../../src/learning/quantized-safetensors.ts';
import { openSafetensors, readSafetensors, writeSafetensors } from '../../src/learning/safetensors.ts';
import { changed, oddBert, onDisk } from './encoders/folders.ts';

const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });

test('what was in eight bits once stays the same to the bit', () => {
  fc.assert(
    fc.property(fc.array(number, { minLength: 64 * 64, maxLength: 64 * 64 }), (fill) => {
      const whole = writeSafetensors({ w: { shape: [64, 64], data: Float32Array.from(fill) } });
      const once = quantized(whole, 'x');
      expect(quantized(dequantized(once, 'x'), 'x')).toEqual(once);
    }),
    { numRuns: 20 },
  );
});

test('a number moves by half a step at most, of which there are 127 to the largest of its row', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 64, max: 70 }).chain((rows) =>
        fc.record({
          rows: fc.constant(rows),
          fill: fc.array(number, { minLength: 64 * rows, maxLength: 64 * rows }),
        }),
      ),
      ({ rows, fill }) => {
        const data = Float32Array.from(fill);
        const small = quantized(writeSafetensors({ w: { shape: [rows, 64], data } }), 'x');
        expect(small.byteLength).toBeLessThan(data.byteLength / 3);
        const { w } = readSafetensors(dequantized(small, 'x'), 'x');
        expect(w?.shape).toEqual([rows, 64]);
        for (let row = 0; row < rows; row++) {
          const its = data.subarray(row * 64, (row + 1) * 64);
          const step = Math.max(...its.map(Math.abs)) / 127;
          its.forEach((value, i) =>
            expect(Math.abs((w?.data[row * 64 + i] ?? NaN) - value)).toBeLessThanOrEqual(
              step * 0.5001 + 1e-30,
            ),
          );
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('vectors, small matrices and metadata stay as they are, and so does an ordinary file', () => {
  const tensors = {
    bias: { shape: [8192], data: Float32Array.from({ length: 8192 }, (_, i) => Math.sin(i)) },
    small: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6.125) },
    zeros: { shape: [80, 64], data: new Float32Array(80 * 64) },
  };
  const bytes = writeSafetensors(tensors, { format: 'pt' });
  expect(dequantized(bytes, 'x')).toBe(bytes);
  const back = dequantized(quantized(bytes, 'x'), 'x');
  expect(readSafetensors(back, 'x')).toEqual(tensors);
  expect({ ...openSafetensors(back, 'x').metadata }).toEqual({ format: 'pt' });
  expect(openSafetensors(back, 'x').names.toSorted()).toEqual(['bias', 'small', 'zeros']);
});

test('quantizing is stable: what was eight bits stays those eight bits', () => {
  const data = Float32Array.from({ length: 70 * 64 }, (_, i) => Math.cos(i * i));
  const once = quantized(writeSafetensors({ w: { shape: [70, 64], data } }), 'x');
  expect(quantized(dequantized(once, 'x'), 'x')).toEqual(once);
});

test('weights are read the same way in one file and in shards', async () => {
  const single = writeSafetensors({
    w: { shape: [70, 64], data: Float32Array.from({ length: 70 * 64 }, (_, i) => Math.cos(i)) },
  });
  const small = quantized(single, 'x');
  const read = async (files: Readonly<Record<string, unknown>>) => {
    const { file } = await readWeights(changed(onDisk(oddBert), files));
    return { names: file.names, tensor: file.tensor('w') };
  };
  const whole = await read({ 'model.safetensors': small });
  expect(whole).toEqual({ names: ['w'], tensor: readSafetensors(dequantized(small, 'x'), 'x')['w'] });
  const index = { weight_map: { w: 'a.safetensors' } };
  expect(
    await read({
      ...{ 'model.safetensors': undefined, 'model.safetensors.index.json': index },
      'a.safetensors': small,
    }),
  ).toEqual(whole);
});

test('another way of quantizing, and scales that do not fit, are refused', () => {
  const whole = { shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) };
  const other = writeSafetensors({ w: whole }, { quantization: 'nf4' });
  expect(() => dequantized(other, 'm.safetensors')).toThrow(ModelError);
  expect(() => dequantized(other, 'm.safetensors')).toThrow('"nf4"');
  const scales = { shape: [3], data: Float32Array.of(1, 1, 1) };
  const odd = writeSafetensors({ 'w.row_scale': scales, w: whole }, { quantization: 'int8-rows' });
  expect(() => dequantized(odd, 'm.safetensors')).toThrow('3 scales for 2 rows');
  const none = writeSafetensors({ w: whole }, { quantization: 'int8-rows' });
  expect(() => dequantized(none, 'm.safetensors')).toThrow('no tensor `w.row_scale`');
});
