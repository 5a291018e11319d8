// Replaces groups of recorded nodes by one operator that ONNX Runtime computes faster: layer normalisation and the exact GELU.
// A group is replaced only when nothing else needs what is inside it. The numbers a group depends on (`epsilon`) become
// attributes, and so part of the structure.
import { current, pendingNode } from './value.ts';
import type { Node, Result, Value } from './value.ts';

/** The nodes with every known group replaced, still in recording order. `wanted` are the results to compute. */
export function fuse(nodes: readonly Node[], wanted: readonly Result[]): readonly Node[] {
  const readers = countReaders(nodes, wanted);
  const replaced = new Map<Node, Node>();
  const absorbed = new Set<Node>();
  for (const node of nodes) {
    const group = matchGelu(node) ?? matchLayerNorm(node) ?? matchScaledProduct(node);
    if (group === undefined || !group.inside.every((inner) => onlyReadInside(inner, group, readers)))
      continue;
    for (const inner of group.inside) absorbed.add(inner);
    replaced.set(node, { ...node, ...group.operator });
  }
  shareMoments(nodes, absorbed, replaced);
  return nodes.filter((node) => !absorbed.has(node)).map((node) => replaced.get(node) ?? node);
}

interface Group {
  readonly last: Node;
  /** Nodes that disappear. */
  readonly inside: readonly Node[];
  /** What the last node becomes. */
  readonly operator: Pick<Node, 'op' | 'inputs' | 'attributes'>;
}

function countReaders(nodes: readonly Node[], wanted: readonly Result[]): ReadonlyMap<Value, Node[]> {
  const readers = new Map<Value, Node[]>();
  const add = (value: Value, reader: Node): void => {
    const list = readers.get(value);
    if (list === undefined) readers.set(value, [reader]);
    else list.push(reader);
  };
  for (const node of nodes) for (const input of node.inputs) if (input !== undefined) add(input, node);
  for (const result of wanted) {
    // The outside counts as a reader that is in no group.
    const node = pendingNode(result);
    if (node !== undefined) add(result, { ...node, order: -1 });
  }
  return readers;
}

function onlyReadInside(inner: Node, group: Group, readers: ReadonlyMap<Value, Node[]>): boolean {
  return inner.outputs.every((output) =>
    (readers.get(output) ?? []).every((reader) => reader === group.last || group.inside.includes(reader)),
  );
}

/** x/2 (1 + erf(x / sqrt 2)), Hendrycks and Gimpel 2016, arXiv:1606.08415. */
function matchGelu(last: Node): Group | undefined {
  for (const [half, gate] of bothWays(producers(last, 'Mul'))) {
    for (const [x, factor] of bothWays(operands(half, 'Mul'))) {
      if (!isNumber(factor, 0.5)) continue;
      for (const [one, erf] of bothWays(operands(gate, 'Add'))) {
        const bell = pendingNode(erf);
        if (!isNumber(one, 1) || bell?.op !== 'Erf') continue;
        const scaled = pendingNode(bell.inputs[0]);
        if (scaled === undefined || !isScaled(scaled, x)) continue;
        return {
          last,
          inside: [half, gate, bell, scaled],
          operator: { op: 'Gelu', inputs: [x], attributes: {} },
        };
      }
    }
  }
  return undefined;
}

function isScaled(node: Node, x: Value): boolean {
  const [a, b] = node.inputs;
  if (node.op === 'Div') return a === x && isNumber(b, Math.SQRT2);
  if (node.op !== 'Mul') return false;
  return (a === x && isNumber(b, Math.SQRT1_2)) || (b === x && isNumber(a, Math.SQRT1_2));
}

/** A product of matrices times a number that is part of the structure. */
function matchScaledProduct(last: Node): Group | undefined {
  for (const [product, factor] of bothWays(operands(last, 'Mul'))) {
    const node = pendingNode(product);
    const known = current(factor);
    if (node?.op !== 'Gemm' || node.attributes['alpha'] !== undefined) continue;
    if (known.kind !== 'constant' || known.shape.length > 0 || known.numbers[0] === undefined) continue;
    const attributes = { ...node.attributes, alpha: { real: known.numbers[0] } };
    return { last, inside: [node], operator: { op: 'Gemm', inputs: node.inputs, attributes } };
  }
  return undefined;
}

/** (x - mean) / sqrt(variance + epsilon) * gamma + beta over the last axis, Ba et al. 2016, arXiv:1607.06450. */
function matchLayerNorm(last: Node): Group | undefined {
  for (const [stretched, beta] of bothWays(operands(last, 'Add'))) {
    const stretch = pendingNode(stretched);
    for (const [normal, gamma] of bothWays(operands(stretch, 'Mul'))) {
      const product = pendingNode(normal);
      for (const [centred, scale] of bothWays(producers(product, 'Mul'))) {
        const group = matchNormal(centred, scale);
        if (stretch === undefined || product === undefined || group === undefined) continue;
        const width = group.x.shape.at(-1);
        if (![gamma, beta].every((value) => value.shape.length === 1 && value.shape[0] === width)) continue;
        return {
          last,
          inside: [stretch, product, ...group.inside],
          operator: {
            op: 'LayerNormalization',
            inputs: [group.x, gamma, beta],
            attributes: { axis: { int: -1 }, epsilon: { real: group.epsilon } },
          },
        };
      }
    }
  }
  return undefined;
}

/** x - mean(x), and 1 / sqrt(mean((x - mean(x))^2) + epsilon). */
function matchNormal(
  centred: Node,
  scale: Node,
): { readonly x: Value; readonly epsilon: number; readonly inside: readonly Node[] } | undefined {
  const moments = matchScale(scale);
  return moments?.centred === centred ? { ...moments, inside: [...moments.inside, scale] } : undefined;
}

interface Moments {
  readonly x: Value;
  readonly epsilon: number;
  readonly centred: Node;
  readonly mean: Node;
  readonly inside: readonly Node[];
}

/** 1 / sqrt(mean((x - mean(x))^2) + epsilon). */
function matchScale(scale: Node): Moments | undefined {
  const root = scale.op === 'Reciprocal' ? pendingNode(scale.inputs[0]) : undefined;
  const sum = root?.op === 'Sqrt' ? pendingNode(root.inputs[0]) : undefined;
  if (root === undefined || sum === undefined) return undefined;
  for (const [variance, small] of bothWays(operands(sum, 'Add'))) {
    const epsilon = numberOf(small);
    const spread = pendingNode(variance);
    const square = pendingNode(spread?.inputs[0]);
    const [a, b] = operands(square, 'Mul') ?? [];
    const centred = pendingNode(a);
    const [x, average] = operands(centred, 'Sub') ?? [];
    const mean = meanOfLastAxis(average, x);
    if (epsilon === undefined || spread === undefined || square === undefined || a !== b) continue;
    if (centred === undefined || x === undefined || mean === undefined) continue;
    if (meanOfLastAxis(variance, square.outputs[0]) === undefined) continue;
    return { x, epsilon, centred, mean, inside: [centred, mean, root, sum, spread, square] };
  }
  return undefined;
}

/**
 * Where the mean and the scale of rows that a layer normalisation has are computed again (its gradient does), they become outputs
 * of the operator. What they were made of is left to whoever removes unused nodes.
 */
function shareMoments(nodes: readonly Node[], absorbed: Set<Node>, replaced: Map<Node, Node>): void {
  const norms = new Map<Value | undefined, Node>();
  for (const [node, { op, inputs }] of replaced) if (op === 'LayerNormalization') norms.set(inputs[0], node);
  for (const scale of nodes) {
    const moments = absorbed.has(scale) ? undefined : matchScale(scale);
    const node = norms.get(moments?.x);
    const norm = node === undefined ? undefined : replaced.get(node);
    if (moments === undefined || node === undefined || norm === undefined || norm.outputs.length > 1)
      continue;
    const { mean, epsilon } = moments;
    const same = norm.attributes['epsilon'];
    if (same === undefined || !('real' in same) || same.real !== epsilon || scale.order < node.order)
      continue;
    replaced.set(node, { ...norm, outputs: [...norm.outputs, ...mean.outputs, ...scale.outputs] });
    absorbed.add(mean);
    absorbed.add(scale);
  }
}

function meanOfLastAxis(value: Value | undefined, of: Value | undefined): Node | undefined {
  const node = pendingNode(value);
  if (node?.op !== 'ReduceMean' || of === undefined || node.inputs[0] !== of) return undefined;
  const axes = node.inputs[1];
  const kept = node.attributes['keepdims'];
  if (axes?.kind !== 'constant' || kept === undefined || !('int' in kept) || kept.int !== 1) return undefined;
  return axes.numbers.length === 1 && axes.numbers[0] === of.shape.length - 1 ? node : undefined;
}

type Pair<T> = readonly [T, T];

/** The two inputs of a node that is an `op`. */
function operands(node: Node | undefined, op: string): Pair<Value> | undefined {
  if (node?.op !== op) return undefined;
  const [a, b] = node.inputs;
  return a === undefined || b === undefined ? undefined : [a, b];
}

/** The nodes behind the two inputs of a node that is an `op`. */
function producers(node: Node | undefined, op: string): Pair<Node> | undefined {
  const [a, b] = operands(node, op)?.map(pendingNode) ?? [];
  return a === undefined || b === undefined ? undefined : [a, b];
}

function bothWays<T>(pair: Pair<T> | undefined): readonly Pair<T>[] {
  return pair === undefined ? [] : [pair, [pair[1], pair[0]]];
}

function isNumber(value: Value | undefined, expected: number): boolean {
  return numberOf(value) === Math.fround(expected);
}

/** The number that a scalar holds, where it is known. */
function numberOf(value: Value | undefined): number | undefined {
  if (value === undefined || value.shape.length !== 0) return undefined;
  const known = current(value);
  if (known.kind === 'host') return known.data[0];
  return known.kind === 'constant' && known.numbers[0] !== undefined
    ? Math.fround(known.numbers[0])
    : undefined;
}
