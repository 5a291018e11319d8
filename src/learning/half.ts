// Numbers of half precision (IEEE 754 binary16). Pure.
import { badModel } from './encoders/model-folder.ts';

const most = 65504;

/** Throws `ModelError` for a weight of the file `file` with numbers that half precision does not reach. */
export function checkHalf(weight: string, values: Float32Array, file: string): void {
  if (values.every((value) => Math.abs(value) <= most)) return;
  throw badModel(
    file,
    `the weight \`${weight}\` has numbers that half precision does not reach`,
    'Use `precision: fp32`.',
  );
}

/** Nearest, of equally near ones the even; beyond 65504 infinite. */
export function toHalves(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) halves[i] = toHalf(bits[i] ?? 0);
  return halves;
}

function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest >= 0x7f800000) return sign | (rest > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest >= 0x38800000) return sign | rounded(rest - 0x38000000, 13);
  // Below the smallest normal one, 2^-14, the steps are 2^-24.
  const shift = 126 - (rest >>> 23);
  return shift > 24 ? sign : sign | rounded((rest & 0x7fffff) | 0x800000, shift);
}

function rounded(value: number, shift: number): number {
  const half = 2 ** (shift - 1);
  const kept = value >>> shift;
  const left = value - kept * 2 ** shift;
  return kept + Number(left > half || (left === half && kept % 2 === 1));
}
