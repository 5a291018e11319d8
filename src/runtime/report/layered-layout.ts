// Places boxes in layers from left to right, by dagre. The package's own types do not resolve under Node's rules, so the few
// calls used are typed here.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayoutNode {
  readonly key: string;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  /** The middle of a node. */
  centre(key: string): Point;
  /** Where an arrow runs, both ends included. */
  bends(from: string, to: string): readonly Point[];
}

interface DagreGraph {
  setGraph(settings: Readonly<Record<string, string | number>>): void;
  setDefaultEdgeLabel(label: () => object): void;
  setNode(key: string, size: { width: number; height: number }): void;
  setEdge(from: string, to: string): void;
  node(key: string): Point;
  edge(from: string, to: string): { readonly points: readonly Point[] };
}

interface Dagre {
  readonly Graph: new () => DagreGraph;
  readonly layout: (graph: DagreGraph) => void;
}

export async function layeredLayout(
  nodes: readonly LayoutNode[],
  arrows: readonly (readonly [from: string, to: string])[],
  margin: number,
): Promise<Layout> {
  const { Graph, layout } = (await import('@dagrejs/dagre')) as unknown as Dagre;
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 56, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { key, width, height } of nodes) graph.setNode(key, { width, height });
  for (const [from, to] of arrows) graph.setEdge(from, to);
  layout(graph);
  return { centre: (key) => graph.node(key), bends: (from, to) => graph.edge(from, to).points };
}
