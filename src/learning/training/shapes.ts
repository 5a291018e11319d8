// The few shapes that batches of texts are padded to. Each shape is a graph to compile, and each place that is only padding costs time
// in every run: all batches of a training are known before, so the shapes are chosen to cost the least together.

/** What a run has room for: texts, places of each text in attention, and tokens of all of them laid end to end. */
export interface TextShape {
  readonly texts: number;
  readonly places: number;
  readonly tokens: number;
}

export interface ShapeLimits {
  /** Graphs compiled at most. */
  readonly shapes: number;
  /** Tokens of a text at most. */
  readonly maxTokens: number;
}

const shortest = 16;
/** What compiling one graph costs, in tokens trained: measured on a small encoder, 0.3 s to 0.35 s for 1,024 tokens. */
const compileTokens = 1_000;

/** For each need the shape it is run in: each dimension at least as large, and no more different ones than allowed. */
export function chooseShapes(
  needs: readonly TextShape[],
  { shapes: most, maxTokens }: ShapeLimits,
): readonly TextShape[] {
  const rounded = needs.map((need) => roundedUp(need, maxTokens));
  let groups: Group[] = [...countedBy(rounded)].map(([, { shape, count }]) => ({ shape, count }));
  for (;;) {
    const best = cheapestMerge(groups);
    if (best === undefined || (groups.length <= most && best.extra >= compileTokens)) break;
    groups = [...groups.filter((group) => group !== best.a && group !== best.b), best.merged];
  }
  return rounded.map((need) => {
    const fitting = groups.filter(({ shape }) => contains(shape, need)).map(({ shape }) => shape);
    return fitting.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  });
}

interface Group {
  readonly shape: TextShape;
  /** How many batches it has. */
  readonly count: number;
}

function cheapestMerge(groups: readonly Group[]) {
  let best:
    { readonly a: Group; readonly b: Group; readonly merged: Group; readonly extra: number } | undefined;
  for (const [i, a] of groups.entries()) {
    for (const b of groups.slice(i + 1)) {
      const shape = joined(a.shape, b.shape);
      const before = a.count * cost(a.shape) + b.count * cost(b.shape);
      const extra = (a.count + b.count) * cost(shape) - before;
      const merged = { shape, count: a.count + b.count };
      if (best === undefined || extra < best.extra) best = { a, b, merged, extra };
    }
  }
  return best;
}

/** In tokens: what dense layers do for each, and what attention does for each place. */
function cost({ texts, places, tokens }: TextShape): number {
  return tokens + texts * places * (0.15 + places / 2_300);
}

/** Coarse enough for few different ones, fine enough for little padding: places double, the others have three steps to a doubling. */
export function roundedUp({ texts, places, tokens }: TextShape, maxTokens: number): TextShape {
  let wide = shortest;
  while (wide < places) wide *= 2;
  return {
    texts: stepUp(texts),
    places: Math.min(wide, Math.max(maxTokens, places)),
    tokens: stepUp(Math.max(tokens, shortest)),
  };
}

/** 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32 … */
function stepUp(count: number): number {
  if (count <= 4) return Math.max(1, count);
  const base = 2 ** Math.floor(Math.log2(count));
  return [base, base * 1.25, base * 1.5, base * 2].find((size) => size >= count) ?? count;
}

function joined(a: TextShape, b: TextShape): TextShape {
  return {
    texts: Math.max(a.texts, b.texts),
    places: Math.max(a.places, b.places),
    tokens: Math.max(a.tokens, b.tokens),
  };
}

function contains(a: TextShape, b: TextShape): boolean {
  return a.texts >= b.texts && a.places >= b.places && a.tokens >= b.tokens;
}

function countedBy(shapes: readonly TextShape[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const shape of shapes) {
    const key = `${shape.texts} ${shape.places} ${shape.tokens}`;
    groups.set(key, { shape, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return groups;
}
