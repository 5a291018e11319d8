// Adam (Kingma and Ba 2015, arXiv:1412.6980) with bias correction, and AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) where decay
// is decoupled. Numbers as in PyTorch: `epsilon` is added to the corrected root.
import { optimizerOf } from './optimizer.ts';
import type { GroupOf, Optimizer } from './optimizer.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Whether weights shrink by themselves (AdamW) or through their gradients (Adam). */
  readonly decoupled: boolean;
  readonly groupOf: GroupOf;
}

export function adam({ beta1, beta2, epsilon, decoupled, groupOf }: AdamOptions): Optimizer {
  return optimizerOf({
    kinds: ['mean', 'square'],
    groupOf,
    scalars: ({ step, rate }, { rateFactor, weightDecay }) => ({
      towards: 1 - beta1,
      towardsSquare: 1 - beta2,
      small: epsilon,
      rootScale: 1 / Math.sqrt(1 - beta2 ** step),
      rate: (rate * rateFactor) / (1 - beta1 ** step),
      decay: decoupled ? 0 : weightDecay,
      kept: decoupled ? 1 - rate * rateFactor * weightDecay : 1,
    }),
    rest: ({ rate }, { rateFactor, weightDecay }) => {
      if (weightDecay === 0) return 1;
      return decoupled ? 1 - rate * rateFactor * weightDecay : undefined;
    },
    next: ({ add, sub, mul, div, sqrt }, number, scalar) => {
      const parameter = number('parameter');
      const gradient = decoupled
        ? number('gradient')
        : add(number('gradient'), mul(parameter, scalar('decay')));
      const towards = scalar('towards');
      const mean = add(number('mean'), mul(sub(gradient, number('mean')), towards));
      const newSquare = mul(gradient, gradient);
      const square = add(number('square'), mul(sub(newSquare, number('square')), scalar('towardsSquare')));
      const root = add(mul(sqrt(square), scalar('rootScale')), scalar('small'));
      const start = decoupled ? mul(parameter, scalar('kept')) : parameter;
      return { parameter: sub(start, mul(div(mean, root), scalar('rate'))), mean, square };
    },
  });
}

/** With PyTorch's numbers, for all weights alike and without decay. */
export function plainAdam(): Optimizer {
  const group = { rateFactor: 1, weightDecay: 0 };
  return adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupled: false, groupOf: () => group });
}
