// What the runner and a worker say to each other: plain data, never contents of files.
import type { CheckedBlockStage } from '../compiler/pipeline.ts';
import type { Computation } from '../stages/stage.ts';
import type { Diagnostic } from '../parser/diagnostic.ts';
import type { ArtifactType } from '../stages/artifact.ts';
import type { PluginOrigin } from '../stages/plugin.ts';
import type { EngineChoice } from '../stages/stage.ts';
import type { Json } from '../stages/value.ts';
import type { StoredFile } from './action.ts';

/** One attempt of one step. */
export interface Job {
  readonly type: 'job';
  /** Ties answers to the question. */
  readonly id: number;
  readonly kind: string;
  /** The packages that its kind and those of the stages inside it come from. */
  readonly plugins: readonly PluginOrigin[];
  readonly options: Readonly<Record<string, Json>>;
  readonly seed: number;
  /** By name; an input that is not given is absent. */
  readonly inputs: Readonly<Record<string, WorkerInput>>;
  /** The stages inside it. */
  readonly block?: readonly JobStage[];
  /** Parts that may be written. */
  readonly parts: readonly string[];
  /** The private folder of this attempt. */
  readonly folder: string;
  /** Where objects lie, to take files over without copying them. */
  readonly objects: string;
  readonly engine: EngineChoice;
  readonly cacheDirectory: string;
  /** The folder where attempts at this step keep how far they have come, which may be missing; nothing where no other can follow. */
  readonly checkpoints?: string;
}

/** The worker finds the declaration by the kind. */
export type JobStage = Omit<CheckedBlockStage, 'definition'>;

export type WorkerInput =
  | { readonly shape: 'one'; readonly artifact: InputArtifact }
  | { readonly shape: 'many'; readonly members: readonly InputMember[] };

export interface InputMember {
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  readonly artifact: InputArtifact;
}

export interface InputArtifact {
  readonly type: ArtifactType;
  readonly digest: string;
  /** Sorted by name. */
  readonly files: readonly InputFile[];
}

export type InputFile = {
  readonly name: string;
  readonly digest: string;
  /** How it is called when talking to people. */
  readonly shown: string;
} & (
  | { readonly origin: 'store' | 'outside'; readonly path: string }
  | { readonly origin: 'text'; readonly text: string }
);

export type RunnerMessage = Job | { readonly type: 'stop' };

export type WorkerMessage =
  | { readonly type: 'progress'; readonly id: number; readonly progress: JobProgress }
  | { readonly type: 'note'; readonly id: number; readonly message: string }
  /** Where tensors are about to be computed. */
  | { readonly type: 'using'; readonly id: number; readonly device: 'cpu' | 'gpu' }
  /** The job keeps checkpoints: when it is stopped, the last one is worth waiting for. */
  | { readonly type: 'keeps-checkpoints'; readonly id: number }
  | { readonly type: 'finished'; readonly id: number; readonly result: JobResult }
  | { readonly type: 'failed'; readonly id: number; readonly failure: JobFailure };

export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly detail?: string;
}

export interface JobResult {
  readonly outputs: Readonly<Record<string, readonly WrittenFile[]>>;
  readonly seconds: number;
  readonly computed?: Computation;
}

/** A file of an output; `path` where its bytes wait to be published, nothing where the store has them already. */
export interface WrittenFile extends StoredFile {
  readonly path?: string;
}

export interface JobFailure {
  readonly diagnostics: readonly Diagnostic[];
  /** Objects of the store that proved to have other contents. */
  readonly corrupt: readonly string[];
}
