// Values of expressions that stand alone: parameters, constants, lists of `each`, conditions, string interpolation.
import type { Json } from '../stages/value.ts';

export type Value =
  | { readonly type: 'int' | 'float' | 'share' | 'duration' | 'size'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null' }
  /** The name of an environment variable whose value only a running stage sees. */
  | { readonly type: 'secret'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly Value[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [key: string, value: Value])[] };

/** What an operator or a function gives: a value, or why there is none. */
export type Result = { readonly value: Value } | { readonly problem: string };

export type Scalar = string | number | boolean;

/** For messages: `the text "x"`, `the whole number 3`. */
export function describe(value: Value): string {
  switch (value.type) {
    case 'int':
      return `the whole number ${value.value}`;
    case 'float':
      return `the number ${Number.isInteger(value.value) && Math.abs(value.value) < 1e15 ? value.value.toFixed(1) : value.value}`;
    case 'share':
      return `the share ${Number((value.value * 100).toPrecision(12))}%`;
    case 'duration':
      return `a duration of ${value.value} s`;
    case 'size':
      return `a size of ${value.value} bytes`;
    case 'string':
      return `the text ${JSON.stringify(shorten(value.value))}`;
    case 'bool':
      return `\`${value.value}\``;
    case 'null':
      return '`null`';
    case 'secret':
      return `the secret \`${value.name}\``;
    case 'list':
      return `a list of ${value.items.length}`;
    case 'map':
      return 'a map';
    default:
      return value satisfies never;
  }
}

/** Plain data, for keys and printing; shares are fractions, durations seconds, sizes bytes. */
export function toJson(value: Value): Json {
  switch (value.type) {
    case 'null':
      return null;
    case 'secret':
      return { $secret: value.name };
    case 'list':
      return value.items.map(toJson);
    case 'map':
      return Object.fromEntries(value.entries.map(([key, item]) => [key, toJson(item)]));
    case 'int':
    case 'float':
    case 'share':
    case 'duration':
    case 'size':
    case 'string':
    case 'bool':
      return value.value;
    default:
      return value satisfies never;
  }
}

/** The key of an `each` instance, or nothing where the value cannot be one. */
export function toScalar(value: Value): Scalar | undefined {
  switch (value.type) {
    case 'int':
    case 'float':
    case 'share':
    case 'duration':
    case 'size':
    case 'string':
    case 'bool':
      return value.value;
    case 'null':
    case 'secret':
    case 'list':
    case 'map':
      return undefined;
    default:
      return value satisfies never;
  }
}

export function sameValue(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a.value === b.value;
  return a.type === b.type && JSON.stringify(toJson(a)) === JSON.stringify(toJson(b));
}

export function isNumber(
  value: Value,
): value is { readonly type: 'int' | 'float' | 'share' | 'duration' | 'size'; readonly value: number } {
  switch (value.type) {
    case 'int':
    case 'float':
    case 'share':
    case 'duration':
    case 'size':
      return true;
    default:
      return false;
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
