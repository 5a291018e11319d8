// Pictures of another size, one side after the other, as Pillow and PyTorch with antialiasing make them: each new pixel is a kernel over the old ones that it
// covers, wider where the picture shrinks.

export interface Covered {
  readonly first: number;
  readonly shares: readonly number[];
}

export interface Kernel {
  /** Beyond this distance it is nothing. */
  readonly reach: number;
  readonly at: (distance: number) => number;
}

export const triangle: Kernel = { reach: 1, at: (distance) => Math.max(0, 1 - Math.abs(distance)) };

/** Keys 1981 with a = -1/2. */
export const cubic: Kernel = {
  reach: 2,
  at: (distance) => {
    const x = Math.abs(distance);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

/** With `scale`, from the middle of the old ones. */
export function resampleWeights(
  from: number,
  to: number,
  kernel: Kernel,
  scale = from / to,
): readonly Covered[] {
  const start = (from - to * scale) / 2;
  const stretch = Math.max(1, scale);
  const reach = kernel.reach * stretch;
  return Array.from({ length: to }, (_, i) => {
    const centre = start + (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: Math.max(1, end - first) }, (_, k) =>
      kernel.at((first + k + 0.5 - centre) / stretch),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, shares: raw.map((share) => share / sum) };
  });
}

/** One side of a picture: `lines` that are alike, each of `length` places of `step` numbers. */
export interface Axis {
  readonly lines: number;
  readonly length: number;
  readonly step: number;
  readonly covered: readonly Covered[];
}

/** Each new number is `finish` of the sum of the old ones, by their shares. Written to `to`, which is given back. */
export function resampled<Numbers extends Uint8Array | Float32Array>(
  data: Uint8Array | Float32Array,
  { lines, length, step, covered }: Axis,
  to: Numbers,
  finish: (sum: number) => number,
): Numbers {
  for (let line = 0; line < lines; line += 1)
    covered.forEach(({ first, shares }, place) => {
      const from = (line * length + first) * step;
      const at = (line * covered.length + place) * step;
      for (let i = 0; i < step; i += 1) {
        let sum = 0;
        for (let k = 0; k < shares.length; k += 1) sum += (shares[k] ?? 0) * (data[from + k * step + i] ?? 0);
        to[at + i] = finish(sum);
      }
    });
  return to;
}
