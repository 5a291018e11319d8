// What the compiler may learn from the world before anything runs: a port that the runtime answers, cached by stat and digest.
import type { MaskedWord } from '../learning/encoders/masked-word.ts';
import type { Capability } from './artifact.ts';
import type { Problem } from '../parser/diagnostic.ts';
import type { Source } from '../parser/source.ts';
import type { HubSource } from './hub-source.ts';
import type { Json } from './value.ts';

/** `wrong` carries what is wrong with the file itself; a place inside that file where there is one. */
export type Fact<T> =
  | { readonly state: 'known'; readonly value: T }
  | { readonly state: 'unknown' }
  | { readonly state: 'wrong'; readonly problem: Omit<Problem, 'span'> & Partial<Pick<Problem, 'span'>> };

export interface TableRequest {
  /** Absolute paths, in reading order. */
  readonly paths: readonly string[];
  readonly format: TableFormat;
  readonly header: boolean | readonly string[];
  /** For `text`: how a line is cut into columns, such as `{label} {text}`. */
  readonly pattern: string | undefined;
  /** For csv and tsv: the character between fields, where it is not the one of the format. */
  readonly delimiter?: string | undefined;
  /** `skip` leaves broken rows out; with `fail` they make the fact `wrong`. */
  readonly onError: 'fail' | 'skip';
}

export type TableFormat = 'auto' | 'csv' | 'tsv' | 'json' | 'jsonl' | 'yaml' | 'parquet' | 'text';

export interface TableFacts {
  readonly columns: readonly string[];
  /** `undefined` where only the head of a large file was looked at; then nothing is counted either. */
  readonly rows: number | undefined;
  /** Rows left out because they are broken; 0 unless the request says `skip`. */
  readonly skipped: number;
  /**
   * Rows per distinct value of a column, sorted by code point, missing values left out; a list counts for each of its
   * elements. `undefined` where the column has more than 1,000 distinct values.
   */
  counts(column: string): readonly { readonly value: string; readonly rows: number }[] | undefined;
  /** Rows whose value is null or the empty string. */
  missing(column: string): number | undefined;
  /** Rows whose value has no characters but white space, those of `missing` among them. */
  blank?(column: string): number | undefined;
  /** Whether a row of the column holds a list. */
  lists?(column: string): boolean | undefined;
}

export interface ModelFacts {
  /** Whether it reads pictures and not texts. */
  readonly images?: boolean;
  /** Whether it has weights that can be trained; it has unless this says no. */
  readonly trainable?: boolean;
  readonly capability: Capability;
  /** How many layers with weights of their own an encoder has; nothing where that is not known. */
  readonly layers?: number | undefined;
  readonly labels: readonly string[] | undefined;
  /** Classes that it has learnt to tell apart. */
  readonly learnt?: readonly string[];
  /** Of nets that adapt to episodes: how many classes these have. */
  readonly ways?: number;
  /** Whether it can be asked for the word at a mask. */
  readonly masked?: boolean;
  /** Whether a word can be asked for; only of models that are asked for words. Nothing where that is not known. */
  readonly word?: (word: string) => MaskedWord | undefined;
  /** Of models that write texts: whether it has a token for a language. Nothing where that is not known. */
  readonly language?: (code: string) => boolean | undefined;
}

/** What this machine has to run steps with. */
export interface MachineFacts {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Nothing where devices cannot be counted. */
  readonly gpus: number | undefined;
}

export interface Facts {
  /** Files that a path, a folder or a glob names, absolute and sorted by code point; `wrong` where there is none. */
  files(pattern: string): Fact<readonly string[]>;
  /** Columns and counts; `unknown` for files too large to look at whole. */
  table(request: TableRequest): Fact<TableFacts>;
  /**
   * Files that the cells of a column name, relative to the file they stand in: absolute, each once, in the order of the rows. None where there is
   * no such column, or its cells are no texts; `wrong` where one of them is not there.
   */
  named?(request: TableRequest, column: string): Fact<readonly string[]>;
  /** sha256 of a file in hexadecimal; `unknown` for large ones. */
  digest?(path: string): Fact<string>;
  json(path: string): Fact<Json>;
  /** A text file of the project: what `import` and `read` name; `wrong` for one outside it, which nobody has allowed. */
  source(path: string): Fact<Source>;
  /** The value of an environment variable; nothing where it is not set. */
  env(name: string): string | undefined;
  /** A Hugging Face folder: there, complete, and of a family that can be run. */
  modelFolder(path: string): Fact<ModelFacts>;
  /** Where a model of the hub is, or will be once it has been downloaded; nothing where none can be had. */
  hubModel?(source: HubSource): Fact<{ readonly path: string; readonly ready: boolean }>;
  /** Nothing where steps run elsewhere. */
  machine?(): MachineFacts;
}
