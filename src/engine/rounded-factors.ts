// Whether NVIDIA's libraries round the factors of products and convolutions to 10 bits of fraction (TF32): they do unless they are told otherwise before they are first
// used, and keep to that for the life of the process.
import { EngineError } from './engine-error.ts';

/** `mixed`: factors are rounded where the device is faster for it; sums, and everything else, keep 32 bits. */
export type Precision = 'fp32' | 'mixed';

let settled: Precision | undefined;

/** Called before the first product. Throws where this process has begun with the other. */
export function settlePrecision(precision: Precision): void {
  if (settled !== undefined && settled !== precision)
    throw new EngineError(
      'internal',
      `this process computes with the precision ${settled}, and ${precision} is asked for`,
      'Compute in another process.',
    );
  settled = precision;
  process.env['NVIDIA_TF32_OVERRIDE'] = precision === 'mixed' ? '1' : '0';
}
