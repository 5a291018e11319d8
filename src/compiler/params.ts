// Values of the program's parameters: `--set`, else the default; checked against type and domain.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostics } from '../parser/diagnostic.ts';
import { parse } from '../parser/parse.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { evaluate } from './evaluate.ts';
import { typeNames } from './param-types.ts';
import type { CheckedParam } from './pipeline.ts';
import { fileScope, type Names, type Program } from './program.ts';
import { describe, isNumber, sameValue, toJson, type Value } from './value.ts';

/** A value given from outside: `--set shots=4`, a line of `--params FILE.yaml`, an argument of an `import`. */
export interface GivenParam {
  readonly name: string;
  readonly value: GivenValue;
  readonly from: 'set' | 'file' | 'import';
  /** Where it is given, for messages. */
  readonly span: Span;
  /** Where its name stands, if that is elsewhere. */
  readonly nameSpan?: Span;
  /** Makes a path in it absolute (those of the command line are relative to the working directory). */
  resolvePath(path: string): string;
}

export type GivenValue =
  /** As written; read as the parameter's type says. `exact`: where a text is expected, quotes in it belong to it. */
  | { readonly form: 'text'; readonly text: string; readonly exact?: boolean }
  | { readonly form: 'list'; readonly items: readonly GivenValue[] }
  | { readonly form: 'value'; readonly value: Value }
  /** Given, and wrong, which has been reported. */
  | { readonly form: 'wrong' };

export interface ParamValues {
  readonly values: ReadonlyMap<string, Value>;
  readonly checked: readonly CheckedParam[];
}

/** `program.params` is filled in declaration order, so that a default may use earlier parameters. */
export function evaluateParams(given: readonly GivenParam[], program: Omit<Program, 'params'>): ParamValues {
  const values = new Map<string, Value>();
  const checked: CheckedParam[] = [];
  const byName = new Map(given.map((param) => [param.name, param]));
  reportUnknown(given, program);
  for (const declaration of program.names.params.values()) {
    const name = declaration.name.text;
    const override = byName.get(name);
    const value =
      override === undefined
        ? defaultValue(declaration, { ...program, params: values })
        : givenValue(declaration, override, program.diagnostics);
    if (value === undefined) continue;
    const at = override?.span ?? declaration.fallback?.span ?? declaration.span;
    if (!insideDomain(declaration, value, at, { ...program, params: values })) continue;
    values.set(name, value);
    checked.push({ name, value: toJson(value), from: override?.from ?? 'default' });
  }
  return { values, checked };
}

function reportUnknown(
  given: readonly GivenParam[],
  { names, file, diagnostics }: Omit<Program, 'params'>,
): void {
  for (const param of given) {
    if (names.params.has(param.name)) continue;
    const known = [...names.params.keys()];
    const near = suggest(param.name, known);
    const whose = param.from === 'import' ? `\`${file.source.path}\`` : 'the program';
    diagnostics.add({
      code: 'unknown-parameter',
      message: `${whose} has no parameter \`${param.name}\``,
      span: param.nameSpan ?? param.span,
      hint:
        near !== undefined
          ? `did you mean \`${near}\`?`
          : known.length === 0
            ? 'it declares no parameters: add `param NAME: TYPE = DEFAULT`'
            : `its parameters are ${known.map((name) => `\`${name}\``).join(', ')}`,
    });
  }
}

function defaultValue(declaration: Ast.Param, program: Program): Value | undefined {
  if (declaration.fallback === undefined) {
    program.diagnostics.add({
      code: 'missing-parameter',
      message: `the parameter \`${declaration.name.text}\` has no value`,
      span: declaration.name.span,
      hint:
        program.prefix === ''
          ? `give it with \`--set ${declaration.name.text}=VALUE\`, or write a default`
          : `give it where the file is imported: \`import … as ${program.prefix.slice(0, -1)} { ${declaration.name.text}: … }\`, or write a default`,
    });
    return undefined;
  }
  const value = evaluate(declaration.fallback, fileScope, program);
  if (value === undefined) return undefined;
  const converted = convert(value, declaration.type, (path) => program.resolvePath(path));
  if (converted !== undefined) return converted;
  reportType(declaration, value, declaration.fallback.span, program.diagnostics);
  return undefined;
}

function givenValue(declaration: Ast.Param, given: GivenParam, diagnostics: Diagnostics): Value | undefined {
  const value = readGiven(given.value, declaration.type);
  if (value === undefined) return undefined;
  const converted = convert(value, declaration.type, (path) => given.resolvePath(path));
  if (converted !== undefined) return converted;
  reportType(declaration, value, given.span, diagnostics);
  return undefined;
}

function readGiven(given: GivenValue, type: Ast.TypeExpr): Value | undefined {
  switch (given.form) {
    case 'value':
      return given.value;
    case 'text':
      return readText(given, type) ?? { type: 'string', value: given.text };
    case 'list': {
      const of = type.node === 'list-type' ? type.of : type;
      const items = given.items.map((item) => readGiven(item, of));
      return items.every((item) => item !== undefined) ? { type: 'list', items } : undefined;
    }
    case 'wrong':
      return undefined;
    default:
      return given satisfies never;
  }
}

/** Texts and paths are taken as they are; everything else is read as an expression of the language. */
function readText(
  { text, exact = false }: Extract<GivenValue, { form: 'text' }>,
  type: Ast.TypeExpr,
): Value | undefined {
  const textual =
    type.node === 'enum-type' || (type.node === 'named-type' && ['string', 'path'].includes(type.name.text));
  if (textual && (exact || !text.startsWith('"'))) return { type: 'string', value: text };
  const { file, diagnostics } = parse({ path: '--set', text: `let value = ${text}` });
  const [declaration] = file.declarations;
  if (diagnostics.length > 0 || declaration?.node !== 'let' || file.declarations.length !== 1)
    return undefined;
  return plainValue(declaration.value);
}

/** Literals, and lists of them; a bare word is a text. */
function plainValue(expr: Ast.Expr): Value | undefined {
  switch (expr.node) {
    case 'literal':
      if (expr.type === 'null' || expr.value === null) return { type: 'null' };
      if (expr.type === 'bool') return { type: 'bool', value: expr.value === true };
      return { type: expr.type, value: Number(expr.value) };
    case 'text':
      return expr.parts.every((part) => typeof part === 'string')
        ? { type: 'string', value: expr.parts.join('') }
        : undefined;
    case 'reference':
      return { type: 'string', value: expr.name.text };
    case 'unary': {
      const operand = plainValue(expr.operand);
      return expr.operator === '-' && operand !== undefined && isNumber(operand)
        ? { type: operand.type, value: -operand.value }
        : undefined;
    }
    case 'binary': {
      const [from, to] = [plainValue(expr.left), plainValue(expr.right)];
      if (expr.operator !== '..' || from?.type !== 'int' || to?.type !== 'int') return undefined;
      const length = Math.min(1_000_000, Math.max(0, to.value - from.value + 1));
      return {
        type: 'list',
        items: Array.from({ length }, (_, i) => ({ type: 'int', value: from.value + i })),
      };
    }
    case 'list': {
      const items = expr.items.map(plainValue);
      return items.every((item) => item !== undefined) ? { type: 'list', items } : undefined;
    }
    default:
      return undefined;
  }
}

function convert(value: Value, type: Ast.TypeExpr, resolvePath: (path: string) => string): Value | undefined {
  switch (type.node) {
    case 'hole':
      return value;
    case 'enum-type':
      return value.type === 'string' && enumValues(type).includes(value.value) ? value : undefined;
    case 'list-type': {
      const items = (value.type === 'list' ? value.items : [value]).map((item) =>
        convert(item, type.of, resolvePath),
      );
      return items.every((item) => item !== undefined) ? { type: 'list', items } : undefined;
    }
    case 'named-type':
      switch (type.name.text) {
        case 'float':
          return value.type === 'int'
            ? { type: 'float', value: value.value }
            : value.type === 'float'
              ? value
              : undefined;
        case 'path':
          return value.type === 'string' ? { type: 'string', value: resolvePath(value.value) } : undefined;
        case 'int':
        case 'bool':
        case 'string':
        case 'duration':
        case 'size':
        case 'share':
          return value.type === type.name.text ? value : undefined;
        default:
          return undefined;
      }
    default:
      return type satisfies never;
  }
}

/** Reports types that do not exist, at their declaration. */
export function checkTypes(names: Names, diagnostics: Diagnostics): void {
  const visit = (type: Ast.TypeExpr): void => {
    if (type.node === 'list-type') visit(type.of);
    if (type.node !== 'named-type' || typeNames.includes(type.name.text)) return;
    const near = suggest(type.name.text, typeNames);
    diagnostics.add({
      code: 'unknown-word',
      message: `there is no type \`${type.name.text}\``,
      span: type.name.span,
      hint:
        near === undefined
          ? `the types are ${typeNames.join(', ')}, list<T> and "a" | "b"`
          : `did you mean \`${near}\`?`,
    });
  };
  for (const param of names.params.values()) visit(param.type);
}

function reportType(declaration: Ast.Param, value: Value, span: Span, diagnostics: Diagnostics): void {
  if (declaration.type.node === 'named-type' && !typeNames.includes(declaration.type.name.text)) return;
  diagnostics.add({
    code: 'wrong-type',
    message: `\`${declaration.name.text}\` is ${typeText(declaration.type)}, found ${describe(value)}`,
    span,
    ...typeHint(declaration.type, value),
    ...(span.source === declaration.span.source
      ? {}
      : { notes: [{ span: declaration.name.span, message: 'declared here' }] }),
  });
}

/** How the value is written, where it is clear what was meant. */
function typeHint(type: Ast.TypeExpr, value: Value): { readonly hint?: string } {
  if (type.node === 'list-type' && value.type !== 'list') return typeHint(type.of, value);
  if (type.node === 'enum-type' && value.type === 'string') {
    const near = suggest(value.value, enumValues(type));
    return near === undefined ? {} : { hint: `did you mean "${near}"?` };
  }
  if (type.node !== 'named-type' || (value.type !== 'int' && value.type !== 'float')) return {};
  switch (type.name.text) {
    case 'duration':
      return {
        hint: `a duration has a unit: \`${value.value}s\`, \`${value.value}m\` or \`${value.value}h\``,
      };
    case 'size':
      return { hint: `a size has a unit: \`${value.value}MB\` or \`${value.value}GB\`` };
    case 'share':
      return {
        hint: `a share is written with a percent sign: \`${Number((value.value * (value.value <= 1 ? 100 : 1)).toPrecision(6))}%\``,
      };
    case 'string':
    case 'path':
      return { hint: `write "${value.value}" for the text` };
    default:
      return {};
  }
}

function typeText(type: Ast.TypeExpr): string {
  switch (type.node) {
    case 'hole':
      return 'anything';
    case 'list-type':
      return `a list of ${typeText(type.of)}`;
    case 'enum-type':
      return `one of ${enumValues(type)
        .map((value) => `"${value}"`)
        .join(', ')}`;
    case 'named-type':
      return type.name.text;
    default:
      return type satisfies never;
  }
}

function enumValues(type: Extract<Ast.TypeExpr, { node: 'enum-type' }>): string[] {
  return type.values.map((value) => value.parts.filter((part) => typeof part === 'string').join(''));
}

/** A range, or a list of the allowed values; for a list parameter every element is checked. */
function insideDomain(declaration: Ast.Param, value: Value, at: Span, program: Program): boolean {
  const { domain } = declaration;
  if (domain === undefined) return true;
  const items = value.type === 'list' ? value.items : [value];
  const text = program.file.source.text.slice(domain.span.start, domain.span.end);
  const report = (item: Value): boolean => {
    program.diagnostics.add({
      code: 'out-of-range',
      message: `\`${declaration.name.text}\` is ${describe(item)}, and must be in ${text}`,
      span: at,
      ...(at.source === domain.span.source
        ? {}
        : { notes: [{ span: domain.span, message: 'declared here' }] }),
    });
    return false;
  };
  if (domain.node === 'binary' && domain.operator === '..') {
    const [low, high] = [
      evaluate(domain.left, fileScope, program),
      evaluate(domain.right, fileScope, program),
    ];
    if (low === undefined || high === undefined || !isNumber(low) || !isNumber(high)) return true;
    const outside = items.find(
      (item) => !isNumber(item) || item.value < low.value || item.value > high.value,
    );
    return outside === undefined || report(outside);
  }
  const allowed = evaluate(domain, fileScope, program);
  if (allowed === undefined) return true;
  if (allowed.type !== 'list') {
    program.diagnostics.add({
      code: 'wrong-type',
      message: `expected a range or a list after \`in\`, found ${describe(allowed)}`,
      span: domain.span,
    });
    return true;
  }
  const outside = items.find((item) => !allowed.items.some((other) => sameValue(item, other)));
  return outside === undefined || report(outside);
}
