// Pixels as the bytes of a PNG file (https://www.w3.org/TR/png-3/), grey or in colour, eight bits each. Knows nothing of pages.
import { deflateSync } from 'node:zlib';

export interface PngPixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** [height, width, channels] */
  readonly data: Uint8Array;
}

export function pngOf({ height, width, channels, data }: PngPixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 1 ? 0 : 2], 8); // bits, kind of colour
  const line = width * channels;
  const lines = Buffer.alloc(height * (line + 1)); // each begins with its filter: none
  for (let y = 0; y < height; y += 1) lines.set(data.subarray(y * line, (y + 1) * line), y * (line + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, contents: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), contents]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(contents.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(checksum(named), named.length + 4);
  return whole;
}

/** CRC-32, which `node:zlib` has from Node 22 on. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
