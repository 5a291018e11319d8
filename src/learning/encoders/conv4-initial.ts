// The weights that conv4 starts from: He et al. 2015 (arXiv:1502.01852) for filters; normalisation starts as it is.
import type { Tensor } from '../heads/head.ts';
import { createRandom } from '../random.ts';
import { conv4Shapes } from './conv4.ts';

export function initialConv4(channels: number, seed: number): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(conv4Shapes(channels)).map(([name, shape]): [string, Tensor] => {
      const count = shape.reduce((product, size) => product * size, 1);
      const random = createRandom(seed, 'conv4', name);
      const scale = Math.sqrt(2 / (9 * (shape[2] ?? 1)));
      const value = (): number =>
        name.endsWith('filter') ? random.normal() * scale : name.endsWith('gamma') ? 1 : 0;
      return [name, { shape, data: Float32Array.from({ length: count }, value) }];
    }),
  );
}
