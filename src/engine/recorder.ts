// Appends operators to what is being recorded. Kernels speak to this; it knows no tfjs and runs nothing.
import type { Attribute, Attributes, Domain, ElementType } from './graph.ts';
import type { Provider } from './provider.ts';
import type { Constant, Host, HostData, Node, Result, Value } from './value.ts';

export interface OutputType {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface OperatorOptions {
  readonly attributes?: Attributes;
  readonly domain?: Domain;
}

export class Recorder {
  /** Where the graph will run: ONNX Runtime computes a few things wrongly there, and they are written otherwise. */
  readonly provider: Provider;
  /** Channels that the runtime keeps together where it convolves in its own order; nothing where it has none. */
  readonly channelBlock: number | undefined;
  #order = 0;

  constructor(provider: Provider, channelBlock?: number) {
    this.provider = provider;
    this.channelBlock = channelBlock;
  }

  /** Appends an operator with one output. */
  add(
    op: string,
    inputs: readonly (Value | undefined)[],
    output: OutputType,
    options: OperatorOptions = {},
  ): Value {
    const node = this.#append(op, inputs, [output], options);
    return firstOutput(node);
  }

  /** Appends an operator with several outputs. */
  addMany(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputType[],
    options: OperatorOptions = {},
  ): readonly Value[] {
    return this.#append(op, inputs, outputs, options).outputs;
  }

  #append(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputType[],
    options: OperatorOptions,
  ): Node {
    const results: Result[] = [];
    const node: Node = {
      kind: 'node',
      order: this.#order++,
      op,
      domain: options.domain ?? '',
      inputs,
      attributes: options.attributes ?? {},
      outputs: results,
    };
    for (const { type, shape } of outputs) results.push({ kind: 'result', type, shape, source: node });
    return node;
  }
}

function firstOutput(node: Node): Result {
  const [output] = node.outputs;
  if (output === undefined) throw new Error(`\`${node.op}\` has no output`);
  return output;
}

export function host(data: HostData, type: Host['type'], shape: readonly number[]): Host {
  return { kind: 'host', type, shape, data };
}

/** Numbers of a program that become part of the structure. */
export function constant({ data, type, shape }: Host): Constant {
  return { kind: 'constant', type, shape, numbers: Array.from(data) };
}

/** Integers of the structure: axes, sizes, offsets. */
export function integers(numbers: readonly number[]): Constant {
  return { kind: 'constant', type: 'int64', shape: [numbers.length], numbers };
}

/** One number of the structure. */
export function scalar(value: number | boolean, type: ElementType): Constant {
  return { kind: 'constant', type, shape: [], numbers: [Number(value)] };
}

export const int = (value: number): Attribute => ({ int: value });
export const real = (value: number): Attribute => ({ real: value });
export const ints = (values: readonly number[]): Attribute => ({ ints: values });
