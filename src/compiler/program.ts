// What every part of the compiler works on: the names of a file, the values known so far, and the collector of problems.
// A file that is imported twice is two of these.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostic, Diagnostics } from '../parser/diagnostic.ts';
import type { Facts } from '../stages/facts.ts';
import type { Registry } from '../stages/registry.ts';
import type { BlockDeclaration } from '../stages/stage.ts';
import type { Json } from '../stages/value.ts';
import type { Damage } from './damage.ts';
import type { Searched } from './resolve-search.ts';
import type { Unit } from './units.ts';
import type { Scalar, Value } from './value.ts';

export interface Program {
  readonly file: Ast.File;
  readonly registry: Registry;
  readonly facts: Facts;
  readonly diagnostics: Diagnostics;
  readonly names: Names;
  readonly damage: Damage;
  /** Values of parameters; absent where one is missing or wrong. */
  readonly params: ReadonlyMap<string, Value>;
  /** Constants already evaluated. */
  readonly constants: Map<string, Constant>;
  /** `data.` where the file is imported as `data`: stands before the names of its stages. Empty for the program itself. */
  readonly prefix: string;
  /** What the file imports, by name; `undefined` where it is wrong, which has been reported. */
  readonly imports: ReadonlyMap<string, Unit | undefined>;
  /** Makes a path that is relative to the file absolute. */
  resolvePath(path: string): string;
  /** Inside a stage with a block: what elements of its choices are called, as their options read them. */
  readonly choiceTexts?: ReadonlyMap<Ast.Expr, Json>;
  /** While the options of a stage are read: the models that arguments of calls name, by input of the stage. */
  readonly callModels?: Map<string, CallModel[]>;
}

/** A model as an argument of a call names it, and what is around that place. */
export interface CallModel {
  readonly expr: Ast.Expr;
  readonly scope: Scope;
}

export interface Constant {
  /** None where it is wrong. */
  readonly value: Value | undefined;
  /** What is wrong with it: told where it is used, since an option may give it another meaning. */
  readonly problems: readonly Diagnostic[];
}

export interface Names {
  readonly params: ReadonlyMap<string, Ast.Param>;
  readonly lets: ReadonlyMap<string, Ast.Let>;
  readonly targets: ReadonlyMap<string, Ast.Target>;
  readonly imports: ReadonlyMap<string, Ast.Import>;
  /** Every declaration of a stage name: more than one where branches of a `when` declare it. */
  readonly stages: ReadonlyMap<string, readonly Ast.Stage[]>;
  readonly defaults: ReadonlyMap<string, readonly Ast.Entry[]>;
}

/** An `each` variable with its value in one round of its loop. Rounds of a loop inside others have each their own. */
export interface Binding {
  readonly each: Ast.Each;
  readonly name: string;
  readonly value: Value;
  readonly key: Scalar;
  /** Position of the value in the list. */
  readonly ordinal: number;
}

/** The `each` variables around a place, outermost first, and the block it stands in. */
export interface Scope {
  readonly bindings: readonly Binding[];
  readonly block?: BlockScope;
}

/** Inside a stage that contains stages. */
export interface BlockScope {
  readonly declaration: BlockDeclaration;
  /** What `search.NAME` may be. */
  readonly spaces: ReadonlyMap<string, Searched>;
  /** Names of the search whose spaces are wrong: reported already. */
  readonly broken: ReadonlySet<string>;
  /** Names of the search that something in the block mentions; filled while its stages are resolved. */
  readonly used: Set<string>;
  /** What elements of a `choice` are called, as the options that take them read them; filled likewise. */
  readonly choiceTexts: Map<Ast.Expr, Json>;
  /** The stages in the block by name, with their position. */
  readonly stages: ReadonlyMap<string, number>;
}

export const fileScope: Scope = { bindings: [] };

/** The value of the innermost `each` variable of that name. */
export function bindingOf(scope: Scope, name: string): Binding | undefined {
  return scope.bindings.findLast((binding) => binding.name === name);
}
