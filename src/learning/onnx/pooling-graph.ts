// From hidden states of tokens to one vector a text, as ONNX operators: the same as pooling.ts.
import type { Pooling } from '../encoders/pooling.ts';
import type { EncoderStates } from './encoder-graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** [texts, width] */
export function poolingGraph(g: GraphBuilder, { mode, normalize }: Pooling, read: EncoderStates): string {
  const pooled = pooledPlaces(g, mode, read);
  return normalize ? unitRows(g, pooled) : pooled;
}

/** Each row over its length; a row of zeros stays. */
export function unitRows(g: GraphBuilder, vectors: string): string {
  const length = g.node('ReduceL2', [vectors, g.wholes([1])], { keepdims: { int: 1 } }); // [texts, 1]
  return g.node('Div', [vectors, g.node('Max', [length, g.real(1e-12)])]);
}

function pooledPlaces(g: GraphBuilder, mode: Pooling['mode'], { states, present }: EncoderStates): string {
  const apart = (): string => g.node('Unsqueeze', [present, g.wholes([2])]); // [texts, places, 1]
  const over = { keepdims: { int: 0 } } as const;
  switch (mode) {
    case 'mean': {
      const there = apart();
      const total = g.node('ReduceSum', [g.node('Mul', [states, there]), g.wholes([1])], over); // [texts, width]
      const count = g.node('ReduceSum', [there, g.wholes([1])], over); // [texts, 1]
      return g.node('Div', [total, g.node('Max', [count, g.real(1e-9)])]);
    }
    case 'max': {
      const absent = g.node('Mul', [g.node('Sub', [apart(), g.real(1)]), g.real(1e9)]);
      return g.node('ReduceMax', [g.node('Add', [states, absent]), g.wholes([1])], over);
    }
    case 'cls':
      return g.node('Gather', [states, g.whole(0)], { axis: { int: 1 } });
    default:
      return mode satisfies never;
  }
}
