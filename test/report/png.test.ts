import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { openDecoder } from '../../src/learning/images/decode.ts';
import { pngOf } from '../../src/runtime/report/png.ts';

const wasm = async (): Promise<Uint8Array> =>
  readFileSync(createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm'));

test.each([1, 3] as const)(
  'a PNG with %s channels is read by ImageMagick as the pixels it was made of',
  async (channels) => {
    const [height, width] = [5, 7];
    const data = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37) % 256);
    const decode = await openDecoder(wasm);
    expect(decode(pngOf({ height, width, channels, data }))).toEqual({ height, width, channels, data });
  },
);
