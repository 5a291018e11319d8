// An expression and the kind its option expects, to the plain data that the stage will see. A bare word is first a word of
// the kind, then a name. Reports what is wrong and then gives `undefined`.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics } from '../parser/diagnostic.ts';
import type { OptionKind } from '../stages/option.ts';
import type { Json } from '../stages/value.ts';
import { addCallModel } from './call-models.ts';
import { checkValue, listWords, unknownWord, wrongType } from './check-value.ts';
import { evaluate, evaluateBool } from './evaluate.ts';
import { bindingOf, fileScope, type Program, type Scope } from './program.ts';
import { knowsWord } from './knows-word.ts';
import { resolveCall, resolveCallName } from './resolve-call.ts';
import { resolveCondition } from './resolve-condition.ts';
import { resolveCount } from './resolve-count.ts';
import { resolveDeviation } from './resolve-deviation.ts';
import { resolveObjective } from './resolve-objective.ts';
import { resolveRecord } from './resolve-record.ts';
import { resolveRequirement } from './resolve-requirement.ts';
import { isSearch, resolveSearch } from './resolve-search.ts';
import { resolveSpace } from './resolve-space.ts';

export function resolveOption(
  expr: Ast.Expr,
  kind: OptionKind,
  scope: Scope,
  program: Program,
): Json | undefined {
  if (expr.node === 'hole') return undefined;
  if (expr.node === 'conditional') {
    const condition = evaluateBool(expr.condition, scope, program);
    if (condition === undefined) return undefined;
    return resolveOption(condition ? expr.then : expr.otherwise, kind, scope, program);
  }
  if (isSearch(expr, scope)) return resolveSearch(expr, kind, scope, program);
  const declaration = letBehind(expr, kind, scope, program);
  if (declaration !== undefined) return resolveOption(declaration.value, kind, fileScope, program);

  switch (kind.type) {
    case 'word':
      return resolveWord(expr, Object.keys(kind.words), scope, program);
    case 'call':
      return expr.node === 'call'
        ? resolveCall(expr, kind.calls, scope, program)
        : resolveCallName(expr, kind.calls, scope, program);
    case 'count':
      return resolveCount(expr, scope, program);
    case 'deviation':
      return resolveDeviation(expr, scope, program);
    case 'condition':
      return resolveCondition(expr, scope, program);
    case 'requirement':
      return resolveRequirement(expr, kind.metrics, scope, program);
    case 'list':
      return resolveList(expr, kind, scope, program);
    case 'map':
      return resolveMap(expr, kind, scope, program);
    case 'either':
      return resolveEither(expr, kind, scope, program);
    case 'record':
      return resolveRecord(expr, kind, scope, program);
    case 'space':
      return resolveSpace(expr, scope, program);
    case 'objective':
      return resolveObjective(expr, scope, program);
    case 'model':
      return addCallModel(expr, kind.input, scope, program);
    case 'output-path': {
      const path = resolveValue(expr, kind, scope, program);
      if (typeof path !== 'string') return undefined;
      return /^https?:\/\//.test(path) ? path : program.resolvePath(path);
    }
    case 'name':
      if (expr.node === 'reference' && !expr.forced) return expr.name.text;
      return resolveValue(expr, kind, scope, program);
    case 'int':
    case 'float':
    case 'share':
    case 'bool':
    case 'string':
    case 'duration':
    case 'size':
    case 'column':
    case 'template':
    case 'secret':
      return resolveValue(expr, kind, scope, program);
    default:
      return kind satisfies never;
  }
}

/** A bare word that stands in `words`, or a text that does. */
function resolveWord(
  expr: Ast.Expr,
  words: readonly string[],
  scope: Scope,
  program: Program,
): string | undefined {
  if (expr.node === 'reference' && !expr.forced) {
    const word = expr.name.text;
    if (words.includes(word)) {
      warnAmbiguous(expr.name, scope, program);
      return word;
    }
    if (!isDeclared(word, scope, program)) return unknownWord(expr, word, words, program);
  }
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type !== 'string') {
    wrongType(expr, `one of ${listWords(words)}`, value, program);
    return undefined;
  }
  return words.includes(value.value) ? value.value : unknownWord(expr, value.value, words, program);
}

export function isDeclared(name: string, scope: Scope, program: Program): boolean {
  return (
    bindingOf(scope, name) !== undefined ||
    program.names.lets.has(name) ||
    program.names.params.has(name) ||
    program.names.stages.has(name)
  );
}

/** A word of the option that is also declared: the word wins, and the reader should know. */
export function warnAmbiguous(name: Ast.Name, scope: Scope, program: Program): void {
  // Stages are never values, so a stage of the same name leaves no doubt.
  const value =
    bindingOf(scope, name.text) !== undefined ||
    program.names.lets.has(name.text) ||
    program.names.params.has(name.text);
  if (value) tellAmbiguous(name, program);
}

export function tellAmbiguous(name: Ast.Name, program: Program): void {
  program.diagnostics.add({
    code: 'ambiguous-word',
    severity: 'warning',
    message: `\`${name.text}\` is taken as the option's word, not as the declaration of that name`,
    span: name.span,
    hint: `write \`(${name.text})\` to mean the declaration, or "${name.text}" to keep the word without this warning`,
    fix: { span: name.span, text: `"${name.text}"` },
  });
}

/** The constant a bare name stands for: its expression is read as the option's kind, so it may hold calls and words too. */
function letBehind(expr: Ast.Expr, kind: OptionKind, scope: Scope, program: Program): Ast.Let | undefined {
  if (expr.node !== 'reference' || bindingOf(scope, expr.name.text) !== undefined) return undefined;
  if (!expr.forced && knowsWord(kind, expr.name.text)) return undefined;
  const declaration = program.names.lets.get(expr.name.text);
  if (declaration === undefined) return undefined;
  const next = declaration.value;
  // Values take the ordinary way, which also finds circles among constants.
  return next.node === 'call' ||
    next.node === 'list' ||
    next.node === 'map' ||
    next.node === 'per-label' ||
    next.node === 'deviations'
    ? declaration
    : undefined;
}

type ListKind = Extract<OptionKind, { readonly type: 'list' }>;

function resolveList(expr: Ast.Expr, kind: ListKind, scope: Scope, program: Program): Json | undefined {
  const items = listItems(expr, kind, scope, program);
  if (items === undefined) return undefined;
  const { min = 1, max } = kind;
  if (items.length < min || (max !== undefined && items.length > max)) {
    const range = max === undefined ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`;
    program.diagnostics.add({
      code: items.length === 0 ? 'empty-list' : 'out-of-range',
      message: `expected ${range} element${range === '1' || range === 'at least 1' ? '' : 's'}, found ${items.length}`,
      span: expr.span,
      ...(kind.advice !== undefined && { hint: kind.advice }),
    });
    return undefined;
  }
  if (kind.distinct === true) {
    const seen = new Set<string>();
    for (const item of items) {
      const text = JSON.stringify(item);
      if (seen.has(text)) {
        program.diagnostics.add({
          code: 'duplicate-element',
          message: `${text} stands in the list twice`,
          span: expr.span,
        });
        return undefined;
      }
      seen.add(text);
    }
  }
  return items;
}

/** The elements of a list, or the one value that counts as a list of one. */
function listItems(
  expr: Ast.Expr,
  kind: ListKind,
  scope: Scope,
  program: Program,
): readonly Json[] | undefined {
  if (expr.node === 'list') {
    const items = expr.items.map((item) => resolveOption(item, kind.of, scope, program));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const asValue = kind.of.type !== 'model' && isValueExpression(expr, kind, scope, program);
  const value = asValue ? evaluate(expr, scope, program) : undefined;
  if (asValue && value === undefined) return undefined;
  if (value?.type === 'list') {
    const items = value.items.map((item) => checkValue(item, kind.of, expr, program));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const single = resolveOption(expr, kind.of, scope, program);
  return single === undefined ? undefined : [single];
}

/** Whether an expression that is not a list literal may still be a list: a name, a range, a function. */
function isValueExpression(expr: Ast.Expr, kind: OptionKind, scope: Scope, program: Program): boolean {
  switch (expr.node) {
    case 'reference':
      return (expr.forced || !knowsWord(kind, expr.name.text)) && isDeclared(expr.name.text, scope, program);
    case 'binary':
      return expr.operator === '..' || expr.operator === '+';
    case 'call':
      return ['range', 'concat', 'zip'].includes(expr.callee.text);
    case 'member':
      return true;
    default:
      return false;
  }
}

function resolveMap(
  expr: Ast.Expr,
  kind: Extract<OptionKind, { readonly type: 'map' }>,
  scope: Scope,
  program: Program,
): Json | undefined {
  if (expr.node === 'map') {
    const seen = new Map<string, Ast.Name>();
    const result: (readonly [key: string, value: Json])[] = [];
    let complete = true;
    for (const entry of expr.entries) {
      const earlier = seen.get(entry.name.text);
      if (earlier !== undefined) {
        program.diagnostics.add({
          code: 'duplicate-option',
          message: `the key \`${entry.name.text}\` stands in the map twice`,
          span: entry.name.span,
          notes: [{ span: earlier.span, message: 'first here' }],
        });
        complete = false;
      }
      seen.set(entry.name.text, entry.name);
      const value = resolveOption(entry.value, kind.of, scope, program);
      if (value === undefined) complete = false;
      else result.push([entry.name.text, value]);
    }
    return complete ? result : undefined;
  }
  const value = evaluate(expr, scope, program);
  return value === undefined ? undefined : checkValue(value, kind, expr, program);
}

function resolveEither(
  expr: Ast.Expr,
  kind: Extract<OptionKind, { readonly type: 'either' }>,
  scope: Scope,
  program: Program,
): Json | undefined {
  const attempts = kind.kinds.map((alternative) => {
    const diagnostics = new Diagnostics();
    const value = resolveOption(expr, alternative, scope, { ...program, diagnostics });
    return { alternative, diagnostics, value };
  });
  const success = attempts.find((attempt) => attempt.value !== undefined && !attempt.diagnostics.hasErrors);
  if (success !== undefined) {
    for (const entry of success.diagnostics.sorted()) program.diagnostics.add(entry);
    return success.value;
  }
  // An error deeper inside than "wrong type at this place" says which alternative was meant.
  const closest =
    attempts.find((attempt) =>
      attempt.diagnostics
        .sorted()
        .some((entry) => entry.code !== 'wrong-type' || entry.span.start > expr.span.start),
    ) ?? attempts.find((attempt) => attempt.diagnostics.hasErrors);
  for (const entry of closest?.diagnostics.sorted() ?? []) program.diagnostics.add(entry);
  return undefined;
}

function resolveValue(expr: Ast.Expr, kind: OptionKind, scope: Scope, program: Program): Json | undefined {
  const value = evaluate(expr, scope, program);
  return value === undefined ? undefined : checkValue(value, kind, expr, program);
}
