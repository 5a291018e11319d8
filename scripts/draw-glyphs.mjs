// Draws glyphs of an alphabet that nobody writes, as IDX files: `node scripts/draw-glyphs.mjs --out FOLDER/NAME --classes 60 --each 16 --seed 1`. A class is a few bent strokes;
// every picture of it is written anew, with an unsteady hand, another pen and a little turned. White on black, 28 x 28, four shades. Equal arguments give equal files.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { generator } from '../models/glyph-conv/random.mjs';
import { distanceToLine } from '../models/glyph-conv/written.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'glyphs' },
    classes: { type: 'string', default: '60' },
    each: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
  },
});
const classes = Number(values.classes);
const each = Number(values.each);
if (!(classes >= 1 && classes <= 256)) throw new Error('IDX labels are bytes: 1 to 256 classes');
const side = 28;
const { uniform: random, normal } = generator(Number(values.seed));

const pictures = [];
const labels = [];
for (let label = 0; label < classes; label += 1) {
  const glyph = newGlyph();
  for (let i = 0; i < each; i += 1) {
    pictures.push(written(glyph));
    labels.push(label);
  }
}
const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const images = [Buffer.from([0, 0, 8, 3]), ...[pictures.length, side, side].map(number), ...pictures];
const file = (contents) => gzipSync(Buffer.concat(contents), { level: 9 });
writeFileSync(`${values.out}-images-idx3-ubyte.gz`, file(images));
writeFileSync(
  `${values.out}-labels-idx1-ubyte.gz`,
  file([Buffer.from([0, 0, 8, 1]), number(labels.length), Buffer.from(labels)]),
);

/** One to four strokes, each of three or four points in the square from 0 to 1; strokes often begin where another one passed. */
function newGlyph() {
  const strokes = [];
  const count = 1 + Math.floor(random() * 4);
  for (let i = 0; i < count; i += 1) {
    const points = [];
    const last = strokes.at(-1);
    const joined = last !== undefined && random() < 0.6;
    points.push(joined ? last[Math.floor(random() * last.length)] : somewhere());
    const bends = 2 + Math.floor(random() * 2);
    for (let k = 0; k < bends; k += 1) {
      let next = somewhere();
      for (let tries = 0; distance(next, points.at(-1)) < 0.35 && tries < 20; tries += 1) next = somewhere();
      points.push(next);
    }
    strokes.push(points);
  }
  return strokes;
}

function written(strokes) {
  const turn = normal() * 0.12;
  const [wide, high] = [1 + normal() * 0.09, 1 + normal() * 0.09];
  const lean = normal() * 0.12;
  const [right, down] = [normal() * 0.03, normal() * 0.03];
  const pen = 0.028 + random() * 0.03;
  const place = ([x, y]) => {
    const [u, v] = [(x - 0.5) * wide + (y - 0.5) * lean, (y - 0.5) * high];
    return [
      0.5 + u * Math.cos(turn) - v * Math.sin(turn) + right,
      0.5 + u * Math.sin(turn) + v * Math.cos(turn) + down,
    ];
  };
  const lines = strokes.map((points) =>
    curve(points.map(([x, y]) => place([x + normal() * 0.035, y + normal() * 0.035]))),
  );
  const picture = Buffer.alloc(side * side);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const at = [(x + 0.5) / side, (y + 0.5) / side];
      const away = Math.min(...lines.map((line) => distanceToLine(at, line)));
      const ink = Math.max(0, Math.min(1, 0.5 + (pen - away) * side));
      picture[y * side + x] = Math.round(ink * 3) * 85;
    }
  return picture;
}

/** Through the first and the last point, bent towards those between (Bézier), as 17 points. */
function curve(points) {
  return Array.from({ length: 17 }, (_, i) => {
    let now = points;
    while (now.length > 1)
      now = now.slice(1).map(([x, y], k) => {
        const [px, py] = now[k];
        return [px + ((x - px) * i) / 16, py + ((y - py) * i) / 16];
      });
    return now[0];
  });
}

function somewhere() {
  return [0.12 + 0.76 * random(), 0.12 + 0.76 * random()];
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}
