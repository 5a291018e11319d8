// What an element of a `choice` is called in keys and reports: its value, or its text with the values of parameters, constants
// and `each` variables in the place of their names. Reports nothing: the option that takes the element has done so.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics } from '../parser/diagnostic.ts';
import { printExpr } from '../parser/print-ast.ts';
import type { Span } from '../parser/source.ts';
import type { OptionKind } from '../stages/option.ts';
import type { Json } from '../stages/value.ts';
import { evaluate, evaluateBool } from './evaluate.ts';
import { knowsWord } from './knows-word.ts';
import { bindingOf, fileScope, type Program, type Scope } from './program.ts';
import type { Value } from './value.ts';

/** A literal is its value; anything else is known by its text. */
export function choiceText(expr: Ast.Expr): Json {
  if (expr.node === 'literal') return expr.value;
  if (expr.node === 'text' && expr.parts.every((part) => typeof part === 'string'))
    return expr.parts.join('');
  return printExpr(expr);
}

/** As an option of that kind reads it. */
export function resolvedChoiceText(expr: Ast.Expr, kind: OptionKind, scope: Scope, program: Program): Json {
  return choiceText(withValues(expr, [kind], scope, { ...program, diagnostics: new Diagnostics() }));
}

/** `kinds`: any of them may be meant, none where a value is. */
function withValues(expr: Ast.Expr, kinds: readonly OptionKind[], scope: Scope, program: Program): Ast.Expr {
  const all = kinds.flatMap(alternatives);
  switch (expr.node) {
    case 'literal':
    case 'hole':
      return expr;
    case 'conditional': {
      const condition = evaluateBool(expr.condition, scope, program);
      if (condition === undefined) return expr;
      return withValues(condition ? expr.then : expr.otherwise, kinds, scope, program);
    }
    case 'reference': {
      const { name, forced } = expr;
      if (!forced && all.some((kind) => knowsWord(kind, name.text))) return expr;
      const bound = bindingOf(scope, name.text) !== undefined;
      const behind = bound ? undefined : program.names.lets.get(name.text)?.value;
      if (behind !== undefined && isStructure(behind)) return withValues(behind, kinds, fileScope, program);
      return bound || behind !== undefined || program.names.params.has(name.text)
        ? valueOf(expr, scope, program)
        : expr;
    }
    case 'call': {
      const args = all.flatMap((kind) =>
        kind.type === 'call' ? [Object.entries(kind.calls[expr.callee.text]?.arguments ?? {})] : [],
      );
      if (args.every((known) => known.length === 0)) return valueOf(expr, scope, program);
      let position = 0;
      return {
        ...expr,
        arguments: expr.arguments.map((argument) => {
          const at = argument.name === undefined ? position++ : -1;
          const inner = args.flatMap((known) =>
            known.filter(([name], i) => name === argument.name?.text || i === at),
          );
          const value = withValues(
            argument.value,
            inner.map(([, option]) => option.kind),
            scope,
            program,
          );
          return { ...argument, value };
        }),
      };
    }
    case 'list': {
      const inner = all.flatMap((kind) => (kind.type === 'list' ? [kind.of] : []));
      return { ...expr, items: expr.items.map((item) => withValues(item, inner, scope, program)) };
    }
    case 'map':
      return {
        ...expr,
        entries: expr.entries.map((entry) => {
          const inner = all.flatMap((kind) => entryKinds(kind, entry.name.text));
          return { ...entry, value: withValues(entry.value, inner, scope, program) };
        }),
      };
    case 'per-label':
    case 'deviations':
      return { ...expr, count: withValues(expr.count, [], scope, program) };
    case 'text':
    case 'member':
    case 'select':
    case 'unary':
    case 'binary':
    case 'claim':
      return valueOf(expr, scope, program);
    default:
      return expr satisfies never;
  }
}

/** What only its value makes of it, and itself where it has none: a model, a part of a stage. */
function valueOf(expr: Ast.Expr, scope: Scope, program: Program): Ast.Expr {
  if (expr.node === 'member' || expr.node === 'select') {
    const root = rootName(expr);
    if (root === undefined || !program.names.lets.has(root)) return expr;
  }
  const value = evaluate(expr, scope, program);
  return (value && literalOf(value, expr.span)) ?? expr;
}

function rootName(expr: Ast.Expr): string | undefined {
  if (expr.node === 'reference') return expr.name.text;
  return expr.node === 'member' || expr.node === 'select' ? rootName(expr.object) : undefined;
}

/** A secret has no value that may be written. */
function literalOf(value: Value, span: Span): Ast.Expr | undefined {
  switch (value.type) {
    case 'string':
      return { node: 'text', parts: [value.value], span };
    case 'bool':
    case 'int':
    case 'float':
    case 'share':
    case 'duration':
    case 'size':
      return { node: 'literal', type: value.type, value: value.value, span };
    case 'null':
      return { node: 'literal', type: 'null', value: null, span };
    case 'list': {
      const items = value.items.map((item) => literalOf(item, span));
      const found = items.filter((item) => item !== undefined);
      return found.length === items.length ? { node: 'list', items: found, span } : undefined;
    }
    case 'map':
    case 'secret':
      return undefined;
    default:
      return value satisfies never;
  }
}

function isStructure({ node }: Ast.Expr): boolean {
  return (
    node === 'call' || node === 'list' || node === 'map' || node === 'per-label' || node === 'deviations'
  );
}

function alternatives(kind: OptionKind): readonly OptionKind[] {
  return kind.type === 'either' ? kind.kinds.flatMap(alternatives) : [kind];
}

function entryKinds(kind: OptionKind, key: string): readonly OptionKind[] {
  if (kind.type === 'map') return [kind.of];
  const field = kind.type === 'record' ? kind.fields[key] : undefined;
  return field === undefined ? [] : [field.kind];
}
