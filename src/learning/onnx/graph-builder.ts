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
import { transposed } from '../encoders/weights.ts';
import { toHalves } from '../half.ts';
import { quantizedMatrix } from '../quantized-safetensors.ts';

/** How weights are kept in the file; everything is computed in single precision. */
export type WeightPrecision = 'fp32' | 'fp16' | 'int8';

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
  /** The weights of a dense layer [out, in], kept at the precision of the file, as [in, out]. */
  dense(name: string, tensor: () => Tensor): string;
  /** Rows of a table [rows, columns], kept so too, at whole numbers [...]: [..., columns]. */
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
  /** `turned`: the other way round. */
  const kept = (name: string, { shape, data }: Tensor, turned: boolean): Kept => {
    const [rows = 1, columns = 1] = shape;
    const turn = <N extends Float32Array | Int8Array>(values: N): N =>
      turned ? transposed(values, rows, columns) : values;
    const own = turned ? [columns, rows] : shape;
    const whole = precision === 'int8' ? quantizedMatrix({ shape, data }) : undefined;
    if (whole !== undefined)
      return {
        value: constant(name, () => ({ type: 'int8', shape: own, bytes: bytesOf(turn(whole.numbers)) })),
        scales: numbers(`${name}.row_scale`, () => ({ shape: [rows], data: whole.scales })),
        exact: false,
      };
    if (precision === 'fp16')
      return {
        value: constant(name, () => ({ type: 'float16', shape: own, bytes: bytesOf(toHalves(turn(data))) })),
        exact: false,
      };
    return { value: numbers(name, () => ({ shape: own, data: turn(data) })), exact: true };
  };
  const inSingle = (value: string, { exact }: Kept): string =>
    exact ? value : node('Cast', [value], { to: { int: float32 } });
  const int64 = (name: string, values: readonly number[], shape: readonly number[]): string =>
    constant(name, () => ({
      type: 'int64',
      shape,
      bytes: bytesOf(BigInt64Array.from(values, BigInt)),
    }));
  const wholes: GraphBuilder['wholes'] = (values) =>
    int64(`wholes_${values.join('_')}`, values, [values.length]);
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
    wholes,
    numbers,
    dense: (name, tensor) => {
      const known = single.get(name);
      if (known !== undefined) return known;
      const weights = kept(name, tensor(), true);
      const value = inSingle(weights.value, weights);
      const scaled = weights.scales === undefined ? value : node('Mul', [value, weights.scales]);
      single.set(name, scaled);
      return scaled;
    },
    rowsOf: (name, tensor, places) => {
      const table = kept(name, tensor(), false);
      const at = (value: string): string => node('Gather', [value, places], { axis: { int: 0 } });
      const rows = inSingle(at(table.value), table);
      if (table.scales === undefined) return rows;
      return node('Mul', [rows, node('Unsqueeze', [at(table.scales), wholes([-1])])]);
    },
    graph: (name) => ({ name, inputs, outputs, constants: [...constants.values()], nodes }),
  };
}

/** A matrix in the file. */
interface Kept {
  readonly value: string;
  /** By which its rows are to be multiplied, as it was before it was turned. */
  readonly scales?: string;
  /** Whether it is in single precision. */
  readonly exact: boolean;
}

function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array | Uint16Array | BigInt64Array | Int8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The number of `TensorProto.DataType`. */
const float32 = 1;
