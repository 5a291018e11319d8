// The key of a step: what the bytes of its result depend on, and nothing else. Equal parts, equal key, on every machine.
import type { CheckedStep } from '../compiler/pipeline.ts';
import type { Json } from '../stages/value.ts';
import { canonicalJson, sha256 } from './canonical.ts';

/** Raised when keys are made of other parts, or artifacts are stored in another form. */
const keyFormat = 1;
/** Raised when the engine computes other numbers from the same step. */
const numericsVersion = 1;

/** Kept beside every result, so that the next run can say what changed. */
export interface KeyParts {
  readonly format: number;
  readonly numerics: number;
  readonly kind: string;
  readonly version: number;
  /** The options that affect the output. */
  readonly options: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputContents>>;
  /** Only where randomness is used. */
  readonly seed?: number;
}

/** What is keyed of an input: contents, never the names or places of steps and files. */
export type InputContents =
  | { readonly artifact: string }
  /** In reading order; the extension because it may decide how a file is read. */
  | { readonly files: readonly { readonly digest: string; readonly extension: string }[] }
  | { readonly folder: readonly { readonly name: string; readonly digest: string }[] }
  | { readonly builtin: string; readonly version: string }
  /** Names and keys too, because a comparison shows them. */
  | { readonly many: readonly MemberContents[] };

export interface MemberContents {
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly contents: InputContents;
}

export function keyParts(step: CheckedStep, inputs: Readonly<Record<string, InputContents>>): KeyParts {
  const { definition, common } = step;
  return {
    format: keyFormat,
    numerics: numericsVersion,
    kind: definition.name,
    version: definition.version,
    options: keyedOptions(step),
    inputs,
    ...(isRandom(step) ? { seed: common.seed } : {}),
  };
}

/** 64 hexadecimal digits. */
export function actionKey(parts: KeyParts): string {
  return sha256(canonicalJson(parts));
}

/** Options that are absent, or say nothing about the output, are left out. */
function keyedOptions({ definition, options }: CheckedStep): Readonly<Record<string, Json>> {
  const keyed: Record<string, Json> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && definition.options[name]?.keyed !== false) keyed[name] = value;
  }
  return keyed;
}

function isRandom({ definition, options }: CheckedStep): boolean {
  return definition.randomness(options);
}
