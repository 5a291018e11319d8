// Parameters in an order in which those that a default or a domain uses, directly or through constants, come first: declarations
// need no order. Parameters in a circle have no value.
import type * as Ast from '../parser/ast.ts';
import type { Names } from './program.ts';
import { referencedNames } from './referenced-names.ts';

export interface ParamOrder {
  readonly ordered: readonly Ast.Param[];
  readonly circular: ReadonlySet<string>;
}

/** `given` are the names of parameters whose default does not count. */
export function paramOrder({ params, lets }: Names, given: ReadonlySet<string>): ParamOrder {
  const needs = (name: string): readonly string[] => {
    const found = new Set<string>();
    const param = params.get(name);
    if (param?.fallback !== undefined && !given.has(name)) referencedNames(param.fallback, found);
    if (param?.domain !== undefined) referencedNames(param.domain, found);
    const constant = lets.get(name);
    if (constant !== undefined) referencedNames(constant.value, found);
    return [...found].filter((other) => params.has(other) || lets.has(other));
  };
  const ordered: Ast.Param[] = [];
  const circular = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  for (const start of params.keys()) {
    if (state.has(start)) continue;
    // Depth first, with a stack of its own: chains may be longer than the stack of the language.
    const way = [{ name: start, left: [...needs(start)] }];
    state.set(start, 'open');
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        way.pop();
        state.set(top.name, 'done');
        const param = params.get(top.name);
        if (param !== undefined) ordered.push(param);
      } else if (state.get(next) === 'open') {
        const circle = way.slice(way.findIndex(({ name }) => name === next));
        for (const { name } of circle) if (params.has(name)) circular.add(name);
      } else if (!state.has(next)) {
        state.set(next, 'open');
        way.push({ name: next, left: [...needs(next)] });
      }
    }
  }
  return { ordered, circular };
}
