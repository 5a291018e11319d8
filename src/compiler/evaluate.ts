// Expressions to values, where no option says what is expected. Reports what is wrong and then gives `undefined`.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics } from '../parser/diagnostic.ts';
import { blockWordHint } from './block-words.ts';
import { circularConstants, neededConstants } from './constant-order.ts';
import { applyOperator } from './operators.ts';
import { callFunction, functionNames } from './functions.ts';
import { bindingOf, fileScope, type Program, type Scope } from './program.ts';
import { describe, isNumber, type Value } from './value.ts';
import { prefixAdvice } from '../parser/other-languages.ts';
import { sizeProblem } from './value-limits.ts';
import { suggest } from '../parser/suggest.ts';
import { callWorld, readsWorld } from './world-functions.ts';

export function evaluate(expr: Ast.Expr, scope: Scope, program: Program): Value | undefined {
  switch (expr.node) {
    case 'hole':
      return undefined;
    case 'literal':
      return literal(expr);
    case 'text':
      return text(expr, scope, program);
    case 'reference':
      return reference(expr.name, scope, program);
    case 'list': {
      const items = expr.items.map((item) => evaluate(item, scope, program));
      return items.every((item) => item !== undefined)
        ? bounded({ type: 'list', items }, expr, program)
        : undefined;
    }
    case 'map': {
      const entries: (readonly [string, Value])[] = [];
      for (const entry of expr.entries) {
        const value = evaluate(entry.value, scope, program);
        if (value === undefined) return undefined;
        entries.push([entry.name.text, value]);
      }
      return bounded({ type: 'map', entries }, expr, program);
    }
    case 'unary':
      return unary(expr, scope, program);
    case 'binary':
      return binary(expr, scope, program);
    case 'conditional': {
      const condition = evaluateBool(expr.condition, scope, program);
      if (condition === undefined) return undefined;
      return evaluate(condition ? expr.then : expr.otherwise, scope, program);
    }
    case 'call':
      return call(expr, scope, program);
    case 'member':
      return member(expr, scope, program);
    case 'select':
    case 'per-label':
    case 'deviations':
    case 'claim':
      return wrong(expr, 'a value is expected here', program);
    default:
      return expr satisfies never;
  }
}

/** `true` or `false`, or nothing after a report. */
export function evaluateBool(expr: Ast.Expr, scope: Scope, program: Program): boolean | undefined {
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type === 'bool') return value.value;
  wrong(expr, `expected \`true\` or \`false\`, found ${describe(value)}`, program);
  return undefined;
}

/** Every name that means a value here, for "did you mean". */
function* valueNames(scope: Scope, program: Program): Generator<string> {
  for (const { name } of scope.bindings) yield name;
  yield* program.names.lets.keys();
  yield* program.names.params.keys();
}

/** The value of a constant. Each is evaluated once, behind those that it needs; a circle among them is an error. */
export function constant(declaration: Ast.Let, program: Program): Value | undefined {
  const { constants, names } = program;
  for (const needed of neededConstants(declaration, names, constants)) {
    const diagnostics = new Diagnostics();
    const value = freshConstant(needed, { ...program, diagnostics });
    constants.set(needed.name.text, { value, problems: diagnostics.sorted() });
  }
  const known = constants.get(declaration.name.text);
  for (const problem of known?.problems.slice(0, mostProblems) ?? []) program.diagnostics.add(problem);
  return known?.value;
}

/** A constant gives on what is wrong with those that it uses, so that long chains of them would say it all again. */
const mostProblems = 100;

function freshConstant(declaration: Ast.Let, program: Program): Value | undefined {
  const name = declaration.name.text;
  if (!circularConstants(program.names).has(name)) return evaluate(declaration.value, fileScope, program);
  program.diagnostics.add({
    code: 'cycle',
    message: `\`${name}\` is defined through itself`,
    span: declaration.name.span,
    hint: 'a constant may use parameters and other constants, but not itself',
  });
  return undefined;
}

function literal(expr: Ast.Literal): Value {
  if (expr.type === 'null' || expr.value === null) return { type: 'null' };
  if (expr.type === 'bool') return { type: 'bool', value: expr.value === true };
  return { type: expr.type, value: Number(expr.value) };
}

function text(expr: Ast.Text, scope: Scope, program: Program): Value | undefined {
  let value = '';
  for (const part of expr.parts) {
    if (typeof part === 'string') {
      value += part;
      continue;
    }
    const inner = evaluate(part, scope, program);
    if (inner === undefined) return undefined;
    if (inner.type === 'list' || inner.type === 'map' || inner.type === 'secret')
      return wrong(part, `${describe(inner)} cannot stand in a text`, program);
    value += inner.type === 'null' ? 'null' : String(inner.value);
  }
  // What is written out may have any length.
  return expr.parts.length < 2
    ? { type: 'string', value }
    : bounded({ type: 'string', value }, expr, program);
}

function reference(name: Ast.Name, scope: Scope, program: Program): Value | undefined {
  const binding = bindingOf(scope, name.text);
  if (binding !== undefined) return binding.value;
  const declaration = program.names.lets.get(name.text);
  if (declaration !== undefined) return constant(declaration, program);
  if (program.names.params.has(name.text)) return program.params.get(name.text);
  if (program.names.stages.has(name.text)) {
    program.diagnostics.add({
      code: 'wrong-type',
      message: `\`${name.text}\` is a stage, and a value is expected here`,
      span: name.span,
      hint: 'results of stages are not known before they run: use a parameter or a constant',
    });
    return undefined;
  }
  if (program.names.imports.has(name.text)) {
    program.diagnostics.add({
      code: 'wrong-type',
      message: `\`${name.text}\` is an imported file, and a value is expected here`,
      span: name.span,
      hint: `only stages of it can be read, as inputs: \`${name.text}.stage\``,
    });
    return undefined;
  }
  if (name.text === '' || program.damage.variables.has(name.text)) return undefined;
  const near = suggest(name.text, valueNames(scope, program));
  program.diagnostics.add({
    code: 'unknown-name',
    message: `nothing is called \`${name.text}\``,
    span: name.span,
    hint:
      blockWordHint(name.text, scope, program) ??
      prefixAdvice(name.text) ??
      (near === undefined ? `write "${name.text}" if it is a text` : `did you mean \`${near}\`?`),
    ...(near === undefined ? {} : { fix: { span: name.span, text: near } }),
  });
  return undefined;
}

function unary(expr: Ast.Unary, scope: Scope, program: Program): Value | undefined {
  if (expr.operator === 'not') {
    const value = evaluateBool(expr.operand, scope, program);
    return value === undefined ? undefined : { type: 'bool', value: !value };
  }
  const value = evaluate(expr.operand, scope, program);
  if (value === undefined) return undefined;
  if (!isNumber(value)) return wrong(expr.operand, `expected a number, found ${describe(value)}`, program);
  return { type: value.type, value: -value.value };
}

function binary(expr: Ast.Binary, scope: Scope, program: Program): Value | undefined {
  const { operator } = expr;
  if (operator === 'and' || operator === 'or') {
    const left = evaluateBool(expr.left, scope, program);
    if (left === undefined) return undefined;
    if (left === (operator === 'or')) return { type: 'bool', value: left };
    const right = evaluateBool(expr.right, scope, program);
    return right === undefined ? undefined : { type: 'bool', value: right };
  }
  const left = evaluate(expr.left, scope, program);
  const right = evaluate(expr.right, scope, program);
  if (left === undefined || right === undefined) return undefined;
  const result = applyOperator(operator, left, right);
  return 'problem' in result ? wrong(expr, result.problem, program) : bounded(result.value, expr, program);
}

function call(expr: Ast.Call, scope: Scope, program: Program): Value | undefined {
  const name = expr.callee.text;
  if (!functionNames.includes(name)) {
    const near = suggest(name, functionNames);
    program.diagnostics.add({
      code: 'unknown-name',
      message: `there is no function \`${name}\``,
      span: expr.callee.span,
      hint:
        near === undefined ? `the functions are ${functionNames.join(', ')}` : `did you mean \`${near}\`?`,
    });
    return undefined;
  }
  const named = expr.arguments.find((argument) => argument.name !== undefined);
  if (named !== undefined) return wrong(named.value, `\`${name}\` takes no named arguments`, program);
  const values = expr.arguments.map((argument) => evaluate(argument.value, scope, program));
  if (!values.every((value) => value !== undefined)) return undefined;
  if (readsWorld(name)) return callWorld(name, expr, values, program);
  const result = callFunction(name, values);
  if ('problem' in result) return wrong(expr, result.problem, program);
  return bounded(result.value, expr, program);
}

function member(expr: Ast.Member, scope: Scope, program: Program): Value | undefined {
  const object = evaluate(expr.object, scope, program);
  if (object === undefined) return undefined;
  if (object.type !== 'map') return wrong(expr, `${describe(object)} has no parts`, program);
  const entry = object.entries.find(([key]) => key === expr.name.text);
  if (entry !== undefined) return entry[1];
  program.diagnostics.add({
    code: 'unknown-name',
    message: `the map has no \`${expr.name.text}\``,
    span: expr.name.span,
    hint: `its keys are ${object.entries.map(([key]) => `\`${key}\``).join(', ')}`,
  });
  return undefined;
}

function bounded(value: Value, expr: Ast.Expr, program: Program): Value | undefined {
  const problem = sizeProblem(value);
  return problem === undefined ? value : wrong(expr, problem, program);
}

function wrong(expr: Ast.Expr, message: string, program: Program): undefined {
  program.diagnostics.add({ code: 'wrong-type', message, span: expr.span });
  return undefined;
}
