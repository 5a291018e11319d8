// Expressions to values, where no option says what is expected. Reports what is wrong and then gives `undefined`.
import type * as Ast from '../parser/ast.ts';
import { blockWordHint } from './block-words.ts';
import { applyOperator } from './operators.ts';
import { callFunction, functionNames } from './functions.ts';
import { bindingOf, fileScope, type Program, type Scope } from './program.ts';
import { describe, isNumber, type Value } from './value.ts';
import { prefixAdvice } from '../parser/other-languages.ts';
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
      return items.every((item) => item !== undefined) ? { type: 'list', items } : undefined;
    }
    case 'map': {
      const entries: (readonly [string, Value])[] = [];
      for (const entry of expr.entries) {
        const value = evaluate(entry.value, scope, program);
        if (value === undefined) return undefined;
        entries.push([entry.name.text, value]);
      }
      return { type: 'map', entries };
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
function valueNames(scope: Scope, program: Program): string[] {
  return [
    ...scope.bindings.map((binding) => binding.name),
    ...program.names.lets.keys(),
    ...program.names.params.keys(),
  ];
}

/** The value of a constant; each is evaluated once, and a circle among them is an error. */
export function constant(declaration: Ast.Let, program: Program): Value | undefined {
  const name = declaration.name.text;
  if (program.constants.has(name)) return program.constants.get(name);
  if (findCircle(declaration, program)) {
    program.constants.set(name, undefined);
    program.diagnostics.add({
      code: 'cycle',
      message: `\`${name}\` is defined through itself`,
      span: declaration.name.span,
      hint: 'a constant may use parameters and other constants, but not itself',
    });
    return undefined;
  }
  const value = evaluate(declaration.value, fileScope, program);
  program.constants.set(name, value);
  return value;
}

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

function findCircle(declaration: Ast.Let, program: Program): boolean {
  const seen = new Set<string>();
  const visit = (expr: Ast.Expr): boolean => {
    for (const name of referencedNames(expr)) {
      if (name === declaration.name.text) return true;
      const next = program.names.lets.get(name);
      if (next === undefined || seen.has(name)) continue;
      seen.add(name);
      if (visit(next.value)) return true;
    }
    return false;
  };
  return visit(declaration.value);
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
  return { type: 'string', value };
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
  return 'problem' in result ? wrong(expr, result.problem, program) : result.value;
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
  return result.value;
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

function wrong(expr: Ast.Expr, message: string, program: Program): undefined {
  program.diagnostics.add({ code: 'wrong-type', message, span: expr.span });
  return undefined;
}
