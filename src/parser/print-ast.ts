// The canonical text of an expression, for messages and reports. Reading it again gives the same tree.
import type * as Ast from './ast.ts';
import { flatText } from './doc.ts';
import { expressionDoc } from './expression-doc.ts';
import { canonical } from './spelling.ts';

/** On one line. A hole is written `…`, which is no expression. */
export function printExpr(expr: Ast.Expr): string {
  return flatText(expressionDoc(expr, canonical));
}
