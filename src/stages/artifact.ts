// What stages pass to each other, as the compiler knows it (`Static…`) and as a running stage sees it (`Artifact`).

import type { MaskedWord } from '../learning/encoders/masked-word.ts';
import type { StaticPrompt } from './prompted.ts';

export type ArtifactType = 'dataset' | 'model' | 'report' | 'files';

/** What a model can be asked for; a classifier also is an encoder where its head sits on one. */
export type Capability = 'encoder' | 'masked-lm' | 'generator' | 'classifier';

export type Partition = 'train' | 'validation' | 'test' | 'unlabelled';

/** What is known of an artifact before anything runs. `undefined` always means: not known. */
export type Static = StaticDataset | StaticModel | StaticReport | StaticFiles;

export interface StaticDataset {
  readonly type: 'dataset';
  readonly columns: readonly string[] | undefined;
  readonly rows: number | undefined;
  /** How many row numbers there are at most, where some are of rows that were left out. */
  readonly numbered?: number | undefined;
  readonly labelled: boolean;
  /** The column of the labels, where there is one and it is known. */
  readonly label_column?: string | undefined;
  /** Whether rows have lists of labels. */
  readonly multi_label?: boolean | undefined;
  /** In label order, with the number of rows of each where known. */
  readonly labels: readonly { readonly name: string; readonly rows: number | undefined }[] | undefined;
  /** Set where a stage draws a partition; inherited through transformations. */
  readonly partition: Partition | undefined;
  /** Whether the rows are pictures and not texts; nothing where that is not known. */
  readonly images?: boolean | undefined;
  /** Whether each row is a pair of texts; nothing where that is not known. */
  readonly pairs?: boolean | undefined;
  /** Where rows carry a prompt for the models that are fitted on them. */
  readonly prompt?: StaticPrompt | undefined;
  /** Whether its stage has a mistake that is told already: it may carry a prompt that is not known here. */
  readonly unsure?: boolean | undefined;
}

export interface StaticModel {
  readonly type: 'model';
  readonly capability: Capability;
  readonly labels: readonly string[] | undefined;
  /** Classes that its encoder has learnt to tell apart, as far as they are known. */
  readonly learnt?: readonly string[] | undefined;
  /** Of nets that adapt to episodes: how many classes these have. */
  readonly ways?: number | undefined;
  /** Whether it reads pictures and not texts; nothing where that is not known. */
  readonly images?: boolean | undefined;
  /** Of classifiers: whether they read pairs of texts; nothing where that is not known. */
  readonly pairs?: boolean | undefined;
  /** Of those that read pairs: whether they read each text by itself; nothing where that is not known. */
  readonly apart?: boolean | undefined;
  /** Of classifiers: whether they give a text any number of labels, and not one. */
  readonly multi_label?: boolean | undefined;
  /** Of classifiers: whether they know normal rows alone, and tell others from them; absent where they do not, or that is not known. */
  readonly one_class?: boolean | undefined;
  /** Of classifiers: whether they put texts into a prompt before they read them; nothing where that is not known. */
  readonly prompted?: boolean | undefined;
  /** Of classifiers: whether the nearest training rows decide; nothing where that is not known. */
  readonly votes?: boolean | undefined;
  /** Whether its encoder has weights that can be trained; nothing where that is not known. */
  readonly trainable?: boolean | undefined;
  /** Of folders: how many layers with weights of their own it has; nothing where that is not known. */
  readonly layers?: number | undefined;
  /** Whether the stage is to make it itself, as a call in its place says. */
  readonly made?: boolean | undefined;
  /** Of folders: whether it can be asked for the word at a mask. */
  readonly masked?: boolean | undefined;
  /** Of those: what its tokenizer makes of a word; nothing where that is not known. */
  readonly word?: ((word: string) => MaskedWord | undefined) | undefined;
  /** Of models that write texts: whether it has a token for a language; nothing where that is not known. */
  readonly language?: ((code: string) => boolean | undefined) | undefined;
}

export interface StaticReport {
  readonly type: 'report';
  /** What it reports on; nothing where that is not known. */
  readonly about?: 'evaluation' | 'comparison' | 'search';
  readonly metrics: readonly string[] | undefined;
  /** Of evaluations: whether rows have lists of labels. */
  readonly multi_label?: boolean | undefined;
}

export interface StaticFiles {
  readonly type: 'files';
}

/** A tree of files as a step sees its input: contents are verified against their digests when read. */
export interface Artifact {
  readonly type: ArtifactType;
  /** sha256 over the sorted names and digests of its files. */
  readonly digest: string;
  /** Names inside the artifact, `/`-separated, sorted by code point. */
  readonly names: readonly string[];
  /** How a file is called when talking to people: the path the user gave, or the name inside the artifact. */
  display(name: string): string;
  /** Contents, verified. Throws `Failure` (`corrupt-object`) where they do not match the digest, or the file is gone. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** A path whose contents have just been verified, for libraries that open files themselves. */
  path(name: string): Promise<string>;
  /** Where a file lies, without a look at it: for its name and its folder. Of contents that no disk has, what `display` gives. */
  place(name: string): string;
  /** sha256 of one file. */
  digestOf(name: string): string;
}

/** Where a stage writes one output: a private directory of this attempt, published as a whole afterwards. */
export interface Output {
  write(name: string, contents: Uint8Array | string): Promise<void>;
  /** Takes a file of an input over as it is, without copying its bytes through this process. */
  take(name: string, from: Artifact, source: string): Promise<void>;
}
