// Which rows each step of a training reads where every pass has all of them: known before the first step, so that the shapes of batches can
// be chosen to fit them. Knows no tensors and no texts.
import { createRandom } from '../random.ts';

export interface PassSettings {
  readonly rows: number;
  /** Rows of a step. The last step of a pass may have fewer. */
  readonly size: number;
  readonly seed: number;
}

export interface Passes {
  /** Steps in which every row is read once. */
  readonly perPass: number;
  /** The rows of each of so many steps. */
  readonly plan: (steps: number) => readonly (readonly number[])[];
}

/** The order of a pass is a function of the seed and of how many were before it. */
export function passesOf({ rows, size, seed }: PassSettings): Passes {
  const perPass = Math.max(1, Math.ceil(rows / size));
  return {
    perPass,
    plan: (steps) => {
      const all: (readonly number[])[] = [];
      for (let pass = 1; all.length < steps; pass++) {
        const order = createRandom(seed, 'order', pass).shuffle(
          Array.from({ length: rows }, (_, row) => row),
        );
        for (let i = 0; i < perPass; i++) all.push(order.slice(i * size, (i + 1) * size));
      }
      return all.slice(0, steps);
    },
  };
}
