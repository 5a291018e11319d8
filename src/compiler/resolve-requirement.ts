// Requirements on reports: `macro_f1 >= 0.75`, `a.macro_f1 > b.macro_f1 by 0.02 at 95%`.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { Json, Operand, Requirement } from '../stages/value.ts';
import { evaluate } from './evaluate.ts';
import type { Program, Scope } from './program.ts';
import { listWords, wrongType } from './check-value.ts';
import { warnAmbiguous } from './resolve-option.ts';

export function resolveRequirement(
  expr: Ast.Expr,
  metrics: readonly string[],
  scope: Scope,
  program: Program,
): Json | undefined {
  const comparison = expr.node === 'claim' ? expr.comparison : expr;
  if (comparison.node !== 'binary' || !isComparison(comparison.operator)) {
    if (comparison.node !== 'hole') {
      program.diagnostics.add({
        code: 'wrong-type',
        message: 'expected a comparison with a metric',
        span: expr.span,
        hint: 'write `macro_f1 >= 0.75`, or `a.macro_f1 > b.macro_f1 by 0.02 at 95%`',
      });
    }
    return undefined;
  }
  const left = operandOf(comparison.left, metrics, scope, program);
  const right = operandOf(comparison.right, metrics, scope, program);
  const by = expr.node === 'claim' && expr.by !== undefined ? numberOf(expr.by, scope, program) : undefined;
  const at = expr.node === 'claim' && expr.at !== undefined ? shareOf(expr.at, scope, program) : undefined;
  if (left === undefined || right === undefined) return undefined;
  if (typeof left === 'number' && typeof right === 'number') {
    program.diagnostics.add({
      code: 'wrong-type',
      message: 'a requirement names at least one metric',
      span: expr.span,
      hint: `the metrics are ${listWords(metrics)}`,
    });
    return undefined;
  }
  const { source, start, end } = expr.span;
  const requirement: Requirement = {
    left,
    operator: comparison.operator,
    right,
    ...(by === undefined ? {} : { by }),
    ...(at === undefined ? {} : { at }),
    text: source.text.slice(start, end).replace(/\s+/g, ' '),
  };
  return requirement as unknown as Json; // a Requirement is plain data
}

function isComparison(operator: Ast.Operator): operator is Requirement['operator'] {
  return ['<', '<=', '>', '>=', '==', '!='].includes(operator);
}

function operandOf(
  expr: Ast.Expr,
  metrics: readonly string[],
  scope: Scope,
  program: Program,
): Operand | undefined {
  if (expr.node === 'reference' && !expr.forced) {
    if (metrics.includes(expr.name.text)) {
      warnAmbiguous(expr.name, scope, program);
      return { metric: expr.name.text };
    }
  }
  if (expr.node === 'member' && expr.object.node === 'reference') {
    if (metrics.includes(expr.name.text)) return { of: expr.object.name.text, metric: expr.name.text };
    return unknownMetric(expr.name, metrics, program);
  }
  const declared = expr.node === 'reference' ? expr.name.text : undefined;
  const isValue =
    declared === undefined ||
    program.names.lets.has(declared) ||
    program.names.params.has(declared) ||
    scope.bindings.some((binding) => binding.name === declared);
  if (expr.node === 'reference' && !isValue) return unknownMetric(expr.name, metrics, program);
  return numberOf(expr, scope, program);
}

function unknownMetric(name: Ast.Name, metrics: readonly string[], program: Program): undefined {
  const near = suggest(name.text, metrics);
  program.diagnostics.add({
    code: 'unknown-word',
    message: `\`${name.text}\` is not a metric`,
    span: name.span,
    hint: near === undefined ? `the metrics are ${listWords(metrics)}` : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { fix: { span: name.span, text: near } }),
  });
  return undefined;
}

function numberOf(expr: Ast.Expr, scope: Scope, program: Program): number | undefined {
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type === 'int' || value.type === 'float' || value.type === 'share') return value.value;
  wrongType(expr, 'a number', value, program);
  return undefined;
}

function shareOf(expr: Ast.Expr, scope: Scope, program: Program): number | undefined {
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type === 'share' && value.value > 0 && value.value < 1) return value.value;
  wrongType(expr, 'a share such as `95%`', value, program);
  return undefined;
}
