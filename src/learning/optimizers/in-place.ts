// An optimizer's rule on numbers in memory: one pass over each parameter, its state and its gradient, in place. The same rule on tensors
// is `Optimizer.update`.
import { formulaArithmetic } from '../../engine/loops/arithmetic.ts';
import type { Formula } from '../../engine/loops/arithmetic.ts';
import { compileLoop } from '../../engine/loops/loop.ts';
import type { WasmMemory } from '../../engine/loops/loop.ts';
import type { StepNumbers, UpdateRule } from './optimizer.ts';

export type Arrays = Readonly<Record<string, Float32Array>>;

export interface InPlace {
  /**
   * For a parameter, or parts of it, in a memory of WebAssembly: writes the next numbers and state over the last. Gradients count times
   * `factor`. `bytes` is a multiple of 16; addresses are those of the parameter, its kinds of state in their order, and its gradient.
   */
  inside(
    memory: WasmMemory,
    name: string,
  ): (numbers: StepNumbers, factor: number) => (bytes: number, addresses: readonly number[]) => void;
}

export function inPlace(rule: UpdateRule): InPlace {
  const plain = { kind: 'array', name: 'gradient' } as const;
  const gradient = formulaArithmetic.mul(plain, { kind: 'scalar', name: 'factor' });
  const writes = rule.next<Formula>(
    formulaArithmetic,
    (name) => (name === 'gradient' ? gradient : { kind: 'array', name }),
    (name) => ({ kind: 'scalar', name }),
  );
  const names = Object.keys(rule.scalars({ step: 1, rate: 0 }, { rateFactor: 1, weightDecay: 0 }));
  const loop = compileLoop({ reads: ['gradient'], scalars: [...names, 'factor'], writes });
  return {
    inside(memory, name) {
      const inside = loop.inside(memory, ['parameter', ...rule.kinds, 'gradient']);
      return (numbers, factor) => inside({ ...rule.scalars(numbers, rule.groupOf(name)), factor });
    },
  };
}

/** Adds gradients to sums, or starts the sums with them. */
export function summed(sums: Arrays, gradients: Arrays, first: boolean): void {
  for (const [name, sum] of Object.entries(sums)) {
    const gradient = arrayIn(gradients, name);
    if (first) sum.set(gradient);
    else adding().run({ sum, x: gradient }, {});
  }
}

/** The factor that brings the common length of gradients, each times `scale`, down to at most `limit`; numbers as in `clipByGlobalNorm`. */
export function clippingFactor(gradients: readonly Float32Array[], scale: number, limit: number): number {
  const squares = gradients.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0);
  return Math.min(1, limit / (scale * Math.sqrt(squares) + 1e-6));
}

function sumOfSquares(x: Float32Array): number {
  return squaring().run({ x }, {});
}

const x = { kind: 'array', name: 'x' } as const;

const squaring = once(() =>
  compileLoop({ reads: ['x'], scalars: [], writes: {}, sum: formulaArithmetic.mul(x, x) }),
);

const adding = once(() => {
  const sum = formulaArithmetic.add({ kind: 'array', name: 'sum' }, x);
  return compileLoop({ reads: ['x'], scalars: [], writes: { sum } });
});

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function arrayIn(arrays: Arrays, name: string): Float32Array {
  const array = arrays[name];
  if (array === undefined) throw new Error(`no numbers \`${name}\``);
  return array;
}
