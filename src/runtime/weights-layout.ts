// The header of a safetensors file on the disk. Reads no weights.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { ModelError } from '../learning/model-error.ts';
import { safetensorsLayout, type Layout } from '../learning/safetensors-layout.ts';

/** Throws `ModelError` where it is damaged. */
export function layoutOf(path: string): Layout {
  const file = openSync(path, 'r');
  try {
    const read = (offset: number, length: number): Uint8Array => {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    };
    return safetensorsLayout({ size: fstatSync(file).size, read }, basename(path));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { code, file: name, problem } = error;
    throw new ModelError(code, name, `is damaged: ${problem}`, 'copy or download the file again');
  } finally {
    closeSync(file);
  }
}
