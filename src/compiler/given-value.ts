// Values that parameters are given from outside, as text or as plain data, read as the type of the parameter says.
import type * as Ast from '../parser/ast.ts';
import { parse } from '../parser/parse.ts';
import type { Span } from '../parser/source.ts';
import { mostElements } from './value-limits.ts';
import { isNumber, type Value } from './value.ts';

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

/** Nothing where it is wrong, which has been reported. */
export function readGiven(given: GivenValue, type: Ast.TypeExpr): Value | undefined {
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
      const length = Math.max(0, to.value - from.value + 1);
      if (length > mostElements) return undefined;
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
