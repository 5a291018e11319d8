// How many standard deviations: `2 sd`.
import type * as Ast from '../parser/ast.ts';
import { evaluate } from './evaluate.ts';
import type { Program, Scope } from './program.ts';
import { wrongType } from './check-value.ts';

export function resolveDeviation(expr: Ast.Expr, scope: Scope, program: Program): number | undefined {
  const wanted = 'a number of standard deviations such as `2 sd`';
  if (expr.node !== 'deviations') {
    const value = evaluate(expr, scope, program);
    if (value !== undefined) wrongType(expr, wanted, value, program);
    return undefined;
  }
  const count = evaluate(expr.count, scope, program);
  if (count === undefined) return undefined;
  if (count.type !== 'int' && count.type !== 'float') {
    wrongType(expr.count, 'a number', count, program);
    return undefined;
  }
  if (count.value > 0) return count.value;
  program.diagnostics.add({
    code: 'out-of-range',
    message: `${count.value} is out of range: it must be above 0`,
    span: expr.count.span,
  });
  return undefined;
}
