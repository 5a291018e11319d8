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

/** What a search chooses a value from. */
export type Space =
  | { readonly space: 'uniform' | 'log_uniform' | 'int'; readonly low: number; readonly high: number }
  | { readonly space: 'choice'; readonly values: readonly Json[] };

/** `search.NAME` inside a block: stands for the trial's value, or for what the chosen one of `choice` resolves to here. */
export interface Placeholder {
  readonly $search: string;
  /** For `choice`: what each value resolves to at this place, in the order of the choices. */
  readonly cases?: readonly Json[];
}

/** `secret("NAME")`: only the name of the environment variable; its value is read when the step runs. */
export interface SecretValue {
  readonly $secret: string;
}
