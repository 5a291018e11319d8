// What an option is to be, before it is decided how the program says it.
import type * as Ast from '../../src/parser/ast.ts';
import type { Value } from '../../src/compiler/value.ts';

export type Term =
  | { readonly is: 'value'; readonly value: Value }
  /** A word of the option; also the name of a call without arguments. */
  | { readonly is: 'word'; readonly word: string }
  | {
      readonly is: 'call';
      readonly name: string;
      readonly arguments: readonly (readonly [name: string, value: Term])[];
    }
  | { readonly is: 'list'; readonly items: readonly Term[] }
  | { readonly is: 'map'; readonly entries: readonly (readonly [key: string, value: Term])[] }
  | { readonly is: 'per-label'; readonly count: Term }
  | { readonly is: 'rows'; readonly rows: readonly number[] }
  /** One of several values that are all as good: an `each` variable with such values will do. */
  | { readonly is: 'choice'; readonly values: readonly Value[] }
  /** Written as it is. */
  | { readonly is: 'expression'; readonly expr: Ast.Expr };

export const value = (of: Value): Term => ({ is: 'value', value: of });
export const int = (of: number): Term => value({ type: 'int', value: of });
export const float = (of: number): Term => value({ type: 'float', value: of });
export const share = (of: number): Term => value({ type: 'share', value: of });
export const bool = (of: boolean): Term => value({ type: 'bool', value: of });
export const string = (of: string): Term => value({ type: 'string', value: of });
export const word = (of: string): Term => ({ is: 'word', word: of });
export const strings = (items: readonly string[]): Term => ({ is: 'list', items: items.map(string) });
export const ints = (...items: readonly number[]): Term => ({
  is: 'choice',
  values: items.map((item) => ({ type: 'int', value: item })),
});
export const words = (...items: readonly string[]): Term => ({
  is: 'choice',
  values: items.map((item) => ({ type: 'string', value: item })),
});
export const expression = (expr: Ast.Expr): Term => ({ is: 'expression', expr });
