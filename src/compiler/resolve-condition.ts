// Conditions over columns (`where: stars != 3 and channel == "email"`). A bare word is a column; `(name)` is a declaration.
import type * as Ast from '../parser/ast.ts';
import type { Cell, Condition, Json } from '../stages/value.ts';
import { evaluate } from './evaluate.ts';
import type { Program, Scope } from './program.ts';
import { wrongType } from './check-value.ts';
import { warnAmbiguous } from './resolve-option.ts';
import { toJson } from './value.ts';

export function resolveCondition(expr: Ast.Expr, scope: Scope, program: Program): Json | undefined {
  return conditionOf(expr, scope, program);
}

function conditionOf(expr: Ast.Expr, scope: Scope, program: Program): Condition | undefined {
  if (expr.node === 'unary' && expr.operator === 'not') {
    const operand = conditionOf(expr.operand, scope, program);
    return operand === undefined ? undefined : { op: 'not', operand };
  }
  if (expr.node === 'binary') {
    switch (expr.operator) {
      case 'and':
      case 'or': {
        const left = conditionOf(expr.left, scope, program);
        const right = conditionOf(expr.right, scope, program);
        return left === undefined || right === undefined ? undefined : { op: expr.operator, left, right };
      }
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const left = cellOf(expr.left, scope, program);
        const right = cellOf(expr.right, scope, program);
        return left === undefined || right === undefined ? undefined : { op: expr.operator, left, right };
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '..':
        break;
      default:
        expr satisfies never;
    }
  }
  if (expr.node !== 'hole') {
    program.diagnostics.add({
      code: 'wrong-type',
      message: 'expected a condition over columns',
      span: expr.span,
      hint: 'write a comparison such as `stars != 3`, joined by `and`, `or`, `not`',
    });
  }
  return undefined;
}

function cellOf(expr: Ast.Expr, scope: Scope, program: Program): Cell | undefined {
  if (expr.node === 'reference' && !expr.forced) {
    warnAmbiguous(expr.name, scope, program);
    return { column: expr.name.text };
  }
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  const json = toJson(value);
  if (json === null || typeof json !== 'object') return { value: json };
  wrongType(expr, 'a number, a text, `true`, `false` or `null`', value, program);
  return undefined;
}
