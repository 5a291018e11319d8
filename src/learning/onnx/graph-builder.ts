// Puts a graph of ONNX operators together, node by node, for files that others run. Knows no models.
import type {
  Attributes,
  Dimension,
  ElementType,
  Graph,
  GraphConstant,
  GraphNode,
  GraphValue,
} from '../../engine/graph.ts';
import type { Tensor } from '../heads/head.ts';
import { toHalves } from '../half.ts';

/** How weights are kept in the file; everything is computed in single precision. */
export type WeightPrecision = 'fp32' | 'fp16';

/** Values are known by their names. */
export interface GraphBuilder {
  input(name: string, type: ElementType, shape: readonly Dimension[]): string;
  output(name: string, value: string, shape: readonly Dimension[]): void;
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** One number, without dimensions. */
  real(value: number): string;
  whole(value: number): string;
  /** A list of whole numbers, as shapes and axes are. */
  wholes(values: readonly number[]): string;
  /** Numbers as they are; of one name only the first are taken. */
  numbers(name: string, tensor: () => Tensor): string;
  /** The same at the precision of the file. */
  weight(name: string, tensor: () => Tensor): string;
  /** Rows of such numbers [rows, columns] at whole numbers [...]: [..., columns]. */
  rowsOf(name: string, tensor: () => Tensor, places: string): string;
  graph(name: string): Graph;
}

export function buildGraph(precision: WeightPrecision): GraphBuilder {
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const constants = new Map<string, GraphConstant>();
  const nodes: GraphNode[] = [];
  const single = new Map<string, string>();
  const add = (op: string, from: readonly string[], to: string, attributes: Attributes): string => {
    nodes.push({ op, domain: '', inputs: from, outputs: [to], attributes });
    return to;
  };
  const node: GraphBuilder['node'] = (op, from, attributes = {}) =>
    add(op, from, `${op}_${nodes.length}`, attributes);
  const constant = (name: string, make: () => Omit<GraphConstant, 'name'>): string => {
    if (!constants.has(name)) constants.set(name, { name, ...make() });
    return name;
  };
  const numbers: GraphBuilder['numbers'] = (name, tensor) =>
    constant(name, () => {
      const { shape, data } = tensor();
      return { type: 'float32', shape, bytes: bytesOf(data) };
    });
  const stored = (name: string, tensor: () => Tensor): string => {
    if (precision === 'fp32') return numbers(name, tensor);
    return constant(name, () => {
      const { shape, data } = tensor();
      return { type: 'float16', shape, bytes: bytesOf(toHalves(data)) };
    });
  };
  const inSingle = (value: string): string =>
    precision === 'fp16' ? node('Cast', [value], { to: { int: float32 } }) : value;
  const int64 = (name: string, values: readonly number[], shape: readonly number[]): string =>
    constant(name, () => ({
      type: 'int64',
      shape,
      bytes: bytesOf(BigInt64Array.from(values, BigInt)),
    }));
  return {
    input: (name, type, shape) => {
      inputs.push({ name, type, shape });
      return name;
    },
    output: (name, value, shape) => {
      add('Identity', [value], name, {});
      outputs.push({ name, type: 'float32', shape });
    },
    node,
    real: (value) =>
      constant(`real_${value}`, () => ({
        type: 'float32',
        shape: [],
        bytes: bytesOf(Float32Array.of(value)),
      })),
    whole: (value) => int64(`whole_${value}`, [value], []),
    wholes: (values) => int64(`wholes_${values.join('_')}`, values, [values.length]),
    numbers,
    weight: (name, tensor) => {
      const known = single.get(name) ?? inSingle(stored(name, tensor));
      single.set(name, known);
      return known;
    },
    rowsOf: (name, tensor, places) =>
      inSingle(node('Gather', [stored(name, tensor), places], { axis: { int: 0 } })),
    graph: (name) => ({ name, inputs, outputs, constants: [...constants.values()], nodes }),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The number of `TensorProto.DataType`. */
const float32 = 1;
