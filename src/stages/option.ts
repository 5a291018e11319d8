// Declarations of options. One declaration gives the TypeScript type, validation, completion, docs and the cache key.
// Option kinds are a closed set: consumers switch over `OptionKind` exhaustively.
import type { Objective } from './stage.ts';
import type { CallValue, Condition, Count, Json, Requirement, SecretValue, Space } from './value.ts';

export type OptionKind =
  | { readonly type: 'int'; readonly min?: number; readonly max?: number }
  | { readonly type: 'float'; readonly min?: number; readonly max?: number; readonly above?: number }
  | { readonly type: 'share'; readonly min?: number; readonly max?: number }
  | { readonly type: 'bool' }
  | { readonly type: 'string' }
  /** Seconds. */
  | { readonly type: 'duration' }
  /** Bytes. */
  | { readonly type: 'size' }
  /** One of a closed set of words; bare or as a string. */
  | { readonly type: 'word'; readonly words: Readonly<Record<string, string>> }
  /** The name of a column of the data at `input` (`self`: of the files this stage reads itself). */
  | { readonly type: 'column' }
  /** A string whose `{holes}` are columns; a string without holes that names a column means that column. */
  | { readonly type: 'template' }
  | { readonly type: 'count' }
  /** `2 sd`: so many standard deviations. */
  | { readonly type: 'deviation' }
  | { readonly type: 'condition' }
  /** A name that the stage checks itself, such as a key of `of:`; bare or as a string. */
  | { readonly type: 'name' }
  /** `metrics` are the words that a bare operand may be. */
  | { readonly type: 'requirement'; readonly metrics: readonly string[] }
  /** Where a file is written, relative to the program. Not part of the key. */
  | { readonly type: 'output-path' }
  /** `name(argument: value)`, or the bare name when all arguments have defaults. */
  | { readonly type: 'call'; readonly calls: Readonly<Record<string, CallDeclaration>> }
  | {
      readonly type: 'list';
      readonly of: OptionKind;
      readonly min?: number;
      readonly max?: number;
      readonly distinct?: boolean;
      /** What to do where there are more or fewer. */
      readonly advice?: string;
    }
  | { readonly type: 'map'; readonly of: OptionKind }
  /** `{ gpu: 1, memory: 8GB }`: a map whose keys are declared. */
  | { readonly type: 'record'; readonly fields: Readonly<Record<string, Option<unknown>>> }
  /** `uniform(a, b)`, `log_uniform(a, b)`, `int(a, b)`, `choice(…)`: what a search chooses from. */
  | { readonly type: 'space' }
  /** `stage.metric` of a stage inside the block. */
  | { readonly type: 'objective' }
  /**
   * As an argument of a call: a model, which the stage reads as a member of the input of that name (`input.inCalls`). Resolved to its
   * place among the members.
   */
  | { readonly type: 'model'; readonly input: string }
  /** `secret("NAME")` and nothing else; never keyed, shown or stored. */
  | { readonly type: 'secret' }
  /** The first kind that accepts the value; `oneOrMany` style alternatives. */
  | { readonly type: 'either'; readonly kinds: readonly OptionKind[] };

export interface CallDeclaration {
  readonly doc: string;
  readonly arguments: Readonly<Record<string, Option<unknown>>>;
}

export interface Option<T> {
  readonly kind: OptionKind;
  readonly doc: string;
  readonly required: boolean;
  /** The resolved value when the program gives none; `undefined` for absent. */
  readonly fallback: Json | undefined;
  /** False where the option does not change the output bytes (`to`, `require`). */
  readonly keyed: boolean;
  /** Carries `T` for inference; never present at run time. */
  readonly type?: T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The type that `run` sees for a record of options. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

interface Common {
  readonly doc: string;
  readonly keyed?: boolean;
}
type Given<T> = Common & { readonly default: T };

interface Build<K extends object, T> {
  (settings: K & Given<T>): Option<T>;
  (settings: K & Common & { readonly required: true }): Option<T>;
  (settings: K & Common): Option<T | undefined>;
}

type AnySettings = Common & { readonly default?: unknown; readonly required?: true } & Record<
    string,
    unknown
  >;

/** One builder per simple kind: what is not common to all options goes into the kind. */
function builder<K extends object, T>(type: OptionKind['type']): Build<K, T> {
  const build = (settings: AnySettings): Option<T> => {
    const { doc, keyed, default: fallback, required, ...rest } = settings;
    const kind = { type, ...rest } as OptionKind; // `Build` has checked the settings against the kind
    return {
      kind,
      doc,
      required: required === true,
      fallback: fallback as Json | undefined,
      keyed: keyed ?? true,
    };
  };
  return build as Build<K, T>;
}

type Bounds = { readonly min?: number; readonly max?: number };
type ListBounds = Bounds & { readonly distinct?: boolean; readonly advice?: string };

export const int = builder<Bounds, number>('int');
export const float = builder<Bounds & { readonly above?: number }, number>('float');
export const share = builder<Bounds, number>('share');
export const bool = builder<object, boolean>('bool');
export const string = builder<object, string>('string');
export const duration = builder<object, number>('duration');
export const size = builder<object, number>('size');
export const column = builder<object, string>('column');
export const template = builder<object, string>('template');
export const count = builder<object, Count>('count');
export const deviation = builder<object, number>('deviation');
export const name = builder<object, string>('name');
export const condition = builder<object, Condition>('condition');
export const space = builder<object, Space>('space');
export const objective = builder<object, Objective>('objective');
export const model = builder<{ readonly input: string }, number>('model');
export const requirement = builder<{ readonly metrics: readonly string[] }, Requirement>('requirement');

/** Never keyed: another token for the same thing changes nothing in what comes of it. */
export function secret(settings: { readonly doc: string }): Option<SecretValue | undefined> {
  return { kind: { type: 'secret' }, doc: settings.doc, required: false, fallback: undefined, keyed: false };
}

/** A file or folder to write, or a URL; absolute once resolved. */
export function outputPath(settings: { readonly doc: string; readonly required: true }): Option<string>;
export function outputPath(settings: { readonly doc: string }): Option<string | undefined>;
export function outputPath(settings: {
  readonly doc: string;
  readonly required?: true;
}): Option<string | undefined> {
  return {
    kind: { type: 'output-path' },
    doc: settings.doc,
    required: settings.required === true,
    fallback: undefined,
    keyed: false,
  };
}

/** `words` maps each allowed word to what it means. */
export function word<const W extends Readonly<Record<string, string>>>(
  words: W,
  settings: Given<keyof W & string>,
): Option<keyof W & string>;
export function word<const W extends Readonly<Record<string, string>>>(
  words: W,
  settings: Common & { readonly default?: never },
): Option<(keyof W & string) | undefined>;
export function word(
  words: Readonly<Record<string, string>>,
  settings: Common & { readonly default?: string | undefined },
): Option<string | undefined> {
  const { doc, keyed, default: fallback } = settings;
  return { kind: { type: 'word', words }, doc, required: false, fallback, keyed: keyed ?? true };
}

/** The type of the value that one of the declared calls resolves to. */
export type CallOf<C extends Readonly<Record<string, CallDeclaration>>> = {
  [N in keyof C & string]: CallValue<N, OptionValues<C[N]['arguments']>>;
}[keyof C & string];

export function call<const C extends Readonly<Record<string, CallDeclaration>>>(
  calls: C,
  settings: Given<CallOf<C>>,
): Option<CallOf<C>>;
export function call<const C extends Readonly<Record<string, CallDeclaration>>>(
  calls: C,
  settings: Common & { readonly required: true },
): Option<CallOf<C>>;
export function call<const C extends Readonly<Record<string, CallDeclaration>>>(
  calls: C,
  settings: Common,
): Option<CallOf<C> | undefined>;
export function call(
  calls: Readonly<Record<string, CallDeclaration>>,
  settings: Common & { readonly default?: unknown; readonly required?: true },
): Option<unknown> {
  const { doc, keyed, default: fallback, required } = settings;
  const json = fallback as Json | undefined; // a resolved call is plain data
  return {
    kind: { type: 'call', calls },
    doc,
    required: required === true,
    fallback: json,
    keyed: keyed ?? true,
  };
}

/** The same option, holding a list; a single value counts as a list of one. */
export function list<T>(
  of: Option<T>,
  settings: Given<readonly NonNullable<T>[]> & ListBounds,
): Option<readonly NonNullable<T>[]>;
export function list<T>(
  of: Option<T>,
  settings: Common & ListBounds & { readonly required: true },
): Option<readonly NonNullable<T>[]>;
export function list<T>(
  of: Option<T>,
  settings: Common & ListBounds,
): Option<readonly NonNullable<T>[] | undefined>;
export function list(
  of: Option<unknown>,
  settings: Common & ListBounds & { readonly default?: readonly unknown[]; readonly required?: true },
): Option<unknown> {
  const { doc, keyed, default: fallback, required, ...rest } = settings;
  return {
    kind: { type: 'list', of: of.kind, ...rest },
    doc,
    required: required === true,
    fallback: fallback as Json | undefined, // resolved values are plain data
    keyed: keyed ?? true,
  };
}

/**
 * A map from any key to the option's values. It resolves to its entries in the order of the program, because that order
 * may mean something (`label_names`), and objects keep none for keys such as "1".
 */
export function map<T>(
  of: Option<T>,
  settings: Common,
): Option<readonly (readonly [key: string, value: NonNullable<T>])[] | undefined> {
  const { doc, keyed } = settings;
  return {
    kind: { type: 'map', of: of.kind },
    doc,
    required: false,
    fallback: undefined,
    keyed: keyed ?? true,
  };
}

/** A map whose keys are declared; a key that is not given has its own default, or is absent. */
export function record<const F extends Options>(
  fields: F,
  settings: Common,
): Option<Partial<OptionValues<F>> | undefined> {
  const { doc, keyed } = settings;
  return {
    kind: { type: 'record', fields },
    doc,
    required: false,
    fallback: undefined,
    keyed: keyed ?? true,
  };
}

/** Either of two options' values, tried in order. */
export function either<A, B>(
  a: Option<A>,
  b: Option<B>,
  settings: Given<NonNullable<A | B>>,
): Option<NonNullable<A | B>>;
export function either<A, B>(a: Option<A>, b: Option<B>, settings: Common): Option<A | B | undefined>;
export function either(
  a: Option<unknown>,
  b: Option<unknown>,
  settings: Common & { readonly default?: unknown },
): Option<unknown> {
  const { doc, keyed, default: fallback } = settings;
  return {
    kind: { type: 'either', kinds: [a.kind, b.kind] },
    doc,
    required: false,
    fallback: fallback as Json | undefined,
    keyed: keyed ?? true,
  };
}
