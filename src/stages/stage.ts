// `defineStage`: everything a stage kind is, in one declaration. From it derive types, validation, completion, docs, keys and labels.
import type { Problem } from '../parser/diagnostic.ts';
import type { Code } from '../parser/codes.ts';
import type { Random } from '../learning/random.ts';
import type {
  Artifact,
  ArtifactType,
  Capability,
  Output,
  Partition,
  Static,
  StaticDataset,
  StaticFiles,
  StaticModel,
  StaticReport,
} from './artifact.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Cost, CostContext } from './cost.ts';
import type { Fact, Facts } from './facts.ts';
import type { CallDeclaration, OptionValues, Options } from './option.ts';
import type { PluginOrigin } from './plugin.ts';
import type { Report } from './report.ts';
import type { Json, SecretValue } from './value.ts';

/**
 * What a stage does with an input, for the leakage rules:
 * `transform` carries rows on, `fit` learns from them, `select` chooses with them (validation, calibration),
 * `measure` evaluates on them, `apply` only labels or describes them.
 */
export type Use = 'transform' | 'fit' | 'select' | 'measure' | 'apply';

export interface Input<V = unknown> {
  readonly accepts: ArtifactType;
  /** For models: what it must be able to do. `encoder` also accepts `builtin:`, `hf:` and folder sources. */
  readonly capability?: Capability;
  /** Options with each of which an encoder will do in the place of a classifier. */
  readonly encoderWith?: readonly string[];
  readonly use: Use;
  /** `one`: an artifact. `many`: a stage, a list or a map of names to stages; instances of `each` keep their keys. */
  readonly shape: 'one' | 'many';
  /** For `many`: the names and keys of its members reach the result, so they are part of the key. Otherwise only messages show them. */
  readonly named?: boolean;
  /** For datasets: rows of pictures are taken too, and not texts alone. */
  readonly images?: boolean;
  /** Calls that may stand in the place of a model, for one that the stage makes itself: `encoder(layers: 3)`. */
  readonly calls?: Readonly<Record<string, CallDeclaration>>;
  /** The option in whose calls its members are named, `with: fill(model: …)`: it is no entry of its own. */
  readonly within?: string;
  readonly required: boolean;
  readonly doc: string;
  /** Carries the type that `run` sees. */
  readonly type?: V;
}

export type Inputs = Readonly<Record<string, Input>>;

/** One of the artifacts of a `many` input. */
export interface Member {
  /** Key of the `of:` map, or the stage's name. */
  readonly name: string;
  /** Keys of the `each` loops it is an instance of, in nesting order. */
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly artifact: Artifact;
}

export type InputValues<I extends Inputs> = {
  readonly [K in keyof I]: I[K] extends Input<infer V> ? V : never;
};

interface InputSettings {
  readonly use: Use;
  readonly doc: string;
  readonly capability?: Capability;
  readonly encoderWith?: readonly string[];
  readonly named?: boolean;
  readonly images?: boolean;
  readonly calls?: Readonly<Record<string, CallDeclaration>>;
}

function required(accepts: ArtifactType, settings: InputSettings): Input<Artifact> {
  return { accepts, shape: 'one', required: true, ...settings };
}
function optional(accepts: ArtifactType, settings: InputSettings): Input<Artifact | undefined> {
  return { accepts, shape: 'one', required: false, ...settings };
}
function many(accepts: ArtifactType, settings: InputSettings): Input<readonly Member[]> {
  return { accepts, shape: 'many', required: true, ...settings };
}

function inCalls(
  accepts: 'model',
  settings: InputSettings & { readonly within: string },
): Input<readonly Member[] | undefined> {
  return { accepts, shape: 'many', required: false, ...settings };
}

/** `input.required('dataset', { use: 'fit', doc: '…' })` */
export const input = { required, optional, many, inCalls } as const;

/** The parts a stage gives: `{ '': 'dataset' }` for one artifact, `{ train: 'dataset', … }` for named parts. */
export type Outputs = Readonly<Record<string, { readonly type: ArtifactType; readonly doc: string }>>;

/** What `check` knows of an input: the static artifact, a list of them, or nothing where it is absent or wrong already. */
export interface Statics {
  dataset(input: string): StaticDataset | undefined;
  model(input: string): StaticModel | undefined;
  report(input: string): StaticReport | undefined;
  files(input: string): (StaticFiles & { readonly paths: readonly string[] }) | undefined;
  /** The members of a `many` input: names, the keys that tell instances of one name apart, and statics. */
  many(input: string): readonly {
    readonly name: string;
    readonly keys: Member['keys'];
    readonly static: Static;
    /** Where it is named, if that is not in the list that the input is. */
    readonly span?: Problem['span'];
  }[];
}

export interface CheckContext<O extends Options> {
  readonly options: OptionValues<O>;
  /** Whether the program gave the option, as against its default. */
  given(option: string): boolean;
  readonly inputs: Statics;
  readonly facts: Facts;
  /** Reports at the value of an option or input (its name when it is absent: at the stage's name). */
  readonly report: (
    at: string,
    problem: Omit<Problem, 'span'> & { readonly code: Code; readonly span?: Problem['span'] },
  ) => void;
  /** The same for leakage that only the stage can see: no error but a mark on reports where it has `allow: leakage("…")`. */
  readonly leak: (at: string, problem: Omit<Problem, 'span'>) => void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is counted: `rows`, `steps`. */
  readonly unit: string;
  /** Loss, rate: shown behind the bar. */
  readonly detail?: string;
}

export interface RunContext<O extends Options, I extends Inputs> {
  readonly options: OptionValues<O>;
  readonly inputs: InputValues<I>;
  /** A stream for one purpose, derived from (seed, stage kind, purpose). */
  random(purpose: string): Random;
  output(part?: string): Output;
  readonly progress: (progress: Progress) => void;
  /**
   * The value of a secret option. It is taken out of messages; a stage that writes it into an output fails.
   * @throws Failure (`unset-variable`) where the environment lacks it
   */
  secret(option: SecretValue): string;
  /** A thing the user should know that is not an error: shown with the step, kept in its record. */
  readonly note: (message: string) => void;
  /** Says where tensors are about to be computed, so that the end of the process can be understood. */
  using?(device: 'cpu' | 'gpu'): void;
  /** A program that tries a device in a process of its own; nothing where there is none to start. */
  readonly probeProgram?: string | undefined;
  /** Says where tensors were computed and at what cost, for the record of the step. */
  computed?(computation: Computation): void;
  readonly signal: AbortSignal;
  readonly engine: EngineChoice;
  /** The stages inside this one; only for kinds with a `block`. */
  readonly block?: BlockRun;
  /** Where the computation of that name, of letters, digits and dashes, keeps how far it has come. */
  checkpoint(name: string): Checkpoint;
  /** A directory for caches shared between steps (frozen embeddings), or none. */
  readonly cacheDirectory: string | undefined;
}

/** What an engine did for a step. */
export interface Computation {
  readonly backend: EngineChoice['backend'];
  readonly device: 'cpu' | 'gpu';
  /** There where factors were rounded. */
  readonly precision?: 'mixed';
  /** Graphs compiled, taken from the cache, and run; zeros for backends that compile none. */
  readonly compiled: number;
  readonly compileMs: number;
  readonly cacheHits: number;
  readonly runs: number;
  readonly runMs: number;
  /** Nodes run, by ONNX operator. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Tensors live when the step was done with its work: a number that grows with the work done is a leak. */
  readonly tensors?: number;
  /** What those tensors and the working memory of graphs take on the device. */
  readonly bytes?: number;
  /** Numbers on a device other than the processor, where there were any: when the step was done with its work, and the most at once. */
  readonly deviceBytes?: number;
  readonly mostDeviceBytes?: number;
  readonly training?: {
    /** Done by this attempt. */
    readonly steps: number;
    /** Done by earlier ones, which left a checkpoint. */
    readonly resumed: number;
  };
}

export interface EngineChoice {
  readonly backend: 'onnx' | 'tensorflow' | 'reference';
  readonly device: 'auto' | 'cpu' | 'gpu';
  /** Asked for; only some devices can. */
  readonly precision?: 'mixed';
  /** Processor threads of the step, fixed when it starts; results do not depend on them. */
  readonly threads?: number;
}

/**
 * A kind whose stages may contain stages, which it runs itself, many times: `tune`. Inside the block `search.NAME` is a value
 * that each trial chooses from a space, and `fold.train` a dataset that the stage makes of one of its own inputs.
 */
export interface BlockDeclaration {
  /** The option that maps names to spaces (`{ rate: log_uniform(1e-5, 1e-3) }`), and the word for its values inside. */
  readonly search: string;
  /** The word for the datasets made for each trial, and its parts. They are disjoint where one input gives several. */
  readonly folds: string;
  readonly parts: Readonly<Record<string, BlockPart>>;
  /** The option that names a metric of a stage inside: resolved to `Objective`. At least one of them is given. */
  readonly objectives: readonly string[];
  /** Part of the folds that trials are measured on; what reads it is not refitted and not handed out. */
  readonly held: string;
}

export interface BlockPart {
  /** The inputs it may be drawn from; the first that is given. */
  readonly of: readonly string[];
  readonly partition: Partition;
  readonly doc: string;
}

/** A metric of the report of a stage in the block, by its position there. */
export interface Objective {
  readonly stage: number;
  readonly metric: string;
}

/** The block while the step runs. Stages are known by their position, in an order in which inputs come first. */
export interface BlockRun {
  readonly stages: readonly RunningStage[];
  /**
   * What the stages take where the program says nothing in the places of the search: the trial to compare others with.
   * Nothing where a place has no default, or places of one name have different ones.
   */
  readonly defaults: TrialValues | undefined;
  /** Seconds since the step began. */
  seconds(): number;
  /** Writes a dataset of this stage's own making, to be read by stages of the block. */
  make(type: ArtifactType, write: (output: Output) => Promise<void>): Promise<Artifact>;
  /**
   * A text for what a run of the stage would give, equal for equal results on equal engines. `inputs` has such a text, or
   * the digest of an artifact, for every input that `run` would be given.
   */
  identity(stage: number, values: TrialValues, inputs: Readonly<Record<string, string>>): string;
  /**
   * Runs a stage with the values of a trial, and gives its parts. `inputs` are those that come from folds and from other
   * stages of the block; what comes from outside is added. A missing optional input is absent.
   * @throws Failure where the stage fails
   */
  run(
    stage: number,
    values: TrialValues,
    inputs: Readonly<Record<string, Artifact>>,
    note?: (message: string) => void,
  ): Promise<Readonly<Record<string, Artifact>>>;
  /** Frees the disk that artifacts of `make` and `run` take; nobody reads them any more. */
  drop(artifacts: Iterable<Artifact>): Promise<void>;
  /** Writes the files of an artifact as a part of this step. */
  hand(part: string, artifact: Artifact): Promise<void>;
}

/**
 * By name of the search: the number chosen from a range, or the position in a `choice`. Null leaves the place out, as if
 * the program said nothing there.
 */
export type TrialValues = Readonly<Record<string, number | null>>;

export interface RunningStage extends BlockStage {
  /** Names of the search that the stage reads itself, in its options and inputs. */
  readonly searched: readonly string[];
}

export interface BlockStage {
  /** As in the program, for messages; never in a result, so that renaming changes nothing. */
  readonly name: string;
  readonly kind: string;
  /** What it reads, by input; inputs from outside the block are not listed. */
  readonly inputs: Readonly<Record<string, BlockInput>>;
  /** Inputs that the stage cannot do without. */
  readonly required: readonly string[];
  readonly outputs: readonly string[];
  /** The part of the step that this stage's outputs are handed out as, by output; empty where it is not handed out. */
  readonly handed: Readonly<Record<string, string>>;
}

export type BlockInput =
  | { readonly from: 'fold'; readonly part: string }
  | { readonly from: 'stage'; readonly stage: number; readonly part: string };

/** Whether a `require:` holds. */
export interface Judgement {
  /** As written in the program. */
  readonly text: string;
  readonly held: boolean;
  /** The figures it was judged by. */
  readonly detail: string;
}

/** A file of an output that is also written outside the store. */
export interface Export {
  readonly part: string;
  /** Name of the file inside the output; without it all files go into the folder `to`. */
  readonly name?: string;
  /** Absolute. */
  readonly to: string;
}

/** How a part is drawn from the rows. */
export interface PartDraw {
  /** What decides which rows it gets, beside the rows and the seed: parts with equal deciders are the same rows. */
  readonly decider: Json;
  /** Of parts in one series, from the same rows with the same seed, a smaller one is contained in a larger one. */
  readonly nests?: { readonly series: Json; readonly size: number };
}

export interface StageDefinition<
  O extends Options = Options,
  I extends Inputs = Inputs,
  P extends Outputs = Outputs,
> {
  readonly name: string;
  /** The package it comes from, where it is not FSL itself. */
  readonly origin?: PluginOrigin;
  /** Raised when the same options and inputs give other bytes. */
  readonly version: number;
  /** One paragraph; its first sentence is the summary. */
  readonly doc: string;
  /** A small program in the language, shown by `explain`. */
  readonly example: string;
  readonly options: O;
  readonly inputs: I;
  readonly outputs: P;
  /** Stages may stand inside it. */
  readonly block?: BlockDeclaration;
  /** Whether the seed can change the output; keyed only then. `builtin` names the built-in model that an input is, if it is one. */
  randomness(options: OptionValues<O>, builtin: (input: keyof I & string) => string | undefined): boolean;
  /** How much work it is, for a plan: `20 trials x 4 folds`. */
  extent?(options: OptionValues<O>, given: (input: keyof I & string) => boolean): string;
  /** What else it does with the rows of inputs, with these options. */
  alsoUses?(options: OptionValues<O>): Readonly<Partial<Record<keyof I & string, Use>>>;
  /** For kinds that cut rows into parts that share none. Without it: all options decide which rows a part gets. */
  cuts?(options: OptionValues<O>): Readonly<Partial<Record<keyof P & string, PartDraw>>>;
  /**
   * For kinds with an option that is a condition: what it depends on which columns the files have and what is in them. Only
   * where that is equal, `set == "train"` and `set == "test"` keep two readings apart. Without it: on all other options.
   */
  reading?(options: OptionValues<O>): Json;
  /** Files that those of an input name, which the step reads too: they belong to the input, behind the others. */
  namedFiles?(
    input: keyof I & string,
    paths: readonly string[],
    options: OptionValues<O>,
    facts: Facts,
  ): Fact<readonly string[]>;
  /** Parts that are absent with these options (`split` without `validation:`); reading one is an error. */
  absent?(options: OptionValues<O>): readonly (keyof P & string)[];
  /** Statics of every part, and problems that are known before anything runs. */
  check(context: CheckContext<O>): Readonly<Record<keyof P & string, Static>>;
  /** What running it takes, as far as that can be counted before. Only asked where nothing is wrong. */
  cost?(context: CostContext<O>): readonly Cost[];
  run(context: RunContext<O, I>): Promise<void>;
  /** Judges `require:` from the report, on every run, whether the report is new or from the cache. */
  judge?(options: OptionValues<O>, report: Report): Judgement | undefined;
  /** What `to:` asks for: re-created from the store when absent, never written by `run`. */
  exports?(options: OptionValues<O>): readonly Export[];
}

/** Types the declaration and hands it back; variance is erased at the registry. */
export function defineStage<const O extends Options, const I extends Inputs, const P extends Outputs>(
  definition: StageDefinition<O, I, P>,
): StageDefinition {
  const erased: unknown = definition;
  return erased as StageDefinition; // the compiler only calls it with values converted by its own declaration
}
