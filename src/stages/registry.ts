// The stage kinds and built-in models a program may name. The one place that knows the list.
import type { StageDefinition } from './stage.ts';
import type { Capability } from './artifact.ts';

export interface BuiltinModel {
  readonly name: string;
  readonly capability: Capability;
  /** Whether it reads pictures and not texts. */
  readonly images?: boolean;
  readonly doc: string;
  /** What its numbers come from: code of FSL, or the files of a model folder that comes with it. */
  readonly from: { readonly code: CodeVersion } | { readonly folder: () => string };
}

/** Raised when the model gives other numbers; part of every key that reads it. */
export type CodeVersion = string;

export function codeVersion(model: BuiltinModel | undefined): CodeVersion | undefined {
  return model !== undefined && 'code' in model.from ? model.from.code : undefined;
}

export interface Registry {
  /** In the order of a pipeline: data first, reports last. */
  readonly kinds: readonly StageDefinition[];
  kind(name: string): StageDefinition | undefined;
  readonly builtins: readonly BuiltinModel[];
  builtin(name: string): BuiltinModel | undefined;
}

export function createRegistry(
  kinds: readonly StageDefinition[],
  builtins: readonly BuiltinModel[],
): Registry {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  const modelByName = new Map(builtins.map((model) => [model.name, model]));
  return {
    kinds,
    kind: (name) => byName.get(name),
    builtins,
    builtin: (name) => modelByName.get(name),
  };
}
