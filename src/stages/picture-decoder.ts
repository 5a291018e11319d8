// The decoder of pictures, with the WebAssembly of its package. Knows no rows.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Decode } from '../learning/images/decode.ts';

export async function openPictureDecoder(): Promise<Decode> {
  const { openDecoder } = await import('../learning/images/decode.ts');
  return openDecoder(() =>
    readFile(createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm')),
  );
}
