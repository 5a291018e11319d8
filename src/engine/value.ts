// What a recorded tensor is before and after it is computed. Structure (operators, shapes, constants) and values (hosts) are kept apart:
// only the first decides whether two recordings are the same graph.
import type { Tensor } from 'onnxruntime-node';
import type { Attributes, Domain, ElementType } from './graph.ts';

export type HostData = Float32Array | Int32Array | Uint8Array;

/** Numbers that a program has given, or that a finished run has left. An input of every graph that uses it. */
export interface Host {
  readonly kind: 'host';
  readonly type: Exclude<ElementType, 'int64'>;
  readonly shape: readonly number[];
  readonly data: HostData;
  /** The same numbers as ONNX Runtime takes them; made at the first use, sharing the memory. */
  tensor?: Tensor;
  /** A copy on the device, made at the second use. */
  copy?: DeviceMemory;
}

/** Numbers that a finished run has left on the device. An input of every graph that uses it. */
export interface OnDevice {
  readonly kind: 'device';
  readonly type: Exclude<ElementType, 'int64'>;
  readonly shape: readonly number[];
  readonly memory: DeviceMemory;
}

/** Freed by hand, once nothing needs it. */
export interface DeviceMemory {
  readonly tensor: Tensor;
  readonly bytes: number;
}

/** What a captured program is given anew each time it runs. */
export interface Input {
  readonly kind: 'input';
  readonly name: string;
  readonly type: Exclude<ElementType, 'int64'>;
  readonly shape: readonly number[];
}

/** Numbers that belong to the structure, such as the axes of a sum. */
export interface Constant {
  readonly kind: 'constant';
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/** An output of a recorded node. `source` is the node until a run has computed it, then the numbers. */
export interface Result {
  readonly kind: 'result';
  readonly type: ElementType;
  readonly shape: readonly number[];
  source: Node | Host | OnDevice;
}

/** What a graph is fed. */
export type Fed = Host | OnDevice | Input;

export type Value = Fed | Constant | Result;

export interface Node {
  readonly kind: 'node';
  /** Rises in recording order. */
  readonly order: number;
  readonly op: string;
  readonly domain: Domain;
  /** `undefined` leaves an optional input out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Result[];
}

/** The value as it stands now: a computed result counts as its numbers. */
export function current(value: Value): Value {
  return value.kind === 'result' && value.source.kind !== 'node' ? value.source : value;
}

/** The node that still has to compute the value, if any. */
export function pendingNode(value: Value | undefined): Node | undefined {
  return value?.kind === 'result' && value.source.kind === 'node' ? value.source : undefined;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of one element. */
export function elementBytes(type: ElementType): number {
  switch (type) {
    case 'bool':
      return 1;
    case 'float32':
    case 'int32':
      return 4;
    case 'int64':
      return 8;
    default:
      return type satisfies never;
  }
}
