// The header of a safetensors file on the disk. Reads no weights.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { ModelError } from '../learning/model-error.ts';
import { safetensorsLayout, type Layout } from '../learning/safetensors-layout.ts';

export type ReadLayout =
  | { readonly state: 'read'; readonly layout: Layout }
  | { readonly state: 'damaged'; readonly problem: string; readonly hint: string };

export function layoutOf(path: string): ReadLayout {
  const file = openSync(path, 'r');
  try {
    const read = (offset: number, length: number): Uint8Array => {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    };
    const layout = safetensorsLayout({ size: fstatSync(file).size, read }, basename(path));
    return { state: 'read', layout };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return {
      state: 'damaged',
      problem: `is damaged: ${error.problem}`,
      hint: 'copy or download the file again',
    };
  } finally {
    closeSync(file);
  }
}
