// The names that an expression mentions.
import type * as Ast from '../parser/ast.ts';

/** Names of constants that an expression uses directly. */
export function referencedNames(expr: Ast.Expr, into: Set<string> = new Set()): Set<string> {
  switch (expr.node) {
    case 'reference':
      into.add(expr.name.text);
      break;
    case 'text':
      for (const part of expr.parts) if (typeof part !== 'string') referencedNames(part, into);
      break;
    case 'member':
      referencedNames(expr.object, into);
      break;
    case 'select':
      referencedNames(expr.object, into);
      for (const key of expr.keys) referencedNames(key.value, into);
      break;
    case 'call':
      // A bare call may also be a word of an option (`method: m(rank: 8)`); its name is not a reference.
      for (const argument of expr.arguments) referencedNames(argument.value, into);
      break;
    case 'list':
      for (const item of expr.items) referencedNames(item, into);
      break;
    case 'map':
      for (const entry of expr.entries) referencedNames(entry.value, into);
      break;
    case 'unary':
      referencedNames(expr.operand, into);
      break;
    case 'binary':
      referencedNames(expr.left, into);
      referencedNames(expr.right, into);
      break;
    case 'conditional':
      for (const part of [expr.condition, expr.then, expr.otherwise]) referencedNames(part, into);
      break;
    case 'per-label':
    case 'deviations':
      referencedNames(expr.count, into);
      break;
    case 'claim':
      for (const part of [expr.comparison, expr.by, expr.at])
        if (part !== undefined) referencedNames(part, into);
      break;
    case 'literal':
    case 'hole':
      break;
    default:
      expr satisfies never;
  }
  return into;
}
