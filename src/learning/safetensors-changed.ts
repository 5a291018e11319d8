// A safetensors file with other numbers in some of its tensors; everything else stays as it is, byte for byte.
import { safetensorsLayout } from './safetensors-layout.ts';

/**
 * `changed` holds the new numbers by name, in the shape that the file has; these tensors become F32. `file` is the name that errors
 * give. Throws `ModelError` for a file that is damaged.
 */
export function changedSafetensors(
  bytes: Uint8Array,
  changed: ReadonlyMap<string, Float32Array>,
  file: string,
): Uint8Array<ArrayBuffer> {
  const { entries, metadata, start } = safetensorsLayout(
    { size: bytes.byteLength, read: (offset, length) => bytes.subarray(offset, offset + length) },
    file,
  );
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  const contents: Uint8Array[] = [];
  let length = 0;
  for (const [name, { dtype, shape, begin, end }] of entries) {
    const numbers = changed.get(name);
    const own = bytes.subarray(start + begin, start + end);
    const content = numbers === undefined ? own : bytesOf(numbers);
    if (numbers !== undefined && numbers.length !== shape.reduce((product, size) => product * size, 1))
      throw new RangeError(`\`${name}\` has ${numbers.length} numbers for the shape [${shape.join(', ')}]`);
    contents.push(content);
    header[name] = {
      dtype: numbers === undefined ? dtype : 'F32',
      shape,
      data_offsets: [length, length + content.byteLength],
    };
    length += content.byteLength;
  }
  for (const name of changed.keys()) if (!entries.has(name)) throw new RangeError(`no tensor \`${name}\``);
  return together(new TextEncoder().encode(JSON.stringify(header)), contents, length);
}

function together(
  header: Uint8Array,
  contents: readonly Uint8Array[],
  length: number,
): Uint8Array<ArrayBuffer> {
  // Spaces up to a multiple of eight, so that the numbers can be read in place.
  const headerLength = Math.ceil(header.byteLength / 8) * 8;
  const result = new Uint8Array(8 + headerLength + length);
  new DataView(result.buffer).setBigUint64(0, BigInt(headerLength), true);
  result.fill(0x20, 8, 8 + headerLength);
  result.set(header, 8);
  let offset = 8 + headerLength;
  for (const content of contents) {
    result.set(content, offset);
    offset += content.byteLength;
  }
  return result;
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
