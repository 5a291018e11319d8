// Values of parameters against their types: which fit, how others are told, and types that do not exist.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostics } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { typeNames } from './param-types.ts';
import type { Names } from './program.ts';
import { describe, type Value } from './value.ts';

/** The value as one of the type; nothing where it is of another. */
export function convert(
  value: Value,
  type: Ast.TypeExpr,
  resolvePath: (path: string) => string,
): Value | undefined {
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

export function reportType(declaration: Ast.Param, value: Value, span: Span, diagnostics: Diagnostics): void {
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
