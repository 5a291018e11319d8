// Numbers of tensors in memory: as tfjs gives them, and as ONNX Runtime hands them over.
import type { DataType } from '@tensorflow/tfjs-core';
import type { Tensor } from 'onnxruntime-node';
import { EngineError } from './engine-error.ts';
import type { HostTensor } from './program.ts';
import { host } from './recorder.ts';
import type { Constant, Host, Result } from './value.ts';

export function toHost(values: unknown, shape: readonly number[], dtype: DataType): Host {
  switch (dtype) {
    case 'float32':
      return host(
        values instanceof Float32Array ? values : Float32Array.from(numbersOf(values)),
        dtype,
        shape,
      );
    case 'int32':
      return host(values instanceof Int32Array ? values : Int32Array.from(numbersOf(values)), dtype, shape);
    case 'bool':
      return host(values instanceof Uint8Array ? values : Uint8Array.from(numbersOf(values)), dtype, shape);
    case 'complex64':
    case 'string':
      throw new EngineError(
        'unsupported-kernel',
        `the backend \`onnx\` has no tensors of type \`${dtype}\``,
        'Use float32, int32 or bool.',
      );
    default:
      return dtype satisfies never;
  }
}

function numbersOf(values: unknown): readonly number[] {
  if (Array.isArray(values) || ArrayBuffer.isView(values))
    return Array.from(values as ArrayLike<number>, Number);
  throw new EngineError('internal', 'a tensor was made of something that is not numbers', 'Give numbers.');
}

export function computed(result: Result, tensor: Tensor | undefined): Host {
  const { type, data } = taken(tensor);
  if (type !== result.type) throw new Error(`ONNX Runtime gave ${type} for ${result.type}`);
  return { ...host(data, type, result.shape), ...(tensor && { tensor }) };
}

/** The numbers of an output, which share its memory. */
export function taken(tensor: Tensor | undefined): HostTensor {
  if (tensor === undefined) throw new Error('ONNX Runtime left an output out');
  const { data, dims: shape } = tensor;
  if (data instanceof Float32Array) return { type: 'float32', data, shape };
  if (data instanceof Int32Array) return { type: 'int32', data, shape };
  if (data instanceof Uint8Array) return { type: 'bool', data, shape };
  throw new Error(`ONNX Runtime gave a tensor of type ${tensor.type}`);
}

export function requireOutside(type: Constant['type']): Host['type'] {
  if (type === 'int64') throw new Error('tensors outside a recording are never int64');
  return type;
}
