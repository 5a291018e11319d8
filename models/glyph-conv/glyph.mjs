// What a class of glyphs is: one to five strokes, lines of points in the square from 0 to 1. Some classes are an earlier one with a stroke more, less or
// other, as `O` and `Q` are, so that what is told apart is not always far apart. Knows no pens and no pixels.

export function newGlyph(random, earlier) {
  if (earlier.length > 10 && random.chance(0.35)) return variantOf(random.one(earlier), random);
  const strokes = [];
  const count = random.one([1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5]);
  while (strokes.length < count) strokes.push(newStroke(strokes, random));
  return strokes;
}

function variantOf(glyph, random) {
  const strokes = [...glyph];
  const at = random.below(strokes.length);
  const change = random.below(3);
  if (change === 0 && strokes.length < 5) strokes.push(newStroke(strokes, random));
  else if (change === 1 && strokes.length > 1) strokes.splice(at, 1);
  else strokes[at] = newStroke(strokes, random);
  return strokes;
}

function newStroke(strokes, random) {
  const last = strokes.at(-1);
  if (last !== undefined && random.chance(0.12)) return mirrored(last, random);
  const start = startOf(strokes, random);
  switch (
    random.one(['line', 'line', 'line', 'bent', 'bent', 'wave', 'arc', 'arc', 'corners', 'corners', 'mark'])
  ) {
    case 'line':
      return line(start, far(start, random));
    case 'bent':
      return bent(start, random);
    case 'wave':
      return wave(start, random);
    case 'arc':
      return arc(start, random);
    case 'corners':
      return corners(start, random);
    default:
      return mark(random);
  }
}

/** Strokes often begin on another one. */
function startOf(strokes, random) {
  if (strokes.length > 0 && random.chance(0.6)) {
    const points = random.one(strokes);
    return random.chance(0.5) ? random.one([points[0], points.at(-1)]) : random.one(points);
  }
  return somewhere(random);
}

/** Often on a coarse grid, as in most scripts. */
function somewhere(random) {
  const place = () =>
    random.chance(0.6) ? random.one([0.15, 0.5, 0.85]) + random.normal() * 0.02 : random.between(0.1, 0.9);
  return [place(), place()];
}

function far(from, random) {
  let next = somewhere(random);
  for (let tries = 0; distance(next, from) < 0.3 && tries < 20; tries += 1) next = somewhere(random);
  return next;
}

function line([ax, ay], [bx, by], parts = 12) {
  return Array.from({ length: parts + 1 }, (_, i) => [
    ax + ((bx - ax) * i) / parts,
    ay + ((by - ay) * i) / parts,
  ]);
}

/** Bézier, through its first and its last point. */
function bent(start, random) {
  const points = [start];
  const bends = 2 + random.below(3);
  while (points.length <= bends) points.push(far(points.at(-1), random));
  return Array.from({ length: 25 }, (_, i) => {
    let now = points;
    while (now.length > 1)
      now = now.slice(1).map(([x, y], k) => {
        const [px, py] = now[k];
        return [px + ((x - px) * i) / 24, py + ((y - py) * i) / 24];
      });
    return now[0];
  });
}

/** Smoothly through all of its points (Catmull and Rom), which go on in one direction: letters in a row, as `w` and `m` have them. */
function wave(start, random) {
  const count = 3 + random.below(4);
  const across = random.chance(0.7) ? 0 : 1;
  const [from, to] = [random.between(0.1, 0.3), random.between(0.6, 0.9)];
  const points = [start];
  for (let i = 0; i < count; i += 1) {
    const along = from + ((to - from) * i) / (count - 1) + random.normal() * 0.06;
    const other = i % 2 === 0 ? random.between(0.1, 0.45) : random.between(0.55, 0.9);
    points.push(across === 0 ? [along, other] : [other, along]);
  }
  const at = (i) => points[Math.max(0, Math.min(points.length - 1, i))];
  return Array.from({ length: 8 * (points.length - 1) + 1 }, (_, k) => {
    const [i, t] = [Math.floor(k / 8), (k % 8) / 8];
    return [0, 1].map((axis) => {
      const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)].map((point) => point[axis]);
      return b + (t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))) / 2;
    });
  });
}

/** Of an ellipse: a quarter or more, or all of it. */
function arc([x, y], random) {
  const [wide, high] = [random.between(0.1, 0.38), random.between(0.1, 0.38)];
  const from = (random.below(8) * Math.PI) / 4;
  const sweep = random.chance(0.3) ? 2 * Math.PI : random.between(Math.PI / 2, 1.8 * Math.PI);
  const way = random.one([-1, 1]);
  const [mx, my] = [x - wide * Math.cos(from), y - high * Math.sin(from)];
  const points = Array.from({ length: 25 }, (_, i) => {
    const angle = from + (way * sweep * i) / 24;
    return [mx + wide * Math.cos(angle), my + high * Math.sin(angle)];
  });
  return inside(points);
}

function corners(start, random) {
  const count = 2 + random.below(3);
  const points = [start];
  let from = start;
  for (let i = 0; i < count; i += 1) {
    const next = far(from, random);
    points.push(...line(from, next, 8).slice(1));
    from = next;
  }
  if (count > 2 && random.chance(0.3)) points.push(...line(from, start, 8).slice(1));
  return points;
}

/** A dot, a short stroke or a small ring. */
function mark(random) {
  const [x, y] = somewhere(random);
  const size = random.between(0.03, 0.09);
  const angle = (random.below(4) * Math.PI) / 4;
  if (random.chance(0.3))
    return Array.from({ length: 13 }, (_, i) => [
      x + size * Math.cos((i * Math.PI) / 6),
      y + size * Math.sin((i * Math.PI) / 6),
    ]);
  const [dx, dy] = [size * Math.cos(angle), size * Math.sin(angle)];
  return line([x - dx, y - dy], [x + dx, y + dy], 3);
}

function mirrored(points, random) {
  return random.chance(0.5) ? points.map(([x, y]) => [1 - x, y]) : points.map(([x, y]) => [x, 1 - y]);
}

/** Moved so that as much as possible is in the square. */
function inside(points) {
  const shift = (axis) => {
    const values = points.map((point) => point[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low < 0.06 ? 0.06 - low : high > 0.94 ? 0.94 - high : 0;
  };
  const [right, down] = [shift(0), shift(1)];
  return points.map(([x, y]) => [x + right, y + down]);
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}
