// The tree of a `.fsl` file, with a span on every node and explicit holes where text was missing. Knows no stage names.
import type { Source, Span } from './source.ts';

export interface Name {
  /** Empty where the name is missing; a diagnostic stands for it already. */
  readonly text: string;
  readonly span: Span;
}

export interface File {
  readonly source: Source;
  readonly declarations: readonly Declaration[];
}

export type Declaration = Version | Param | Let | Import | Use | Stage | Each | When | Defaults | Target;

/** `fsl 1` */
export interface Version {
  readonly node: 'version';
  readonly number: number;
  readonly span: Span;
}

/** `param NAME: TYPE = DEFAULT in RANGE_OR_LIST` */
export interface Param {
  readonly node: 'param';
  readonly name: Name;
  readonly type: TypeExpr;
  readonly fallback?: Expr;
  readonly domain?: Expr;
  readonly doc?: string;
  readonly span: Span;
}

export type TypeExpr =
  | { readonly node: 'named-type'; readonly name: Name; readonly span: Span }
  | { readonly node: 'list-type'; readonly of: TypeExpr; readonly span: Span }
  | { readonly node: 'enum-type'; readonly values: readonly Text[]; readonly span: Span }
  | Hole;

export interface Let {
  readonly node: 'let';
  readonly name: Name;
  readonly value: Expr;
  readonly doc?: string;
  readonly span: Span;
}

/** `import "./other.fsl" as NAME { param: value }` */
export interface Import {
  readonly node: 'import';
  readonly path: Text | Hole;
  readonly name: Name;
  readonly entries: readonly Entry[];
  readonly span: Span;
}

/** `use "package"` */
export interface Use {
  readonly node: 'use';
  readonly package: Text | Hole;
  readonly span: Span;
}

/** `KIND NAME { option: expr … }`; nested stages only mean something inside kinds that take them (`tune`). */
export interface Stage {
  readonly node: 'stage';
  readonly kind: Name;
  readonly name: Name;
  readonly entries: readonly Entry[];
  readonly body: readonly Declaration[];
  readonly doc?: string;
  readonly span: Span;
}

export interface Entry {
  readonly name: Name;
  readonly value: Expr;
  readonly span: Span;
}

export interface Each {
  readonly node: 'each';
  readonly variable: Name;
  readonly list: Expr;
  readonly body: readonly Declaration[];
  readonly span: Span;
}

export interface When {
  readonly node: 'when';
  readonly condition: Expr;
  readonly then: readonly Declaration[];
  readonly otherwise: readonly Declaration[];
  readonly span: Span;
}

/** `defaults KIND { option: expr … }` */
export interface Defaults {
  readonly node: 'defaults';
  readonly kind: Name;
  readonly entries: readonly Entry[];
  readonly span: Span;
}

/** `target NAME = [stage …]` */
export interface Target {
  readonly node: 'target';
  readonly name: Name;
  readonly stages: Expr;
  readonly span: Span;
}

export type Expr =
  | Literal
  | Text
  | Reference
  | Member
  | Select
  | Call
  | List
  | MapExpr
  | Unary
  | Binary
  | Conditional
  | PerLabel
  | Deviations
  | Claim
  | Hole;

/** A number, share (`10%` is 0.1), duration (in seconds), size (in bytes, 1 KB = 1,000), `true`, `false` or `null`. */
export interface Literal {
  readonly node: 'literal';
  readonly type: 'int' | 'float' | 'share' | 'duration' | 'size' | 'bool' | 'null';
  readonly value: number | boolean | null;
  readonly span: Span;
}

/** A string; `${expr}` inside becomes an expression part, everything else a text part with escapes resolved. */
export interface Text {
  readonly node: 'text';
  readonly parts: readonly (string | Expr)[];
  readonly span: Span;
}

/** A bare word: a word of the option's kind, or a name. `forced` for `(name)`, which is never a word. */
export interface Reference {
  readonly node: 'reference';
  readonly name: Name;
  readonly forced: boolean;
  readonly span: Span;
}

/** `a.b` */
export interface Member {
  readonly node: 'member';
  readonly object: Expr;
  readonly name: Name;
  readonly span: Span;
}

/** `a[k: v]` */
export interface Select {
  readonly node: 'select';
  readonly object: Expr;
  readonly keys: readonly Entry[];
  readonly span: Span;
}

/** `name(positional, named: value)` */
export interface Call {
  readonly node: 'call';
  readonly callee: Name;
  readonly arguments: readonly Argument[];
  readonly span: Span;
}

export interface Argument {
  readonly name?: Name;
  readonly value: Expr;
  readonly span: Span;
}

export interface List {
  readonly node: 'list';
  readonly items: readonly Expr[];
  readonly span: Span;
}

/** `{ key: value }`; a key is a name or a string. */
export interface MapExpr {
  readonly node: 'map';
  readonly entries: readonly Entry[];
  readonly span: Span;
}

export interface Unary {
  readonly node: 'unary';
  readonly operator: '-' | 'not';
  readonly operand: Expr;
  readonly span: Span;
}

export type Operator = '+' | '-' | '*' | '/' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or' | '..';

export interface Binary {
  readonly node: 'binary';
  readonly operator: Operator;
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
}

export interface Conditional {
  readonly node: 'conditional';
  readonly condition: Expr;
  readonly then: Expr;
  readonly otherwise: Expr;
  readonly span: Span;
}

/** `8 per label` */
export interface PerLabel {
  readonly node: 'per-label';
  readonly count: Expr;
  readonly span: Span;
}

/** `2 sd` */
export interface Deviations {
  readonly node: 'deviations';
  readonly count: Expr;
  readonly span: Span;
}

/** `comparison by expr at share`: a requirement with a margin or a confidence; a bare comparison stays a Binary. */
export interface Claim {
  readonly node: 'claim';
  readonly comparison: Expr;
  readonly by?: Expr;
  readonly at?: Expr;
  readonly span: Span;
}

/** Where something was missing or could not be read; a diagnostic stands for it already. */
export interface Hole {
  readonly node: 'hole';
  readonly span: Span;
}
