// Weights in a quarter of the bytes: matrices of a safetensors file as whole numbers of eight bits, with a scale for each row (symmetric
// absolute-maximum quantization). Such a file is read by FSL alone; `dequantized` makes an ordinary one of it.
import type { Tensor } from './heads/head.ts';
import { ModelError } from './model-error.ts';
import { openSafetensors, writeSafetensors, type StoredTensor } from './safetensors.ts';
import { damagedHint, safetensorsLayout, type Layout } from './safetensors-layout.ts';

const mark = 'quantization';
const form = 'int8-rows';
const scaleOf = (name: string): string => `${name}.row_scale`;
/** Matrices with fewer numbers stay as they are. */
const fewest = 4096;
const most = 127;

/** `file` is the name that errors give. Throws `ModelError` for a file that is damaged. */
export function quantized(bytes: Uint8Array, file: string): Uint8Array<ArrayBuffer> {
  const { names, metadata, tensor } = openSafetensors(bytes, file);
  const single: Record<string, StoredTensor> = {};
  const whole: Record<string, StoredTensor> = {};
  for (const name of names) {
    const matrix = tensor(name);
    const found = quantizedMatrix(matrix);
    if (found === undefined) {
      single[name] = matrix;
      continue;
    }
    const { numbers, scales } = found;
    whole[name] = { shape: matrix.shape, data: numbers };
    single[scaleOf(name)] = { shape: [scales.length], data: scales };
  }
  // Numbers of four bytes come first, so that they can be read in place.
  return writeSafetensors({ ...single, ...whole }, { ...metadata, [mark]: form });
}

/** The file with all matrices in single precision; one that is not quantized as it is. */
export function dequantized(bytes: Uint8Array, file: string): Uint8Array {
  const layout = safetensorsLayout(
    { size: bytes.byteLength, read: (offset, length) => bytes.subarray(offset, offset + length) },
    file,
  );
  const found = layout.metadata[mark];
  if (found === undefined) return bytes;
  const fail = (problem: string): ModelError => new ModelError('bad-model', file, problem, damagedHint);
  if (found !== form) throw fail(`it is quantized as ${JSON.stringify(found)}, which is not known here`);
  const stored = openSafetensors(bytes, file);
  const scales = new Set([...layout.entries.keys()].filter((name) => isQuantized(layout, name)).map(scaleOf));
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, begin, end }] of layout.entries) {
    if (scales.has(name)) continue;
    if (!isQuantized(layout, name)) {
      tensors[name] = stored.tensor(name);
      continue;
    }
    const { data: scale } = stored.tensor(scaleOf(name));
    if (scale.length !== shape[0])
      throw fail(`\`${scaleOf(name)}\` has ${scale.length} scales for ${shape[0] ?? 0} rows`);
    const numbers = bytes.subarray(layout.start + begin, layout.start + end);
    tensors[name] = { shape, data: dequantizedRows(new Int8Array(numbers), scale) };
  }
  const others = Object.entries(layout.metadata).filter(([name]) => name !== mark);
  return writeSafetensors(tensors, Object.fromEntries(others));
}

function isQuantized({ entries }: Layout, name: string): boolean {
  return entries.get(name)?.dtype === 'I8';
}

/** In eight bits, with a scale for each row; nothing of what stays as it is. */
export function quantizedMatrix({
  shape,
  data,
}: Tensor): { readonly numbers: Int8Array; readonly scales: Float32Array } | undefined {
  const [rows = 0] = shape;
  if (shape.length < 2 || data.length < fewest) return undefined;
  const scales = new Float32Array(rows);
  return { numbers: quantizedRows(data, scales), scales };
}

/** Fills in the scales, one for each row. */
function quantizedRows(data: Float32Array, scales: Float32Array): Int8Array {
  const columns = data.length / scales.length;
  const result = new Int8Array(data.length);
  for (let row = 0; row < scales.length; row++) {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    const scale = scaleFor(numbers);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let i = 0; i < columns; i++) result[row * columns + i] = Math.round((numbers[i] ?? 0) / scale);
  }
  return result;
}

/** Numbers that were quantized before get the scale that they had, which dividing may miss by its last bit: so they stay the same. */
function scaleFor(numbers: Float32Array): number {
  const largest = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scale = Math.fround(largest / most);
  const fits = (by: number): boolean => numbers.every((x) => Math.fround(Math.round(x / by) * by) === x);
  const near = neighbours(scale).find((by) => Math.fround(most * by) === largest && fits(by));
  return near ?? scale;
}

/** A number of single precision, and those before and after it. */
function neighbours(value: number): readonly number[] {
  const single = Float32Array.of(value, value, value);
  const bits = new Int32Array(single.buffer);
  bits[1] = (bits[1] ?? 0) - 1;
  bits[2] = (bits[2] ?? 0) + 1;
  return value === 0 ? [value] : [...single];
}

function dequantizedRows(data: Int8Array, scales: Float32Array): Float32Array {
  const columns = data.length / Math.max(1, scales.length);
  const result = new Float32Array(data.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scales[row] ?? 0;
    const end = (row + 1) * columns;
    for (let i = row * columns; i < end; i++) result[i] = (data[i] ?? 0) * scale;
  }
  return result;
}
