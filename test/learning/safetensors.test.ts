// Reading and writing safetensors: what is written is read back, and damage is refused with what is wrong.
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/learning/model-error.ts';
import { openSafetensors, readSafetensors, writeSafetensors } from '../../src/learning/safetensors.ts';

/** A file with this header, padded as given, and so many bytes of zeros. */
function file(header: unknown, bytes: number, text = JSON.stringify(header)): Uint8Array {
  const raw = new TextEncoder().encode(text);
  const whole = new Uint8Array(8 + raw.length + bytes);
  new DataView(whole.buffer).setBigUint64(0, BigInt(raw.length), true);
  whole.set(raw, 8);
  return whole;
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32'): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('what is written', () => {
  it('is read back, with shapes, order and metadata', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc
            .string({ minLength: 1, maxLength: 9 })
            .filter((name) => !name.startsWith('__') && !/^\d+$/.test(name)),
          fc.record({ rows: fc.nat(4), columns: fc.nat(5), fill: fc.float({ noNaN: true }) }),
          { maxKeys: 5 },
        ),
        fc.dictionary(fc.constantFrom('format', 'a', 'b'), fc.string()),
        (spec, metadata) => {
          const tensors = Object.fromEntries(
            Object.entries(spec).map(([name, { rows, columns, fill }]) => [
              name,
              { shape: [rows, columns], data: new Float32Array(rows * columns).fill(fill) },
            ]),
          );
          const bytes = writeSafetensors(tensors, metadata);
          expect(readSafetensors(bytes, 'x')).toEqual(tensors);
          expect({ ...openSafetensors(bytes, 'x').metadata }).toEqual({ ...metadata });
          expect(writeSafetensors(tensors, metadata)).toEqual(bytes);
        },
      ),
    );
  });

  it('starts its numbers at a multiple of eight bytes', () => {
    const bytes = writeSafetensors({ weight: { shape: [1], data: Float32Array.of(1) } });
    expect((bytes.length - 4) % 8).toBe(0);
  });

  it('must have as many numbers as its shape says', () => {
    expect(() => writeSafetensors({ w: { shape: [2, 2], data: new Float32Array(3) } })).toThrow(
      '3 numbers for 4',
    );
  });
});

describe('number formats', () => {
  it('reads F16, subnormal and infinite too', () => {
    const bytes = file({ x: entry(0, 12, [6], 'F16') }, 12);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000);
    bytes.set(new Uint8Array(halves.buffer), bytes.length - 12);
    const { data } = openSafetensors(bytes, 'x').tensor('x');
    expect([...data]).toEqual([1, -2, 2 ** -24, 65504, Infinity, -0]);
  });

  it('reads BF16', () => {
    const bytes = file({ x: entry(0, 4, [2], 'BF16') }, 4);
    bytes.set(new Uint8Array(Uint16Array.of(0x3f80, 0xc049).buffer), bytes.length - 4);
    expect([...openSafetensors(bytes, 'x').tensor('x').data]).toEqual([1, -3.140625]);
  });

  it('leaves other types alone until they are asked for', () => {
    const { names, tensor } = openSafetensors(file({ ids: entry(0, 8, [1], 'I64') }, 8), 'x');
    expect(names).toEqual(['ids']);
    expect(() => tensor('ids')).toThrow('I64');
  });

  it('reads a `Buffer` that starts anywhere, as small files are read', () => {
    const bytes = writeSafetensors({ a: { shape: [3], data: Float32Array.of(1, -2, 3.5) } });
    for (const shift of [0, 1, 2, 3]) {
      const around = Buffer.alloc(bytes.length + 8);
      around.set(bytes, shift);
      const moved = around.subarray(shift, shift + bytes.length);
      expect([...(readSafetensors(moved, 'f')['a']?.data ?? [])]).toEqual([1, -2, 3.5]);
    }
  });

  it('reads numbers that do not start at a multiple of four', () => {
    const bytes = writeSafetensors({ w: { shape: [2], data: Float32Array.of(1.5, -2) } });
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    expect([...(readSafetensors(moved.subarray(1), 'x')['w']?.data ?? [])]).toEqual([1.5, -2]);
  });
});

describe('damage', () => {
  it.each([
    ['nothing at all', new Uint8Array(0), 'too few for a header'],
    ['a header longer than the file', file({}, 0).subarray(0, 9), 'should end at byte'],
    ['an absurd length', new Uint8Array(16).fill(255), 'claims to be'],
    ['a header that is not JSON', file(0, 0, '{"x"'), 'not JSON'],
    ['a header that is a list', file([], 0), 'not a JSON object'],
    ['metadata that is not text', file({ __metadata__: { a: 1 } }, 0), '`__metadata__.a`'],
    ['an entry that is a number', file({ x: 1 }, 0), '`x` is not an object'],
    ['an unknown type', file({ x: entry(0, 4, [1], 'F31') }, 4), '"F31"'],
    ['a negative size', file({ x: entry(0, 4, [-1]) }, 4), 'no valid shape'],
    ['no place', file({ x: { dtype: 'F32', shape: [1] } }, 4), 'no valid place'],
    ['a place of the wrong size', file({ x: entry(0, 8, [1]) }, 8), 'needs 4 bytes and has 8'],
    ['tensors that overlap', file({ x: entry(0, 8), y: entry(4, 12) }, 12), '`y` overlaps'],
    ['a gap', file({ x: entry(0, 4), y: entry(8, 12) }, 12), '4 bytes before tensor `y`'],
    ['a truncated end', file({ x: entry(0, 8) }, 5), 'need 8 bytes, but only 5'],
    ['bytes left over', file({ x: entry(0, 8) }, 9), '1 bytes at the end'],
  ])('%s', (_, bytes, message) => {
    const read = (): unknown => openSafetensors(bytes, 'model.safetensors');
    expect(read).toThrow(ModelError);
    expect(read).toThrow(message);
  });

  it('refuses every truncation of a real file', async () => {
    const path = join(import.meta.dirname, '../fixtures/encoders/odd-bert/model.safetensors');
    const bytes = await readFile(path);
    expect(openSafetensors(bytes, 'x').names).toHaveLength(37);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => openSafetensors(bytes.subarray(0, length), 'x')).toThrow(ModelError);
      }),
    );
  });
});
