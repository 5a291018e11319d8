// The key of a step: what the bytes of its result depend on, and nothing else. Equal parts, equal key, on every machine.
import { builtinsOf } from '../compiler/pipeline.ts';
import type { CheckedBlockStage, CheckedStep } from '../compiler/pipeline.ts';
import type { BlockInput, StageDefinition } from '../stages/stage.ts';
import type { Json } from '../stages/value.ts';
import { searchedNames } from '../stages/block-values.ts';
import { declaredInput } from './block-inputs.ts';
import { canonicalJson, sha256 } from './canonical.ts';

/** Raised when keys are made of other parts, or artifacts are stored in another form. */
const keyFormat = 1;
/** Raised when the engine computes other numbers from the same step. */
const numericsVersion = 1;

/** Kept beside every result, so that the next run can say what changed. */
export interface KeyParts extends StageParts {
  readonly format: number;
  readonly numerics: number;
  readonly inputs: Readonly<Record<string, InputContents>>;
  /** The stages inside it, where there are some. */
  readonly block?: readonly BlockStageParts[];
}

export interface StageParts {
  readonly kind: string;
  readonly version: number;
  /** The options that affect the output. */
  readonly options: Readonly<Record<string, Json>>;
  /** Only where randomness is used. */
  readonly seed?: number;
}

/** Contents from outside the block are among the inputs of the step. */
export interface BlockStageParts extends StageParts {
  readonly inputs: Readonly<Record<string, BlockInput>>;
  readonly chosen: Readonly<Record<string, string>>;
  readonly handed: Readonly<Record<string, string>>;
}

/** What is keyed of an input: contents, never the names or places of steps and files. */
export type InputContents =
  | { readonly artifact: string }
  /** In reading order; the extension because it may decide how a file is read, and of pictures their folder, which is their label, and their name. */
  | {
      readonly files: readonly {
        readonly digest: string;
        readonly extension: string;
        readonly name?: string;
      }[];
    }
  | { readonly folder: readonly { readonly name: string; readonly digest: string }[] }
  | { readonly builtin: string; readonly version: string }
  /** A call in the place of a model, as JSON. */
  | { readonly call: string }
  /** Names and keys too, where the result shows them, as a comparison does. */
  | { readonly many: readonly MemberContents[] }
  | { readonly several: readonly InputContents[] };

export interface MemberContents {
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly contents: InputContents;
}

export function keyParts(step: CheckedStep, inputs: Readonly<Record<string, InputContents>>): KeyParts {
  return partsOf(step, inputs, keyedOptions(step.definition, step.options));
}

/** 64 hexadecimal digits. */
export function actionKey(parts: KeyParts): string {
  return sha256(canonicalJson(parts));
}

/** The same for thousands of steps: options that instances share are looked through and written out once. */
export interface Keys {
  parts(step: CheckedStep, inputs: Readonly<Record<string, InputContents>>): KeyParts;
  /** `parts` come from this very object. */
  key(parts: KeyParts): string;
}

export function openKeys(): Keys {
  const keyed = new WeakMap<object, KeyParts['options']>();
  const texts = new WeakMap<object, string>();
  return {
    parts: (step, inputs) => {
      let options = keyed.get(step.options);
      if (options === undefined) {
        options = keyedOptions(step.definition, step.options);
        keyed.set(step.options, options);
        texts.set(options, canonicalJson(options));
      }
      return partsOf(step, inputs, options);
    },
    key: (parts) => sha256(canonicalJson(parts, texts)),
  };
}

function partsOf(
  step: CheckedStep,
  inputs: Readonly<Record<string, InputContents>>,
  keyed: KeyParts['options'],
): KeyParts {
  const { definition, common, block } = step;
  const seed = seedOf(step, common.seed);
  // Written out: spreading four objects for each of thousands of steps is what would take the time here.
  const parts = {
    format: keyFormat,
    numerics: numericsVersion,
    kind:
      definition.origin === undefined ? definition.name : `${definition.origin.package}/${definition.name}`,
    version: definition.version,
    options: keyed,
    inputs: keyedInputs(step, inputs),
  };
  const seeded = seed === undefined ? parts : { ...parts, seed };
  return block === undefined ? seeded : { ...seeded, block: block.stages.map(blockStageParts) };
}

/** Without the names of members that the result does not show. */
function keyedInputs(
  step: CheckedStep,
  inputs: Readonly<Record<string, InputContents>>,
): Readonly<Record<string, InputContents>> {
  let keyed = inputs;
  for (const name in inputs) {
    const contents = inputs[name];
    if (contents === undefined || !('many' in contents) || declaredInput(step, name)?.named === true)
      continue;
    keyed = { ...keyed, [name]: { several: contents.many.map((member) => member.contents) } };
  }
  return keyed;
}

/** The same text for stages that give the same; `inputs` are digests, or texts that are as good. */
export function stageIdentity(
  { definition, seed }: Pick<CheckedBlockStage, 'definition' | 'seed'>,
  options: Readonly<Record<string, Json>>,
  inputs: Readonly<Record<string, Json>>,
): string {
  const parts = stageParts(definition, options, seedOf({ definition, options }, seed));
  return sha256(canonicalJson({ ...environment, ...parts, inputs }));
}

const environment = { format: keyFormat, numerics: numericsVersion } as const;

/** With options that only a trial chooses, a stage may draw. */
function blockStageParts(stage: CheckedBlockStage): BlockStageParts {
  const { definition, options, inputs, chosen, handed } = stage;
  const open = searchedNames(Object.values(options)).length > 0;
  const seed = open ? stage.seed : seedOf({ definition, options }, stage.seed);
  return { ...stageParts(definition, options, seed), inputs, chosen, handed };
}

function stageParts(
  definition: StageDefinition,
  options: Readonly<Record<string, Json>>,
  seed: number | undefined,
): StageParts {
  return {
    kind:
      definition.origin === undefined ? definition.name : `${definition.origin.package}/${definition.name}`,
    version: definition.version,
    options: keyedOptions(definition, options),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** Options that are absent, or say nothing about the output, are left out. */
function keyedOptions(
  definition: StageDefinition,
  options: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  const keyed: Record<string, Json> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && definition.options[name]?.keyed !== false) keyed[name] = value;
  }
  return keyed;
}

/** Inputs inside a block are not looked at: a stage there may draw. */
function seedOf(
  {
    definition,
    options,
    inputs = {},
  }: Pick<CheckedStep, 'definition' | 'options'> & Partial<Pick<CheckedStep, 'inputs'>>,
  seed: number,
): number | undefined {
  return definition.randomness(options, builtinsOf(inputs)) ? seed : undefined;
}
