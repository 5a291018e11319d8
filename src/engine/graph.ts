// A graph of ONNX operators as plain data: what the recorder compiles to and the model writer encodes.

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';

/** Attribute values; integers and reals are told apart because ONNX does. */
export type Attribute =
  | { readonly int: number }
  | { readonly real: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** `''` is ONNX itself, `com.microsoft` the operators of ONNX Runtime, the last those on its own order of numbers. */
export type Domain = '' | 'com.microsoft' | 'com.microsoft.nchwc';

export interface GraphNode {
  readonly op: string;
  readonly domain: Domain;
  /** Names of values; `''` leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A size, or the name of one that each run may have another of. */
export type Dimension = number | string;

export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  /** Nothing where it may be any. */
  readonly shape: readonly Dimension[] | undefined;
}

export interface GraphConstant {
  readonly name: string;
  /** Nothing computes with numbers of fewer bits: such constants are read by a `Cast`, or a `Gather` before one. */
  readonly type: ElementType | 'float16' | 'int8';
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

export interface Graph {
  /** Where it is to be told. */
  readonly name?: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** One more output, before the others: a list of the named value, of a type that a caller cannot take. */
  readonly list?: { readonly name: string; readonly of: string };
  readonly constants: readonly GraphConstant[];
  /** In an order in which every node comes after those it reads from. */
  readonly nodes: readonly GraphNode[];
}
