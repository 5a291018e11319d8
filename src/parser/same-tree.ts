// Whether two files say the same, wherever it stands in them.
import type * as Ast from './ast.ts';

/** Spans and comments do not count. */
export function sameTree(a: Ast.File, b: Ast.File): boolean {
  return same(a.declarations, b.declarations);
}

const places = new Set(['span', 'doc', 'source']);

function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b);
  const keys = Object.keys(a).filter((key) => !places.has(key));
  if (keys.length !== Object.keys(b).filter((key) => !places.has(key)).length) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return keys.every((key) => right.has(key) && same(left.get(key), right.get(key)));
}
