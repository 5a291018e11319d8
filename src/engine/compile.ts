// From recorded nodes to a graph with a key. Equal keys mean equal graphs, whatever numbers flow through them.
import { fuse } from './fuse.ts';
import type { Graph, GraphConstant, GraphNode, GraphValue } from './graph.ts';
import { current, elementBytes, pendingNode, sizeOf } from './value.ts';
import type { Constant, Fed, Host, Node, Result, Value } from './value.ts';

export interface Recording {
  /** Everything that decides what is computed, and no numbers that are computed with. */
  readonly key: string;
  /** Fed in this order, as `i0`, `i1`, … */
  readonly fed: readonly Fed[];
  /** Computed in this order, as `o0`, `o1`, … */
  readonly wanted: readonly Result[];
  readonly nodes: readonly Node[];
  /** Whether the results are not handed over: they are wanted only in memory that is given. */
  readonly withheld?: boolean;
  /** Whether it is run again and again. */
  readonly repeated?: boolean;
  /** What of `fed` is part of the graph instead, and not fed. */
  readonly fixed?: ReadonlySet<Fed>;
}

/** A program that was recorded once. */
export interface CapturedGraph {
  readonly recording: Recording;
  /** Of the outputs, in the recording's order. */
  readonly names: readonly string[];
  /** Made when first needed. */
  withheld?: Recording;
}

/** The same, computed into memory that is given and not handed over. */
export function withheld(recording: Recording): Recording {
  return { ...recording, key: `withheld\n${recording.key}`, withheld: true };
}

/** The same with numbers as part of the graph, which `key` stands for. */
export function withFixed(recording: Recording, fixed: ReadonlySet<Host>, key: string): Recording {
  return { ...recording, key: `fixed ${key}\n${recording.key}`, fixed };
}

/** The output of a graph whose results are withheld. */
export const withheldName = 'withheld';

/** What must run to compute the wanted results, without building the graph yet. */
export function collect(wanted: readonly Result[]): Recording {
  const nodes = fuse(ancestors(wanted), wanted);
  const needed = withoutUnused(nodes, wanted);
  const fed = new Map<Fed, number>();
  const places = new Map<Value, string>();
  const parts: string[] = [];
  const nameOf = (value: Value | undefined): string => {
    if (value === undefined) return '';
    const now = current(value);
    if (now.kind === 'constant') return `c:${now.type}:${now.shape.join()}:${now.numbers.join()}`;
    if (now.kind === 'result') return places.get(now) ?? '?';
    const index = fed.get(now) ?? fed.size;
    fed.set(now, index);
    return `i${index}:${now.type}:${now.shape.join()}`;
  };
  needed.forEach((node, n) => {
    const outputs = node.outputs.map((output, k) => {
      places.set(output, `n${n}.${k}`);
      return `${output.type}:${output.shape.join()}`;
    });
    const inputs = node.inputs.map(nameOf).join(' ');
    parts.push(
      `${node.domain}/${node.op}${JSON.stringify(node.attributes)} ${inputs} -> ${outputs.join(' ')}`,
    );
  });
  parts.push(wanted.map(nameOf).join(' '));
  return { key: parts.join('\n'), fed: [...fed.keys()], wanted, nodes: needed };
}

export function toGraph({ fed, wanted, nodes, withheld, fixed }: Recording): Graph {
  const names = new Map<Value, string>();
  const constants = new Map<Constant, GraphConstant>();
  fed.forEach((value, i) => names.set(value, `i${i}`));
  wanted.forEach((result, i) => names.set(result, `o${i}`));
  const nameOf = (value: Value | undefined): string => {
    if (value === undefined) return '';
    const now = current(value);
    if (now.kind !== 'constant') return names.get(now) ?? '';
    const constant = constants.get(now) ?? toConstant(now, `c${constants.size}`);
    constants.set(now, constant);
    return constant.name;
  };
  const graphNodes = nodes.map(({ op, domain, attributes, inputs, outputs }, n): GraphNode => {
    outputs.forEach((output, k) => {
      if (!names.has(output)) names.set(output, `n${n}_${k}`);
    });
    return { op, domain, attributes, inputs: inputs.map(nameOf), outputs: outputs.map(nameOf) };
  });
  return {
    inputs: fed.flatMap((value, i) => (fixed?.has(value) === true ? [] : [described(value, `i${i}`)])),
    outputs: wanted.map((result, i) => described(result, `o${i}`)),
    constants: [
      ...constants.values(),
      ...fed.flatMap((value, i) => (fixed?.has(value) === true ? numbers(value, `i${i}`) : [])),
    ],
    ...(withheld === true && { list: { name: withheldName, of: `o${smallest(wanted)}` } }),
    nodes: graphNodes,
  };
}

function smallest(results: readonly Result[]): number {
  const sizes = results.map(({ shape }) => sizeOf(shape));
  return sizes.indexOf(Math.min(...sizes));
}

/** The most bytes of intermediate results that are alive at once, when nodes run in order. */
export function peakBytes({ nodes }: Recording): number {
  const lastUse = new Map<Value, number>();
  nodes.forEach((node, n) => {
    for (const value of [...node.inputs, ...node.outputs]) if (value !== undefined) lastUse.set(value, n);
  });
  const ending = new Map<number, number>();
  let alive = 0;
  let peak = 0;
  nodes.forEach((node, n) => {
    for (const output of node.outputs) {
      const bytes = sizeOf(output.shape) * elementBytes(output.type);
      const end = lastUse.get(output) ?? n;
      alive += bytes;
      ending.set(end, (ending.get(end) ?? 0) + bytes);
    }
    peak = Math.max(peak, alive);
    alive -= ending.get(n) ?? 0;
  });
  return peak;
}

/** All nodes still to be computed, in recording order. */
function ancestors(wanted: readonly Result[]): readonly Node[] {
  const found = new Set<Node>();
  const waiting = wanted.map(pendingNode);
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) waiting.push(pendingNode(input));
  }
  return [...found].sort((a, b) => a.order - b.order);
}

/** Fusing may leave nodes behind that fed only what was replaced. */
function withoutUnused(nodes: readonly Node[], wanted: readonly Result[]): readonly Node[] {
  const used = new Set<Value>(wanted);
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => used.has(output))) continue;
    kept.push(node);
    for (const input of node.inputs) if (input !== undefined) used.add(input);
  }
  return kept.reverse();
}

function described(value: Fed | Result, name: string): GraphValue {
  return { name, type: value.type, shape: value.shape };
}

function numbers(value: Fed, name: string): readonly GraphConstant[] {
  if (value.kind !== 'host') return [];
  const { type, shape, data } = value;
  return [{ name, type, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }];
}

function toConstant({ type, shape, numbers }: Constant, name: string): GraphConstant {
  return { name, type, shape, bytes: encode(type, numbers) };
}

function encode(type: Constant['type'], numbers: readonly number[]): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
    case 'bool':
      return Uint8Array.from(numbers);
    default:
      return type satisfies never;
  }
}
