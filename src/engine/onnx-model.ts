// Writes a graph as the bytes of an ONNX model (protocol buffers, https://onnx.ai/onnx/repo-docs/IR.html). Knows no recorder.
import type { Attribute, Domain, Graph, GraphConstant, GraphNode, GraphValue } from './graph.ts';

const irVersion = 10;
/** Opset 20 is the first with `Gelu`. */
const opset = 20;
const contribOpset = 1;
const contributed = ['com.microsoft', 'com.microsoft.nchwc'] as const satisfies readonly Domain[];

/** Numbers of `TensorProto.DataType`. */
const elementTypes = {
  float32: 1,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const satisfies Record<GraphConstant['type'], number>;

/** Numbers of `AttributeProto.AttributeType`. */
const attributeTypes = { real: 1, int: 2, text: 3, ints: 7 } as const;

/** A message of protocol buffers is at most so long. */
export const mostModelBytes = 2 ** 31 - 1;

export function encodeModel(graph: Graph): Uint8Array<ArrayBuffer> {
  const model = message((model) => {
    model.int(1, irVersion);
    model.text(2, 'fslrun');
    model.message(7, (out) => writeGraph(out, graph));
    model.message(8, (out) => writeOpset(out, '', opset));
    for (const domain of contributed)
      if (graph.nodes.some((node) => node.domain === domain))
        model.message(8, (out) => writeOpset(out, domain, contribOpset));
  });
  return concatenate(model);
}

function writeOpset(out: Writer, domain: string, version: number): void {
  out.text(1, domain);
  out.int(2, version);
}

function writeGraph(out: Writer, graph: Graph): void {
  for (const node of graph.nodes) out.message(1, (inner) => writeNode(inner, node));
  if (graph.list !== undefined) {
    const { name, of } = graph.list;
    const node: GraphNode = {
      op: 'SequenceConstruct',
      domain: '',
      inputs: [of],
      outputs: [name],
      attributes: {},
    };
    out.message(1, (inner) => writeNode(inner, node));
  }
  out.text(2, graph.name ?? 'recorded');
  for (const constant of graph.constants) out.message(5, (inner) => writeConstant(inner, constant));
  for (const value of graph.inputs) out.message(11, (inner) => writeValue(inner, value));
  // Its type is left to inference.
  if (graph.list !== undefined) out.message(12, (inner) => inner.text(1, graph.list?.name ?? ''));
  for (const value of graph.outputs) out.message(12, (inner) => writeValue(inner, value));
}

function writeNode(out: Writer, node: GraphNode): void {
  for (const name of node.inputs) out.text(1, name);
  for (const name of node.outputs) out.text(2, name);
  out.text(3, node.outputs[0] ?? '');
  out.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    out.message(5, (inner) => writeAttribute(inner, name, value));
  }
  if (node.domain !== '') out.text(7, node.domain);
}

function writeAttribute(out: Writer, name: string, value: Attribute): void {
  out.text(1, name);
  if ('int' in value) {
    out.int(3, value.int);
    out.int(20, attributeTypes.int);
  } else if ('real' in value) {
    out.float(2, value.real);
    out.int(20, attributeTypes.real);
  } else if ('ints' in value) {
    for (const element of value.ints) out.int(8, element);
    out.int(20, attributeTypes.ints);
  } else {
    out.text(4, value.text);
    out.int(20, attributeTypes.text);
  }
}

function writeConstant(out: Writer, constant: GraphConstant): void {
  for (const size of constant.shape) out.int(1, size);
  out.int(2, elementTypes[constant.type]);
  out.text(8, constant.name);
  out.bytes(9, constant.bytes);
}

function writeValue(out: Writer, value: GraphValue): void {
  out.text(1, value.name);
  out.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, elementTypes[value.type]);
      const sizes = value.shape;
      if (sizes === undefined) return;
      tensor.message(2, (shape) => {
        for (const size of sizes)
          shape.message(1, (dimension) =>
            typeof size === 'number' ? dimension.int(1, size) : dimension.text(2, size),
          );
      });
    }),
  );
}

/** Fields of one protocol-buffer message; `field` is the field's number. */
interface Writer {
  int(field: number, value: number): void;
  float(field: number, value: number): void;
  text(field: number, value: string): void;
  bytes(field: number, value: Uint8Array): void;
  message(field: number, write: (inner: Writer) => void): void;
}

const varint = 0;
const delimited = 2;
const fixed32 = 5;

/** A message as its pieces, one after the other: large numbers are copied once, at the end. */
interface Encoded {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

function message(write: (out: Writer) => void): Encoded {
  const parts: Uint8Array[] = [];
  const tag = (field: number, wire: number): void => void parts.push(encodeVarint(field * 8 + wire));
  const writer: Writer = {
    int(field, value) {
      tag(field, varint);
      parts.push(encodeVarint(value));
    },
    float(field, value) {
      tag(field, fixed32);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value, true);
      parts.push(bytes);
    },
    text(field, value) {
      writer.bytes(field, new TextEncoder().encode(value));
    },
    bytes(field, value) {
      tag(field, delimited);
      parts.push(encodeVarint(value.byteLength), value);
    },
    message(field, inner) {
      const { parts: inside, length } = message(inner);
      tag(field, delimited);
      parts.push(encodeVarint(length));
      for (const part of inside) parts.push(part);
    },
  };
  write(writer);
  return { parts, length: parts.reduce((sum, part) => sum + part.byteLength, 0) };
}

/** Negative integers take ten bytes, as two's complement of 64 bits. */
function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function concatenate({ parts, length }: Encoded): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.byteLength;
  }
  return all;
}
