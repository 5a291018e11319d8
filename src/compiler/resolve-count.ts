// How many rows: `8 per label`, `100`, `20%`, `rest`, `rows("file.json", key: "13")`, `rows([3, 17])`.
import type * as Ast from '../parser/ast.ts';
import type { Count, Json } from '../stages/value.ts';
import { evaluate } from './evaluate.ts';
import type { Program, Scope } from './program.ts';
import { wrongType } from './check-value.ts';

export function resolveCount(expr: Ast.Expr, scope: Scope, program: Program): Json | undefined {
  return countOf(expr, scope, program);
}

function countOf(expr: Ast.Expr, scope: Scope, program: Program): Count | undefined {
  if (expr.node === 'reference' && !expr.forced && expr.name.text === 'rest') return 'rest';
  if (expr.node === 'per-label') {
    const rows = wholeNumber(expr.count, 1, scope, program);
    return rows === undefined ? undefined : { per_label: rows };
  }
  if (expr.node === 'call' && expr.callee.text === 'rows') return namedRows(expr, scope, program);
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type === 'string' && value.value === 'rest') return 'rest';
  if (value.type === 'share') {
    if (value.value > 0 && value.value < 1) return { share: value.value };
    return outOfRange(expr, 'a share of the rows is above 0% and below 100%', program);
  }
  if (value.type === 'int') {
    return value.value >= 1
      ? { rows: value.value }
      : outOfRange(expr, 'a part has at least one row', program);
  }
  wrongType(expr, 'a count: `8 per label`, `100`, `20%`, `rest` or `rows(…)`', value, program);
  return undefined;
}

function wholeNumber(expr: Ast.Expr, min: number, scope: Scope, program: Program): number | undefined {
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  if (value.type !== 'int') {
    wrongType(expr, 'a whole number', value, program);
    return undefined;
  }
  return value.value >= min
    ? value.value
    : outOfRange(expr, `${value.value} is out of range: it must be at least ${min}`, program);
}

function namedRows(expr: Ast.Call, scope: Scope, program: Program): Count | undefined {
  const source = expr.arguments.find((argument) => argument.name === undefined);
  const keyArgument = expr.arguments.find((argument) => argument.name?.text === 'key');
  const stray = expr.arguments.find((argument) => argument !== source && argument !== keyArgument);
  if (source === undefined || stray !== undefined) {
    program.diagnostics.add({
      code: 'unknown-argument',
      message: '`rows` takes a list of row numbers, or a JSON file and perhaps `key:`',
      span: (stray ?? expr).span,
      hint: 'write `rows([3, 17])` or `rows("splits.json", key: "13")`',
    });
    return undefined;
  }
  const value = evaluate(source.value, scope, program);
  if (value === undefined) return undefined;
  if (value.type === 'string') {
    const key = keyArgument === undefined ? undefined : evaluate(keyArgument.value, scope, program);
    if (keyArgument !== undefined && key === undefined) return undefined;
    const name =
      key === undefined
        ? undefined
        : key.type === 'string'
          ? key.value
          : key.type === 'int'
            ? `${key.value}`
            : null;
    if (name === null) return outOfRange(expr, '`key` is a text or a whole number', program);
    return rowsFromFile(value.value, name, source, program);
  }
  const rows =
    value.type === 'list' ? value.items.map((item) => (item.type === 'int' ? item.value : -1)) : [-1];
  return checkRows(rows, source, program);
}

function rowsFromFile(
  path: string,
  key: string | undefined,
  source: Ast.Argument,
  program: Program,
): Count | undefined {
  const fact = program.facts.json(program.resolvePath(path));
  if (fact.state === 'wrong') {
    program.diagnostics.add({ span: source.span, ...fact.problem });
    return undefined;
  }
  if (fact.state === 'unknown') return undefined;
  let rows: Json | undefined = fact.value;
  if (key !== undefined) {
    const table = rows !== null && typeof rows === 'object' && !isList(rows) ? rows : undefined;
    rows = table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
    if (rows === undefined) {
      const keys = table === undefined ? [] : Object.keys(table).slice(0, 12);
      program.diagnostics.add({
        code: 'unknown-name',
        message: `\`${path}\` has no key \`${key}\``,
        span: source.span,
        hint: keys.length === 0 ? 'the file is not a map of lists' : `its keys are ${keys.join(', ')}`,
      });
      return undefined;
    }
  }
  const list = isList(rows ?? null) ? (rows as readonly Json[]) : [-1];
  return checkRows(
    list.map((row) => (typeof row === 'number' ? row : -1)),
    source,
    program,
  );
}

function checkRows(rows: readonly number[], source: Ast.Argument, program: Program): Count | undefined {
  if (rows.length > 0 && rows.every((row) => Number.isInteger(row) && row >= 0)) {
    const seen = new Set<number>();
    const twice = rows.find((row) => seen.size === seen.add(row).size);
    if (twice === undefined) return { named: rows };
    return outOfRange(source, `row ${twice} is named twice`, program);
  }
  program.diagnostics.add({
    code: 'wrong-type',
    message: '`rows` takes a list of row numbers that start at 0',
    span: source.span,
    hint: 'write `rows([3, 17])`, or name a JSON file with such a list; with several lists in it, add `key:`',
  });
  return undefined;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function outOfRange(at: { readonly span: Ast.Expr['span'] }, message: string, program: Program): undefined {
  program.diagnostics.add({ code: 'out-of-range', message, span: at.span });
  return undefined;
}
