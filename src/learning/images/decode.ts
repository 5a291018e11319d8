// Pictures in files to pixels, by ImageMagick in WebAssembly: PNG, JPEG, GIF (its first frame), BMP and WebP, turned as EXIF says, what is transparent
// on white. Bytes in, numbers out; knows no files. Damaged pictures are errors, also where a decoder would give half of one.
import type * as Magick from '@imagemagick/magick-wasm';
import { declaredSize, type ImageFormat } from './declared-size.ts';

export interface Pixels {
  readonly height: number;
  readonly width: number;
  /** 1 where every pixel is grey. */
  readonly channels: 1 | 3;
  /** [height, width, channels] */
  readonly data: Uint8Array;
}

/** A picture that cannot be used; the message goes on after the name of the file: `is …`, `declares …`. */
export class ImageError extends Error {}

/** The longest side, and the most pixels, that are decoded. */
export const largestSide = 16_384;
export const mostPixels = 40_000_000;

export type Decode = (bytes: Uint8Array) => Pixels;

let opened: Promise<typeof Magick> | undefined;

/** `wasm` gives the bytes of the package's `magick.wasm`; it is asked once a process. */
export async function openDecoder(wasm: () => Promise<Uint8Array>): Promise<Decode> {
  opened ??= open(wasm);
  const magick = await opened;
  return (bytes) => decode(bytes, magick);
}

async function open(wasm: () => Promise<Uint8Array>): Promise<typeof Magick> {
  const magick = await import('@imagemagick/magick-wasm');
  await magick.initializeImageMagick(await wasm());
  const { ResourceLimits } = magick;
  ResourceLimits.width = BigInt(largestSide);
  ResourceLimits.height = BigInt(largestSide);
  ResourceLimits.area = BigInt(mostPixels);
  ResourceLimits.disk = 0n; // what does not fit is refused, and not put elsewhere
  ResourceLimits.listLength = 64n;
  return magick;
}

function decode(bytes: Uint8Array, magick: typeof Magick): Pixels {
  const format = checked(bytes);
  const settings = new magick.MagickReadSettings();
  settings.format = magick.MagickFormat[formats[format]];
  settings.frameIndex = 0;
  settings.frameCount = 1;
  const image = magick.MagickImage.create();
  let damage: string | undefined;
  image.onWarning = ({ error }) => {
    if (error.severity === magick.MagickErrorSeverity.CorruptImageWarning) damage ??= error.message;
  };
  try {
    image.read(bytes, settings);
    if (damage !== undefined) throw new Error(damage);
    image.autoOrient();
    if (image.colorSpace === magick.ColorSpace.CMYK) image.colorSpace = magick.ColorSpace.sRGB;
    const { width, height } = image;
    const rgba = image.getPixels((pixels) => pixels.toByteArray(0, 0, width, height, 'RGBA'));
    if (rgba?.length !== width * height * 4) throw new Error('it has no pixels');
    return onWhite(rgba, width, height);
  } catch (error) {
    throw new ImageError(`is damaged: ${reason(error)}`);
  } finally {
    image.dispose();
  }
}

const formats = { PNG: 'Png', JPEG: 'Jpeg', GIF: 'Gif', BMP: 'Bmp', WEBP: 'WebP' } as const;

/** The format. Throws `ImageError` before anything of the declared size is allocated. */
function checked(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new ImageError('is empty');
  const declared = declaredSize(bytes);
  if (declared === undefined) throw new ImageError('is no picture: PNG, JPEG, GIF, BMP and WebP are read');
  const { format, size } = declared;
  if (size === undefined) throw new ImageError(`is damaged: its ${format} header is cut off`);
  const { width, height } = size;
  if (width === 0 || height === 0)
    throw new ImageError(`is damaged: it declares ${width} x ${height} pixels`);
  if (width > largestSide || height > largestSide || width * height > mostPixels)
    throw new ImageError(
      `declares ${width} x ${height} pixels: at most ${mostPixels / 1e6} million are decoded, and no side longer than ${largestSide}`,
    );
  return format;
}

/** ImageMagick's message without the place in its sources. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const first = (message.split(' @ ')[0] ?? '').replace(/\s*`'\s*$/, '').trim();
  const words = first.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words === '' ? 'it cannot be decoded' : words;
}

function onWhite(rgba: Uint8Array, width: number, height: number): Pixels {
  const count = width * height;
  blend(rgba);
  let grey = true;
  for (let i = 0; i < rgba.length && grey; i += 4) grey = rgba[i] === rgba[i + 1] && rgba[i] === rgba[i + 2];
  const channels = grey ? 1 : 3;
  const data = new Uint8Array(count * channels);
  for (let at = 0, i = 0, o = 0; at < count; at += 1, i += 4, o += channels) {
    data[o] = rgba[i] ?? 0;
    if (grey) continue;
    data[o + 1] = rgba[i + 1] ?? 0;
    data[o + 2] = rgba[i + 2] ?? 0;
  }
  return { height, width, channels, data };
}

/** In place. */
function blend(rgba: Uint8Array): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] ?? 255;
    if (alpha === 255) continue;
    for (let c = i; c < i + 3; c += 1)
      rgba[c] = Math.round(((rgba[c] ?? 0) * alpha + 255 * (255 - alpha)) / 255);
  }
}
