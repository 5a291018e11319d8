// Draws a directed graph as rows with box characters: one row a node, a lane downwards from each node until its last reader.
// Pure layout: knows names and who reads whom, nothing else.

export interface LaneNode {
  readonly name: string;
  /** Names of nodes that come before it. */
  readonly inputs: readonly string[];
}

export interface LaneRow {
  /** What stands left of the node's symbol: lanes and branches. */
  readonly before: string;
  /** What stands between the symbol and the text, when an input lies to the right of the node. */
  readonly after: string;
  /** Lanes of further lines under the node, as wide as `before`. */
  readonly below: string;
}

/** Columns to the right of which a node is only put when all others are taken. */
const comfortable = 12;

export function laneRows(nodes: readonly LaneNode[]): readonly LaneRow[] {
  const readers = new Map<string, number>();
  for (const node of nodes)
    for (const input of new Set(node.inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);

  const lanes: (string | undefined)[] = [];
  return nodes.map((node) => {
    const inputs = [...new Set(node.inputs)].map((name) => lanes.indexOf(name)).filter((c) => c !== -1);
    const column = freeColumn(lanes, inputs);
    const ending = new Set<number>();
    for (const c of inputs) {
      const name = lanes[c] ?? '';
      const left = (readers.get(name) ?? 1) - 1;
      readers.set(name, left);
      if (left === 0) ending.add(c);
    }
    const from = Math.min(column, ...inputs);
    const to = Math.max(column, ...inputs);
    const last = Math.max(
      to,
      lanes.findLastIndex((lane) => lane !== undefined),
    );
    let before = '';
    let after = '';
    for (let c = 0; c <= last; c += 1) {
      const line = c >= from && c < to ? '─' : ' ';
      if (c === column) after += line;
      else {
        const text = glyph({
          input: inputs.includes(c),
          lane: lanes[c] !== undefined,
          ends: ending.has(c),
          left: c > from && c <= to,
          right: c >= from && c < to,
        });
        if (c < column) before += text + line;
        else after += text + line;
      }
    }
    for (const c of ending) lanes[c] = undefined;
    if ((readers.get(node.name) ?? 0) > 0) lanes[column] = node.name;
    const below = Array.from({ length: last + 1 }, (_, c) => (lanes[c] === undefined ? '  ' : '│ ')).join('');
    return { before, after: after.trimEnd(), below };
  });
}

/** Right of all inputs where that is not too far, so that chains read as a tree; else the leftmost free one. */
function freeColumn(lanes: readonly (string | undefined)[], inputs: readonly number[]): number {
  let column = Math.max(-1, ...inputs) + 1;
  if (column > comfortable) column = 0;
  while (lanes[column] !== undefined) column += 1;
  return column;
}

interface Cell {
  readonly input: boolean;
  readonly lane: boolean;
  readonly ends: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

function glyph({ input, lane, ends, left, right }: Cell): string {
  if (!input) return lane ? '│' : left && right ? '─' : ' ';
  if (left && right) return ends ? '┴' : '┼';
  if (right) return ends ? '└' : '├';
  return ends ? '┘' : '┤';
}
