// A program that is recorded once and then run again and again with other numbers: nothing of tfjs happens between the runs.
import type { Tensor } from '@tensorflow/tfjs-core';

export type HostType = 'float32' | 'int32' | 'bool';

export interface TensorSpec {
  readonly type: HostType;
  readonly shape: readonly number[];
}

/** Numbers in memory; as many as the shape says. */
export interface HostTensor extends TensorSpec {
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export type HostTensors = Readonly<Record<string, HostTensor>>;

/**
 * Says what is computed, in tfjs's operations: the outputs by name. What it is given at each run it asks for as inputs, each name
 * once. Numbers that it makes itself are the same in every run.
 */
export type Definition = (
  input: (name: string, spec: TensorSpec) => Tensor,
) => Readonly<Record<string, Tensor>>;

export interface Program {
  /** Computes the outputs. Those that `memory` has a tensor for are written into its numbers. */
  run(inputs: HostTensors, memory?: HostTensors): Promise<HostTensors>;
}
