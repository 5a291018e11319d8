// What the compiler hands to the planner: resolved, typed, defaulted, expanded, acyclic. Plain data but for the definitions.
import type { HubSource } from '../stages/hub-source.ts';
import type { Source, Span } from '../parser/source.ts';
import type { Static } from '../stages/artifact.ts';
import type { Cost } from '../stages/cost.ts';
import type { BlockStage, StageDefinition } from '../stages/stage.ts';
import type { Json } from '../stages/value.ts';

export interface Pipeline {
  readonly source: Source;
  /** In an order in which every step comes after its inputs; independent of the order of declarations. */
  readonly steps: readonly CheckedStep[];
  /** Steps of each `target`, and of each stage name. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** Steps asked for when nobody names a target. */
  readonly defaultTargets: readonly string[];
  /** The parameters of the program with their values in this compilation. */
  readonly params: readonly CheckedParam[];
  /** Those of imported files, by what stands before the names of their stages: `data.` */
  readonly importedParams: ReadonlyMap<string, readonly CheckedParam[]>;
}

export interface CheckedParam {
  readonly name: string;
  readonly value: Json;
  readonly from: 'default' | 'set' | 'file' | 'import';
  /** Where the value is written. */
  readonly place: Span;
}

/** One stage, or one instance of it inside `each`. */
export interface CheckedStep {
  /** `score[seed=13]` */
  readonly id: string;
  /** The stage's name, without the keys. */
  readonly name: string;
  /** Values of the enclosing `each` variables, in nesting order. */
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly definition: StageDefinition;
  /** Resolved values of every option that is given or has a default. Validated against the declaration. */
  readonly options: Readonly<Record<string, Json>>;
  /** Options common to all kinds. */
  readonly common: CommonValues;
  /** By name; what a block reads from outside it is here too, as `0.model`: input `model` of its first stage. */
  readonly inputs: Readonly<Record<string, CheckedInput>>;
  /** The stages inside it. */
  readonly block?: CheckedBlock;
  /** How outputs are called in the program, where that is not their name: `best.candidate` is the part `0` of `best`. */
  readonly partNames?: Readonly<Record<string, string>>;
  /** What a reader of its report has to know. */
  readonly marks: readonly Mark[];
  /** Steps that must be finished first though nothing is read from them (`after:`). */
  readonly after: readonly string[];
  readonly outputs: Readonly<Record<string, Static>>;
  /** What running it takes, as far as it can be counted. */
  readonly cost: readonly Cost[];
  readonly doc: string | undefined;
  /** Places for messages: the stage's name, and the value of each option or input. */
  readonly span: Span;
  readonly places: Readonly<Record<string, Span>>;
}

/** On the face of a report: known from the graph, so it is not part of the stored result. */
export interface Mark {
  /** `allowed-leakage`: leakage that the program allows, with its reason. `optimistic`: measured on rows it was selected with. */
  readonly name: 'allowed-leakage' | 'optimistic';
  readonly message: string;
}

/** Stages inside a stage, with placeholders for what each trial chooses. Nothing in it names a stage but `name`. */
export interface CheckedBlock {
  readonly stages: readonly CheckedBlockStage[];
}

export interface CheckedBlockStage extends BlockStage {
  readonly definition: StageDefinition;
  readonly options: Readonly<Record<string, Json>>;
  readonly seed: number;
  /**
   * Inputs from outside the block that a `choice` decides, with its name in the search: of the inputs of the step called
   * `0.model.0`, `0.model.1`, … the one of the trial is read as input `model`.
   */
  readonly chosen: Readonly<Record<string, string>>;
}

export interface CommonValues {
  readonly seed: number;
  readonly device: 'auto' | 'cpu' | 'gpu';
  readonly resources: Resources;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly retries: number;
  readonly cache: boolean;
  /** The words of `allow: leakage("…")`. */
  readonly allow: string | undefined;
}

/** What the program says that a step takes of the machine. */
export interface Resources {
  readonly cores?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly gpu?: number;
}

export interface HubModel {
  readonly source: HubSource;
  readonly ready: boolean;
}

export type CheckedInput =
  | { readonly from: 'step'; readonly step: string; readonly part: string }
  /** Files that the stage reads itself; absolute, in reading order. */
  | { readonly from: 'files'; readonly paths: readonly string[] }
  /** A model that is code of FSL. */
  | { readonly from: 'builtin'; readonly name: string }
  /** A call that the input declares: what the stage is to make itself. `text` is the call as JSON, arguments in the order declared. */
  | { readonly from: 'call'; readonly call: string; readonly text: string }
  /** A model folder, absolute; `hub` where it is that of a model on the hub, which may not be there yet. */
  | { readonly from: 'folder'; readonly path: string; readonly hub?: HubModel }
  | { readonly from: 'many'; readonly members: readonly CheckedMember[] };

export interface CheckedMember {
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly input: CheckedInput;
}

/** What the place of a member is called in `places`, where it is not in the list that the input is. */
export function memberPlace(input: string, position: number): string {
  return `${input}[${position}]`;
}

/** Of each input the name of the built-in model that it is, if it is one. */
export function builtinsOf(
  inputs: Readonly<Record<string, CheckedInput | undefined>>,
): (input: string) => string | undefined {
  return (name) => {
    const input = inputs[name];
    return input?.from === 'builtin' ? input.name : undefined;
  };
}
