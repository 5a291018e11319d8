// What the first bytes of a picture say: its format, and the size that decoding it will take. Decodes nothing, so that a file which
// declares a monstrous size costs nothing.

export type ImageFormat = 'PNG' | 'JPEG' | 'GIF' | 'BMP' | 'WEBP';

export interface Declared {
  readonly format: ImageFormat;
  /** Nothing where the bytes end before they say it, or say nothing that makes sense. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** Nothing for bytes that are none of the formats. */
export function declaredSize(bytes: Uint8Array): Declared | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  const within = (end: number, read: () => readonly [number, number]): Declared['size'] => {
    if (view.byteLength < end) return undefined;
    const [width, height] = read();
    return { width, height };
  };
  if (text(0, 8) === '\x89PNG\r\n\x1a\n')
    return { format: 'PNG', size: within(24, () => [view.getUint32(16), view.getUint32(20)]) };
  if (text(0, 3) === '\xff\xd8\xff') return { format: 'JPEG', size: jpegSize(view) };
  if (/^GIF8[79]a$/.test(text(0, 6)))
    return { format: 'GIF', size: within(10, () => [view.getUint16(6, true), view.getUint16(8, true)]) };
  if (text(0, 2) === 'BM') {
    const old = view.byteLength >= 18 && view.getUint32(14, true) === 12;
    const size = old
      ? within(22, () => [view.getUint16(18, true), view.getUint16(20, true)])
      : within(26, () => [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))]);
    return { format: 'BMP', size };
  }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') {
    const size = within(30, () => webpSize(text(12, 16), view));
    return { format: 'WEBP', size };
  }
  return undefined;
}

/** From the first frame header; the segments before it are passed over by their lengths. */
function jpegSize(view: DataView): Declared['size'] {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += alone ? 2 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpSize(chunk: string, view: DataView): readonly [number, number] {
  const threeBytes = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  if (chunk === 'VP8X') return [threeBytes(24) + 1, threeBytes(27) + 1];
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
}
