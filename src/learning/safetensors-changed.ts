// A safetensors file with other numbers in some of its tensors, or with more tensors; everything else stays as it is, byte for byte.
import type { Tensor } from './heads/head.ts';
import { safetensorsLayout } from './safetensors-layout.ts';

/** Numbers that are asked for once, when they are written: so those of one tensor at a time need memory beside the file. */
export type NumbersOf = () => Float32Array;

/**
 * `changed` gives the new numbers by name, in the shape that the file has; these tensors become F32. `added` come
 * behind the others. `file` is the name that errors give. Throws `ModelError` for a file that is damaged.
 */
export function changedSafetensors(
  bytes: Uint8Array,
  changed: ReadonlyMap<string, NumbersOf>,
  file: string,
  added: Readonly<Record<string, Tensor>> = {},
): Uint8Array<ArrayBuffer> {
  const { entries, metadata, start } = safetensorsLayout(
    { size: bytes.byteLength, read: (offset, length) => bytes.subarray(offset, offset + length) },
    file,
  );
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let length = 0;
  for (const [name, { dtype, shape, begin, end }] of entries) {
    const isChanged = changed.has(name);
    const from = length;
    length += isChanged ? 4 * product(shape) : end - begin;
    header[name] = { dtype: isChanged ? 'F32' : dtype, shape, data_offsets: [from, length] };
  }
  for (const [name, { shape }] of Object.entries(added)) {
    if (entries.has(name)) throw new RangeError(`there is a tensor \`${name}\` already`);
    header[name] = { dtype: 'F32', shape, data_offsets: [length, length + 4 * product(shape)] };
    length += 4 * product(shape);
  }
  for (const name of changed.keys()) if (!entries.has(name)) throw new RangeError(`no tensor \`${name}\``);
  const result = withHeader(new TextEncoder().encode(JSON.stringify(header)), length);
  let offset = result.byteLength - length;
  for (const [name, { shape, begin, end }] of entries) {
    const numbers = changed.get(name)?.();
    if (numbers !== undefined && numbers.length !== product(shape))
      throw new RangeError(`\`${name}\` has ${numbers.length} numbers for the shape [${shape.join(', ')}]`);
    const content = numbers === undefined ? bytes.subarray(start + begin, start + end) : bytesOf(numbers);
    result.set(content, offset);
    offset += content.byteLength;
  }
  for (const { data } of Object.values(added)) {
    result.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return result;
}

/** A file with room for so many bytes of tensors at its end. */
function withHeader(header: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  // Spaces up to a multiple of eight, so that the numbers can be read in place.
  const headerLength = Math.ceil(header.byteLength / 8) * 8;
  const result = new Uint8Array(8 + headerLength + length);
  new DataView(result.buffer).setBigUint64(0, BigInt(headerLength), true);
  result.fill(0x20, 8, 8 + headerLength);
  result.set(header, 8);
  return result;
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
