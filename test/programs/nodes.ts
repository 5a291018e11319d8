// Short names for nodes of a tree without places.
import type * as Ast from '../../src/parser/ast.ts';
import type { Value } from '../../src/compiler/value.ts';

const span = { source: { path: '', text: '' }, start: 0, end: 0 };

export const nameOf = (text: string): Ast.Name => ({ text, span });
export const entryOf = (name: string, value: Ast.Expr): Ast.Entry => ({ name: nameOf(name), value, span });
export const reference = (name: string, forced = false): Ast.Reference => ({
  node: 'reference',
  name: nameOf(name),
  forced,
  span,
});
export const text = (...parts: readonly (string | Ast.Expr)[]): Ast.Text => ({
  node: 'text',
  parts: parts.filter((part) => part !== ''),
  span,
});
export const list = (items: readonly Ast.Expr[]): Ast.List => ({ node: 'list', items, span });
export const map = (entries: readonly (readonly [string, Ast.Expr])[]): Ast.MapExpr => ({
  node: 'map',
  entries: entries.map(([key, value]) => entryOf(key, value)),
  span,
});
export const member = (object: Ast.Expr, name: string): Ast.Member => ({
  node: 'member',
  object,
  name: nameOf(name),
  span,
});
export const select = (object: Ast.Expr, keys: readonly (readonly [string, Ast.Expr])[]): Ast.Select => ({
  node: 'select',
  object,
  keys: keys.map(([key, value]) => entryOf(key, value)),
  span,
});
export const call = (
  callee: string,
  args: readonly (readonly [string | undefined, Ast.Expr])[],
): Ast.Call => ({
  node: 'call',
  callee: nameOf(callee),
  arguments: args.map(([name, value]) =>
    name === undefined ? { value, span } : { name: nameOf(name), value, span },
  ),
  span,
});
export const binary = (operator: Ast.Operator, left: Ast.Expr, right: Ast.Expr): Ast.Binary => ({
  node: 'binary',
  operator,
  left,
  right,
  span,
});
export const not = (operand: Ast.Expr): Ast.Unary => ({ node: 'unary', operator: 'not', operand, span });
export const conditional = (condition: Ast.Expr, then: Ast.Expr, otherwise: Ast.Expr): Ast.Conditional => ({
  node: 'conditional',
  condition,
  then,
  otherwise,
  span,
});
export const perLabel = (count: Ast.Expr): Ast.PerLabel => ({ node: 'per-label', count, span });
export const claim = (comparison: Ast.Expr, more: { by?: Ast.Expr; at?: Ast.Expr }): Ast.Claim => ({
  node: 'claim',
  comparison,
  ...more,
  span,
});

/** The plainest expression of a value. */
export function literal(value: Value): Ast.Expr {
  switch (value.type) {
    case 'string':
      return text(value.value);
    case 'null':
      return { node: 'literal', type: 'null', value: null, span };
    case 'secret':
      return call('secret', [[undefined, text(value.name)]]);
    case 'list':
      return list(value.items.map(literal));
    case 'map':
      return map(value.entries.map(([key, item]) => [key, literal(item)] as const));
    case 'bool':
      return { node: 'literal', type: 'bool', value: value.value, span };
    case 'int':
    case 'float':
    case 'share':
    case 'duration':
    case 'size':
      return { node: 'literal', type: value.type, value: value.value, span };
    default:
      return value satisfies never;
  }
}

export const int = (value: number): Value => ({ type: 'int', value });
export const string = (value: string): Value => ({ type: 'string', value });

type Named = { readonly name: string };

export const version = (): Ast.Version => ({ node: 'version', number: 1, span });
export const letOf = ({ name }: Named, value: Ast.Expr): Ast.Let => ({
  node: 'let',
  name: nameOf(name),
  value,
  span,
});
export const paramOf = (
  { name }: Named,
  type: Ast.TypeExpr,
  fallback: Ast.Expr,
  domain: Ast.Expr | undefined,
): Ast.Param => ({
  node: 'param',
  name: nameOf(name),
  type,
  fallback,
  ...(domain === undefined ? {} : { domain }),
  span,
});
export const namedType = (name: string): Ast.TypeExpr => ({ node: 'named-type', name: nameOf(name), span });
export const listType = (of: Ast.TypeExpr): Ast.TypeExpr => ({ node: 'list-type', of, span });
export const enumType = (values: readonly string[]): Ast.TypeExpr => ({
  node: 'enum-type',
  values: values.map((value) => text(value)),
  span,
});
export const stageOf = (kind: string, name: string, entries: readonly Ast.Entry[]): Ast.Stage => ({
  node: 'stage',
  kind: nameOf(kind),
  name: nameOf(name),
  entries,
  body: [],
  span,
});
/** A stage by its name; one of an imported file by both names: `part.score`. */
export const named = (stage: string, forced = false): Ast.Expr => {
  const [first = '', ...rest] = stage.split('.');
  return rest.reduce<Ast.Expr>((object, name) => member(object, name), reference(first, forced));
};
export const importOf = (
  path: Ast.Text,
  name: string,
  entries: readonly (readonly [string, Ast.Expr])[],
): Ast.Import => ({
  node: 'import',
  path,
  name: nameOf(name),
  entries: entries.map(([key, value]) => entryOf(key, value)),
  span,
});
export const eachOf = (variable: string, values: Ast.Expr, body: readonly Ast.Declaration[]): Ast.Each => ({
  node: 'each',
  variable: nameOf(variable),
  list: values,
  body,
  span,
});
export const whenOf = (
  condition: Ast.Expr,
  then: readonly Ast.Declaration[],
  otherwise: readonly Ast.Declaration[],
): Ast.When => ({ node: 'when', condition, then, otherwise, span });
export const defaultsOf = (kind: string, entries: readonly Ast.Entry[]): Ast.Defaults => ({
  node: 'defaults',
  kind: nameOf(kind),
  entries,
  span,
});
export const targetOf = (name: string, stages: Ast.Expr): Ast.Target => ({
  node: 'target',
  name: nameOf(name),
  stages,
  span,
});
