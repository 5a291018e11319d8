// A fitted head as ONNX operators: vectors to logits and probabilities, the same as probabilities.ts.
import { numberOf, tensorOf, type Head, type Tensor } from '../heads/head.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { unitRows } from './pooling-graph.ts';

export interface HeadOutputs {
  /** [texts, labels] */
  readonly logits: string;
  readonly probabilities: string;
}

/** Whether the head can be written as a graph. */
export function hasGraph({ kind }: Pick<Head, 'kind'>): boolean {
  return kind !== 'knn' && kind !== 'one-class';
}

/** `vectors`: [texts, width]. */
export function headGraph(g: GraphBuilder, head: Head, vectors: string): HeadOutputs {
  const logits = logitsOf(g, head, vectors);
  const probabilities =
    head.kind === 'one-vs-rest'
      ? g.node('Sigmoid', [logits])
      : g.node('Softmax', [logits], { axis: { int: -1 } });
  return { logits, probabilities };
}

function logitsOf(g: GraphBuilder, head: Head, vectors: string): string {
  switch (head.kind) {
    case 'logistic':
    case 'ridge':
    case 'linear':
    case 'svm':
    case 'one-vs-rest':
      return linear(g, vectors, tensorOf(head, 'weight'), tensorOf(head, 'bias'));
    case 'prototype':
      return head.settings['distance'] === 'cosine' ? cosines(g, head, vectors) : nearness(g, head, vectors);
    case 'cache':
      return cached(g, head, vectors);
    case 'knn':
    case 'one-class':
      throw new Error(`no graph of a ${head.kind} head`);
    default:
      return head.kind satisfies never;
  }
}

/** `weight` [labels, width]. */
function linear(g: GraphBuilder, vectors: string, weight: Tensor, bias: Tensor): string {
  return g.node(
    'Gemm',
    [vectors, g.numbers('head.weight', () => weight), g.numbers('head.bias', () => bias)],
    {
      transB: { int: 1 },
    },
  );
}

/** Minus one minus the cosine, over the temperature. */
function cosines(g: GraphBuilder, head: Head, vectors: string): string {
  const scale = 1 / numberOf(head, 'temperature');
  const prototypes = tensorOf(head, 'prototypes');
  const weight = mapped(unitLength(prototypes), (value) => value * scale);
  return linear(g, unitRows(g, vectors), weight, filled(head.labels, -scale));
}

/** Minus the squared distance over the temperature, but for what all labels of a text have in common: the square of its vector. */
function nearness(g: GraphBuilder, head: Head, vectors: string): string {
  const scale = 1 / numberOf(head, 'temperature');
  const prototypes = tensorOf(head, 'prototypes');
  const [labels = 0, width = 0] = prototypes.shape;
  const squares = Float32Array.from({ length: labels }, (_, label) => {
    const own = prototypes.data.subarray(label * width, (label + 1) * width);
    return -scale * own.reduce((sum, value) => sum + value * value, 0);
  });
  return linear(
    g,
    vectors,
    mapped(prototypes, (value) => 2 * scale * value),
    { shape: [labels], data: squares },
  );
}

/** Cosines with the prototypes and, of each row that is kept, alpha exp(-beta (1 - cosine)) of what it stands for. */
function cached(g: GraphBuilder, head: Head, vectors: string): string {
  const [alpha, beta] = [numberOf(head, 'alpha'), numberOf(head, 'beta')];
  const unit = unitRows(g, vectors);
  const product = (name: string, transB: number, from: string): string =>
    g.node('Gemm', [from, g.numbers(`head.${name}`, () => tensorOf(head, name))], {
      transB: { int: transB },
    });
  const likeness = g.node('Sub', [product('keys', 1, unit), g.real(1)]); // [texts, rows]
  const weights = g.node('Mul', [g.node('Exp', [g.node('Mul', [likeness, g.real(beta)])]), g.real(alpha)]);
  const scores = g.node('Add', [product('prototypes', 1, unit), product('values', 0, weights)]);
  return g.node('Div', [scores, g.real(numberOf(head, 'temperature'))]);
}

function unitLength({ shape, data }: Tensor): Tensor {
  const [, width = 1] = shape;
  const result = data.slice();
  for (let start = 0; start < data.length; start += width) {
    const length = Math.hypot(...data.subarray(start, start + width));
    if (length > 0) for (let k = start; k < start + width; k++) result[k] = (data[k] ?? 0) / length;
  }
  return { shape, data: result };
}

function mapped({ shape, data }: Tensor, change: (value: number) => number): Tensor {
  return { shape, data: data.map(change) };
}

function filled(length: number, value: number): Tensor {
  return { shape: [length], data: new Float32Array(length).fill(value) };
}
