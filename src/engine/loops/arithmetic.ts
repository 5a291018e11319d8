// Formulas over whatever numbers are: written once, they become operations of tfjs on tensors, or one loop over memory.
import * as tf from '@tensorflow/tfjs-core';

export interface Arithmetic<T> {
  readonly add: (a: T, b: T) => T;
  readonly sub: (a: T, b: T) => T;
  readonly mul: (a: T, b: T) => T;
  readonly div: (a: T, b: T) => T;
  readonly sqrt: (a: T) => T;
}

export const tensorArithmetic: Arithmetic<tf.Tensor> = {
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  sqrt: (a) => tf.sqrt(a),
};

/** A formula as data. The same object twice is computed once. */
export type Formula =
  | { readonly kind: 'array'; readonly name: string }
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: keyof Arithmetic<unknown>; readonly of: readonly Formula[] };

export const formulaArithmetic: Arithmetic<Formula> = {
  add: (a, b) => ({ kind: 'add', of: [a, b] }),
  sub: (a, b) => ({ kind: 'sub', of: [a, b] }),
  mul: (a, b) => ({ kind: 'mul', of: [a, b] }),
  div: (a, b) => ({ kind: 'div', of: [a, b] }),
  sqrt: (a) => ({ kind: 'sqrt', of: [a] }),
};
