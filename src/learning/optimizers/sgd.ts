// Stochastic gradient descent with momentum, as PyTorch's `SGD` does it (weight decay is part of the gradient, no dampening).
import { optimizerOf } from './optimizer.ts';
import type { GroupOf, Optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** 0 for none: then there is no state. */
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly groupOf: GroupOf;
}

export function sgd({ momentum, nesterov, groupOf }: SgdOptions): Optimizer {
  return optimizerOf({
    kinds: momentum === 0 ? [] : ['velocity'],
    groupOf,
    scalars: ({ rate }, { rateFactor, weightDecay }) => ({
      momentum,
      rate: rate * rateFactor,
      decay: weightDecay,
    }),
    rest: ({ rate }, { rateFactor, weightDecay }) => {
      if (weightDecay === 0) return 1;
      return momentum === 0 ? 1 - rate * rateFactor * weightDecay : undefined;
    },
    next: ({ add, sub, mul }, number, scalar) => {
      const parameter = number('parameter');
      const gradient = add(number('gradient'), mul(parameter, scalar('decay')));
      const along = (direction: typeof gradient): typeof gradient =>
        sub(parameter, mul(direction, scalar('rate')));
      if (momentum === 0) return { parameter: along(gradient) };
      const velocity = add(mul(number('velocity'), scalar('momentum')), gradient);
      const direction = nesterov ? add(gradient, mul(velocity, scalar('momentum'))) : velocity;
      return { parameter: along(direction), velocity };
    },
  });
}
