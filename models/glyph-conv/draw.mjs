// Draws what glyph-conv learns from: `node draw.mjs glyphs.parquet [--classes 1200] [--each 20] [--seed 7]`. A row is a picture (a bitmap of 28 x 28) and the name of its
// class. A fifth of the classes are black on white. Equal arguments give equal pictures.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { newGlyph } from './glyph.mjs';
import { generator } from './random.mjs';
import { written } from './written.mjs';

const side = 28;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    classes: { type: 'string', default: '1200' },
    each: { type: 'string', default: '20' },
    seed: { type: 'string', default: '7' },
  },
});
const [to = 'glyphs.parquet'] = positionals;
const random = generator(Number(values.seed));

const glyphs = [];
while (glyphs.length < Number(values.classes)) glyphs.push(newGlyph(random, glyphs));
const images = [];
const labels = [];
for (const [number, glyph] of glyphs.entries())
  for (let i = 0; i < Number(values.each); i += 1) {
    const picture = written(glyph, side, random);
    images.push(bitmap(number % 5 === 4 ? picture.map((ink) => 255 - ink) : picture));
    labels.push(`glyph ${String(number + 1).padStart(4, '0')}`);
  }
writeFileSync(
  to,
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'image', data: images, type: 'BYTE_ARRAY' },
        { name: 'label', data: labels, type: 'STRING' },
      ],
    }),
  ),
);

/** A BMP file with 256 greys; its rows go from the bottom up, and their length is a multiple of four. */
function bitmap(picture) {
  const header = 14 + 40 + 4 * 256;
  const bytes = Buffer.alloc(header + picture.length);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(header, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(side, 18);
  bytes.writeInt32LE(side, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(8, 28);
  bytes.writeUInt32LE(256, 46);
  for (let grey = 0; grey < 256; grey += 1) bytes.fill(grey, 54 + 4 * grey, 54 + 4 * grey + 3);
  for (let row = 0; row < side; row += 1)
    bytes.set(picture.subarray(row * side, (row + 1) * side), header + (side - 1 - row) * side);
  return bytes;
}
