// What a server and the worker that keeps its model say to each other: plain data, one question at a time.
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { TextPair } from '../../stages/asked-texts.ts';
import type { EngineChoice } from '../../stages/stage.ts';
import type { Prediction } from '../report/prediction-text.ts';
import type { InputArtifact } from '../worker-message.ts';

/** The argument with which the worker's program keeps a model, and runs no steps. */
export const keepModelFlag = '--keep-model';

export type ServedMessage = OpenModel | AskModel | { readonly type: 'stop' };

/** The first message. */
export interface OpenModel {
  readonly type: 'open';
  readonly model: InputArtifact;
  /** Of the store. */
  readonly folder: string;
  readonly cacheDirectory: string;
  readonly engine: EngineChoice;
  readonly shown: ShownOf;
  /** Where it reads pairs of texts: what it calls the two. */
  readonly pair?: TextPair | undefined;
}

/** What is told of each text, as the command `predict` takes it. */
export interface ShownOf {
  readonly top: number;
  readonly neighbours: number;
}

export type AskedText = string | TextPair;

export interface AskModel {
  readonly type: 'ask';
  /** All of one kind: texts, or pairs of texts. */
  readonly texts: readonly AskedText[];
}

export type KeeperMessage =
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'opened' }
  | { readonly type: 'answered'; readonly predictions: readonly ServedPrediction[] }
  | { readonly type: 'failed'; readonly diagnostics: readonly Diagnostic[] };

/** What `fslrun predict --format json` says of a text, and the probability of every label. */
export type ServedPrediction = Prediction & {
  /** Absent where the model knows normal rows alone, whose score is a distance. */
  readonly scores?: Readonly<Record<string, number>>;
};
