// Of which old pixels each new one is made, along one side of a picture, as Pillow and PyTorch with antialiasing have it: a kernel over those that it covers,
// wider where the picture shrinks.

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
