// One picture of a glyph, as a hand writes it: every stroke a little elsewhere, larger and turned, the whole leaning and bent, with some pen.

/** White on black: [side * side] bytes. */
export function written(strokes, side, random) {
  const hand = steady(random);
  const lines = strokes.map((points) => hand(moved(points, random)));
  const pen = random.chance(0.7) ? random.between(0.012, 0.035) : random.between(0.035, 0.055);
  const soft = random.between(0.8, 1.6) / side;
  const picture = new Uint8Array(side * side);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const at = [(x + 0.5) / side, (y + 0.5) / side];
      let away = Infinity;
      for (const line of lines) away = Math.min(away, distanceToLine(at, line));
      // Ink falls from all to none over the width of `soft`; thin pens leave grey.
      const ink = Math.max(0, Math.min(1, 0.5 + (pen - away) / soft)) * Math.min(1, (pen * side) / 0.5);
      picture[y * side + x] = Math.round(255 * ink);
    }
  return picture;
}

/** A stroke of its own place, size and angle, with its ends longer or shorter. */
function moved(points, random) {
  const [mx, my] = middle(points);
  const turn = random.normal() * 0.09;
  const [wide, high] = [1 + random.normal() * 0.1, 1 + random.normal() * 0.1];
  const [right, down] = [random.normal() * 0.025, random.normal() * 0.025];
  const bow = random.normal() * 0.03;
  const last = points.length - 1;
  return points.map(([x, y], i) => {
    const [u, v] = [(x - mx) * wide, (y - my) * high];
    const sag = bow * Math.sin((Math.PI * i) / last);
    return [
      mx + u * Math.cos(turn) - v * Math.sin(turn) + right + sag,
      my + u * Math.sin(turn) + v * Math.cos(turn) + down - sag,
    ];
  });
}

/** What one writing does to all of its strokes. */
function steady(random) {
  const turn = random.normal() * 0.12;
  const size = Math.min(1.05, Math.exp(random.normal() * 0.2) * 0.74);
  const [wide, high] = [size * Math.exp(random.normal() * 0.1), size * Math.exp(random.normal() * 0.1)];
  const lean = random.normal() * 0.15;
  const [right, down] = [random.normal() * 0.06, random.normal() * 0.06];
  const waves = [0, 1].map(() => ({
    high: random.normal() * 0.025,
    along: random.between(2, 6),
    phase: random.between(0, 2 * Math.PI),
  }));
  const wave = ({ high: height, along, phase }, place) => height * Math.sin(along * place + phase);
  return (points) =>
    points.map(([x, y]) => {
      const [p, q] = [x + wave(waves[0], y), y + wave(waves[1], x)];
      const [u, v] = [(p - 0.5) * wide + (q - 0.5) * lean, (q - 0.5) * high];
      return [
        0.5 + u * Math.cos(turn) - v * Math.sin(turn) + right,
        0.5 + u * Math.sin(turn) + v * Math.cos(turn) + down,
      ];
    });
}

function middle(points) {
  const sum = points.reduce(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
  return sum.map((value) => value / points.length);
}

/** From a point to the nearest one of a line through points. */
export function distanceToLine([x, y], line) {
  let least = Infinity;
  for (let i = 1; i < line.length; i += 1) {
    const [ax, ay] = line[i - 1];
    const [dx, dy] = [line[i][0] - ax, line[i][1] - ay];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
    const [u, v] = [x - ax - along * dx, y - ay - along * dy];
    least = Math.min(least, u * u + v * v);
  }
  return Math.sqrt(least);
}
