// A fitted classifier over vectors: its tensors by name, ready for safetensors, and what is needed to apply it.

export interface Tensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

export type HeadKind =
  'logistic' | 'ridge' | 'linear' | 'svm' | 'knn' | 'prototype' | 'one-vs-rest' | 'one-class' | 'cache';

export interface Head {
  readonly kind: HeadKind;
  readonly labels: number;
  /** Scalars needed to apply the head (`k` of knn, `temperature`). */
  readonly settings: Readonly<Record<string, number | string>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Throws `RangeError` where the head has no such numbers. */
export function tensorOf(head: Head, name: string): Tensor {
  const found = head.tensors[name];
  if (found === undefined) throw new RangeError(`a ${head.kind} head without \`${name}\``);
  return found;
}

/** Likewise, of its settings. */
export function numberOf(head: Head, name: string): number {
  const found = head.settings[name];
  if (typeof found !== 'number') throw new RangeError(`a ${head.kind} head without \`${name}\``);
  return found;
}
