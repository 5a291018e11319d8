// What a search chooses from: `uniform(a, b)`, `log_uniform(a, b)`, `int(a, b)`, `choice(…)`.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { Json, Space } from '../stages/value.ts';
import { listWords, wrongType } from './check-value.ts';
import { choiceText } from './choice-text.ts';
import { evaluate, evaluateBool } from './evaluate.ts';
import { bindingOf, type Program, type Scope } from './program.ts';
import { isNumber } from './value.ts';

const spaces = ['uniform', 'log_uniform', 'int', 'choice'] as const;

export function resolveSpace(expr: Ast.Expr, scope: Scope, program: Program): Json | undefined {
  const space = spaceOf(expr, scope, program);
  return space === undefined ? undefined : { ...space };
}

/** Expressions of a `choice`, in order; each is read as the option's kind where its value is used. */
export function choicesOf(expr: Ast.Expr): readonly Ast.Expr[] | undefined {
  if (expr.node !== 'call' || expr.callee.text !== 'choice') return undefined;
  return expr.arguments.map(({ value }) => value);
}

/** The call itself, behind constants and conditions. */
export function literalSpace(expr: Ast.Expr, scope: Scope, program: Program): Ast.Expr {
  if (expr.node === 'conditional') {
    const condition = evaluateBool(expr.condition, scope, program);
    if (condition === undefined) return expr;
    return literalSpace(condition ? expr.then : expr.otherwise, scope, program);
  }
  if (expr.node !== 'reference' || bindingOf(scope, expr.name.text) !== undefined) return expr;
  const behind = program.names.lets.get(expr.name.text)?.value;
  return behind?.node === 'call' ? behind : expr;
}

/** Reports what is wrong, and then gives nothing. */
export function spaceOf(expr: Ast.Expr, scope: Scope, program: Program): Space | undefined {
  if (expr.node === 'hole') return undefined;
  const name = expr.node === 'call' ? expr.callee.text : undefined;
  const space = spaces.find((known) => known === name);
  if (expr.node !== 'call' || space === undefined) {
    const near = name === undefined ? undefined : suggest(name, spaces);
    program.diagnostics.add({
      code: name === undefined ? 'wrong-type' : 'unknown-word',
      message:
        name === undefined ? 'expected what to search in' : `\`${name}\` is not one of ${listWords(spaces)}`,
      span: expr.node === 'call' ? expr.callee.span : expr.span,
      hint:
        near === undefined
          ? 'write `uniform(0.1, 10)`, `log_uniform(1e-5, 1e-3)`, `int(1, 8)` or `choice(4, 8, 16)`'
          : `did you mean \`${near}\`?`,
    });
    return undefined;
  }
  const named = expr.arguments.find((argument) => argument.name !== undefined);
  if (named !== undefined) {
    return wrong('unknown-argument', `\`${space}\` takes no named arguments`, named.span, program);
  }
  return space === 'choice' ? choiceOf(expr, program) : rangeOf(space, expr, scope, program);
}

function choiceOf(expr: Ast.Call, program: Program): Space | undefined {
  const values = expr.arguments.map(({ value }) => program.choiceTexts?.get(value) ?? choiceText(value));
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    const identity = JSON.stringify(value);
    const span = expr.arguments[i]?.span ?? expr.span;
    if (seen.has(identity))
      return wrong('duplicate-element', `${identity} stands in the choice twice`, span, program);
    seen.add(identity);
  }
  if (values.length < 2) return wrong('empty-list', 'a choice has at least two values', expr.span, program);
  return { space: 'choice', values };
}

function rangeOf(
  space: 'uniform' | 'log_uniform' | 'int',
  expr: Ast.Call,
  scope: Scope,
  program: Program,
): Space | undefined {
  const [first, second, third] = expr.arguments;
  if (first === undefined || second === undefined || third !== undefined) {
    return wrong(
      'unknown-argument',
      `\`${space}\` takes the lowest and the highest value`,
      expr.span,
      program,
    );
  }
  const bounds: number[] = [];
  for (const argument of [first, second]) {
    const value = evaluate(argument.value, scope, program);
    if (value === undefined) return undefined;
    if (!isNumber(value) || (space === 'int' && value.type !== 'int')) {
      wrongType(argument.value, space === 'int' ? 'a whole number' : 'a number', value, program);
      return undefined;
    }
    bounds.push(value.value);
  }
  const [low = 0, high = 0] = bounds;
  if (low >= high)
    return wrong(
      'out-of-range',
      `the highest value, ${high}, is not above the lowest, ${low}`,
      second.span,
      program,
    );
  if (space === 'log_uniform' && low <= 0)
    return wrong('out-of-range', '`log_uniform` takes values above 0', first.span, program);
  return { space, low, high };
}

function wrong(
  code: 'unknown-argument' | 'duplicate-element' | 'empty-list' | 'out-of-range',
  message: string,
  span: Ast.Expr['span'],
  program: Program,
): undefined {
  program.diagnostics.add({ code, message, span });
  return undefined;
}
