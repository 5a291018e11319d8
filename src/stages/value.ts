// Values a program's expressions have once resolved: plain data, ready to be keyed and sent to another process.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How many rows: `8 per label`, `100`, `20%`, `rest`, or named rows (0-based). */
export type Count =
  | { readonly per_label: number }
  | { readonly rows: number }
  | { readonly share: number }
  | { readonly named: readonly number[] }
  | 'rest';

/** A resolved call such as `logistic(c: 1)`: every argument present, defaults filled in. */
export interface CallValue<N extends string = string, A = Readonly<Record<string, Json>>> {
  readonly name: N;
  readonly arguments: A;
}

/** `macro_f1 >= 0.75`, `a.macro_f1 > b.macro_f1 by 0.02 at 95%`. */
export interface Requirement {
  readonly left: Operand;
  readonly operator: '<' | '<=' | '>' | '>=' | '==' | '!=';
  readonly right: Operand;
  readonly by?: number;
  readonly at?: number;
  /** As written, for messages. */
  readonly text: string;
}

/** A number, or a metric, of the named entry of `of:` where there is one. */
export type Operand = number | { readonly of?: string; readonly metric: string };

/** A condition over columns (`where: stars != 3`), evaluated row by row. */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly op: 'not'; readonly operand: Condition }
  | {
      readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly left: Cell;
      readonly right: Cell;
    };

export type Cell = { readonly column: string } | { readonly value: string | number | boolean | null };
