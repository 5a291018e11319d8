// A program that is recorded once and then run again and again with other numbers: nothing of tfjs happens between the runs.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DeviceMemory } from './value.ts';

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

/** Numbers on the device, until they are freed. */
export interface DeviceTensor extends TensorSpec {
  readonly memory: DeviceMemory;
}

export type DeviceTensors = Readonly<Record<string, DeviceTensor>>;

/**
 * Says what is computed, in tfjs's operations: the outputs by name. What it is given at each run it asks for as inputs, each name
 * once. Numbers that it makes itself are the same in every run.
 */
export type Definition = (
  input: (name: string, spec: TensorSpec) => Tensor,
) => Readonly<Record<string, Tensor>>;

export interface Program {
  /**
   * Computes the outputs. Those that `memory` has a tensor for are written into its numbers; where it has one for all of them,
   * nothing is copied.
   */
  run(inputs: HostTensors, memory?: HostTensors): Promise<HostTensors>;
}

/** Programs whose numbers stay on a device beside the processor. */
export interface Residence {
  capture(definition: Definition): ResidentProgram;
  place(numbers: HostTensor): Promise<DeviceTensor>;
  read(tensor: DeviceTensor): Promise<HostTensor>;
  free(tensors: Iterable<DeviceTensor>): void;
  /** As a tensor of tfjs, which is freed by disposing it. */
  handOver(tensor: DeviceTensor): Tensor;
}

export interface ResidentProgram {
  /** Computes the outputs, which stay until they are freed. Inputs from memory are copied there for this run. */
  run(inputs: Readonly<Record<string, HostTensor | DeviceTensor>>): Promise<DeviceTensors>;
}
