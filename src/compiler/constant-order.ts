// Which constants need each other in a circle, and which need which first, without recursion: a program may chain any number.
import type * as Ast from '../parser/ast.ts';
import type { Names } from './program.ts';
import { referencedNames } from './referenced-names.ts';

/** `declaration` and the constants that it needs and that are not known yet, each behind those that it needs itself. */
export function neededConstants(
  declaration: Ast.Let,
  names: Names,
  known: { has(name: string): boolean },
): readonly Ast.Let[] {
  const order: Ast.Let[] = [];
  walk(declaration, { edges: edgesOf(names), skips: (name) => known.has(name) }, (circle) =>
    order.push(...circle),
  );
  return order;
}

/** Names of the constants that are defined through themselves. */
export function circularConstants(names: Names): ReadonlySet<string> {
  let found = circles.get(names);
  if (found === undefined) circles.set(names, (found = findCircles(names)));
  return found;
}

/** Memories of what follows from the declarations alone. */
const circles = new WeakMap<Names, ReadonlySet<string>>();
const edges = new WeakMap<Names, Edges>();

type Edges = (declaration: Ast.Let) => readonly Ast.Let[];

function edgesOf(names: Names): Edges {
  let found = edges.get(names);
  if (found === undefined) {
    const uses = new Map<Ast.Let, readonly Ast.Let[]>();
    found = (declaration) => {
      let list = uses.get(declaration);
      if (list === undefined) {
        list = [...referencedNames(declaration.value)].flatMap((name) => names.lets.get(name) ?? []);
        uses.set(declaration, list);
      }
      return list;
    };
    edges.set(names, found);
  }
  return found;
}

function findCircles(names: Names): ReadonlySet<string> {
  const circular = new Set<string>();
  const seen = new Set<string>();
  const next = edgesOf(names);
  for (const declaration of names.lets.values()) {
    if (seen.has(declaration.name.text)) continue;
    walk(declaration, { edges: next, skips: (name) => seen.has(name) }, (circle) => {
      const isCircle = circle.length > 1 || circle.some((member) => next(member).includes(member));
      for (const { name } of circle) {
        seen.add(name.text);
        if (isCircle) circular.add(name.text);
      }
    });
  }
  return circular;
}

interface Visit {
  readonly declaration: Ast.Let;
  readonly uses: readonly Ast.Let[];
  readonly index: number;
  low: number;
  next: number;
}

/** Calls back with every strongly connected component, behind those it leads to (Tarjan 1972). */
function walk(
  start: Ast.Let,
  { edges: next, skips }: { readonly edges: Edges; readonly skips: (name: string) => boolean },
  onCircle: (circle: readonly Ast.Let[]) => void,
): void {
  const visits = new Map<Ast.Let, Visit>();
  const open = new Set<Ast.Let>();
  const waiting: Ast.Let[] = [];
  const path: Visit[] = [];
  const enter = (declaration: Ast.Let): void => {
    const visit = { declaration, uses: next(declaration), index: visits.size, low: visits.size, next: 0 };
    visits.set(declaration, visit);
    open.add(declaration);
    waiting.push(declaration);
    path.push(visit);
  };
  if (skips(start.name.text)) return;
  enter(start);
  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const used = visit.uses[visit.next];
    if (used !== undefined) {
      visit.next += 1;
      const before = visits.get(used);
      if (before !== undefined) {
        if (open.has(used)) visit.low = Math.min(visit.low, before.index);
      } else if (!skips(used.name.text)) enter(used);
      continue;
    }
    path.pop();
    const outer = path.at(-1);
    if (outer !== undefined) outer.low = Math.min(outer.low, visit.low);
    if (visit.low < visit.index) continue;
    const circle = waiting.splice(waiting.lastIndexOf(visit.declaration));
    for (const member of circle) open.delete(member);
    onCircle(circle);
  }
}
