// Calls that an option declares, such as `head(kind: knn)`: arguments matched by name or position, defaults filled in.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { CallDeclaration } from '../stages/option.ts';
import type { Json } from '../stages/value.ts';
import { evaluate } from './evaluate.ts';
import type { Program, Scope } from './program.ts';
import { listWords, unknownWord, wrongType } from './check-value.ts';
import { isDeclared, resolveOption, warnAmbiguous } from './resolve-option.ts';

type Calls = Readonly<Record<string, CallDeclaration>>;

export function resolveCall(expr: Ast.Call, calls: Calls, scope: Scope, program: Program): Json | undefined {
  const name = expr.callee.text;
  const declaration = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (declaration === undefined) {
    const near = suggest(name, Object.keys(calls));
    program.diagnostics.add({
      code: 'unknown-word',
      message: `\`${name}\` is not one of ${listWords(Object.keys(calls))}`,
      span: expr.callee.span,
      ...(near === undefined
        ? {}
        : { hint: `did you mean \`${near}\`?`, fix: { span: expr.callee.span, text: near } }),
    });
    return undefined;
  }
  const names = Object.keys(declaration.arguments);
  const given = new Map<string, Ast.Argument>();
  const misspelt = new Set<string>();
  let complete = true;
  let position = 0;
  for (const argument of expr.arguments) {
    const target = argument.name?.text ?? names[position++];
    if (target === undefined || !names.includes(target)) {
      complete = false;
      const meant = argument.name === undefined ? undefined : suggest(argument.name.text, names);
      if (meant !== undefined) misspelt.add(meant);
      reportUnknown(argument, name, meant, names, program);
    } else if (given.has(target)) {
      complete = false;
      program.diagnostics.add({
        code: 'duplicate-option',
        message: `\`${target}\` is given twice`,
        span: argument.span,
      });
    } else given.set(target, argument);
  }
  const values: Record<string, Json> = {};
  for (const [key, option] of Object.entries(declaration.arguments)) {
    const argument = given.get(key);
    const value =
      argument === undefined ? option.fallback : resolveOption(argument.value, option.kind, scope, program);
    if (value !== undefined) values[key] = value;
    else if (argument !== undefined) complete = false;
    else if (option.required) {
      complete = false;
      if (misspelt.has(key)) continue;
      program.diagnostics.add({
        code: 'missing-option',
        message: `\`${name}\` needs \`${key}\``,
        span: expr.callee.span,
        hint: `write \`${name}(${key}: …)\`: ${option.doc}`,
      });
    }
  }
  return complete ? { name, arguments: values } : undefined;
}

/** A call without brackets: a bare word, or a text that names one; all arguments take their defaults. */
export function resolveCallName(
  expr: Ast.Expr,
  calls: Calls,
  scope: Scope,
  program: Program,
): Json | undefined {
  const names = Object.keys(calls);
  const bare = (name: string): Json | undefined =>
    resolveCall(
      { node: 'call', callee: { text: name, span: expr.span }, arguments: [], span: expr.span },
      calls,
      scope,
      program,
    );
  if (expr.node === 'reference' && !expr.forced) {
    const word = expr.name.text;
    if (Object.hasOwn(calls, word)) {
      warnAmbiguous(expr.name, scope, program);
      return bare(word);
    }
    if (!isDeclared(word, scope, program)) return unknownWord(expr, word, names, program);
  }
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type !== 'string') {
    wrongType(expr, `one of ${listWords(names)}`, value, program);
    return undefined;
  }
  return Object.hasOwn(calls, value.value)
    ? bare(value.value)
    : unknownWord(expr, value.value, names, program);
}

function reportUnknown(
  argument: Ast.Argument,
  call: string,
  meant: string | undefined,
  names: readonly string[],
  program: Program,
): void {
  const takes =
    names.length === 0 ? `\`${call}\` takes no arguments` : `\`${call}\` takes ${listWords(names)}`;
  if (argument.name === undefined) {
    program.diagnostics.add({
      code: 'unknown-argument',
      message: `one argument too many`,
      span: argument.span,
      hint: takes,
    });
    return;
  }
  program.diagnostics.add({
    code: 'unknown-argument',
    message: `\`${call}\` has no argument \`${argument.name.text}\``,
    span: argument.name.span,
    hint: meant === undefined ? takes : `did you mean \`${meant}\`?`,
    ...(meant === undefined ? {} : { fix: { span: argument.name.span, text: meant } }),
  });
}
