// The small Omniglot set as IDX files, by alphabets. Labels are the numbers of the characters among all.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Alphabets to learn from and to be measured by: none is in both. */
export const splits = {
  train: ['Greek', 'Japanese_(katakana)', 'Latin', 'Sanskrit'],
  test: ['Korean', 'Balinese', 'Early_Aramaic'],
};

/** Writes `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`, and gives what is in them. */
export function writePart(data, folder, name, alphabets) {
  const names = JSON.parse(readFileSync(join(data, 'omniglot_small_classes.json'), 'utf8'));
  const pictures = readFileSync(join(data, 'omniglot_small_28x28_u8.bin'));
  const numbers = readFileSync(join(data, 'omniglot_small_labels_u16.bin'));
  const size = 28 * 28;
  const rows = Array.from({ length: numbers.length / 2 }, (_, row) => [row, numbers.readUInt16LE(2 * row)]);
  const own = rows.filter(([, label]) => alphabets.includes(names[label].split('/')[0]));
  const labels = own.map(([, label]) => label);
  const pixels = Buffer.concat(own.map(([row]) => pictures.subarray(row * size, (row + 1) * size)));
  const count = Buffer.alloc(4);
  count.writeUInt32BE(own.length);
  const sides = Buffer.from([0, 0, 0, 28, 0, 0, 0, 28]);
  writeFileSync(
    join(folder, `${name}-images-idx3-ubyte`),
    Buffer.concat([Buffer.from([0, 0, 8, 3]), count, sides, pixels]),
  );
  writeFileSync(
    join(folder, `${name}-labels-idx1-ubyte`),
    Buffer.concat([Buffer.from([0, 0, 8, 1]), count, Buffer.from(labels)]),
  );
  return { pixels, labels };
}
