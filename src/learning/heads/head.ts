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
