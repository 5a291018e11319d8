// A sequence-to-sequence model in the files that optimum exports: an encoder, and a decoder with a memory of what it has read, in one
// file with a switch, in two, or without one. The files come through a port.
import type { GenerationRules } from './generation-rules.ts';

export interface Numbers {
  readonly type: 'float32' | 'int64' | 'bool';
  readonly data: Float32Array | BigInt64Array | Uint8Array;
  readonly shape: readonly number[];
}
type Named = Readonly<Record<string, Numbers>>;

export interface ComputedFile {
  readonly inputs: ReadonlyMap<string, readonly (number | undefined)[]>;
  run(feeds: Named): Promise<Named>;
}

export interface SequenceFiles {
  readonly encoder: ComputedFile;
  /** For the first step, or for all where it has a switch or there is none for later ones. */
  readonly decoder: ComputedFile;
  readonly later: ComputedFile | undefined;
}

/** The scores of all tokens behind some texts that grow by one token at a time. */
export interface Decoding {
  /** `tokens` has all of each text so far. [texts][tokens of the vocabulary] */
  next(tokens: readonly (readonly number[])[]): Promise<readonly Float32Array[]>;
}

const memory = 'past_key_values.';

/** Reads the texts, which may differ in length. */
export async function startDecoding(
  { encoder, decoder, later }: SequenceFiles,
  texts: readonly (readonly number[])[],
  { pad }: GenerationRules,
): Promise<Decoding> {
  const width = Math.max(...texts.map((ids) => ids.length));
  const ids = matrix(texts.map((text) => [...text, ...Array<number>(width - text.length).fill(pad)]));
  const mask = matrix(
    texts.map((text) => Array.from({ length: width }, (_, i) => (i < text.length ? 1 : 0))),
  );
  const read = await encoder.run({ input_ids: ids, attention_mask: mask });
  const states = read['last_hidden_state'];
  if (states === undefined) throw new Error('the encoder gives no `last_hidden_state`');
  const switched = decoder.inputs.has('use_cache_branch');
  const common: Named = { encoder_hidden_states: states, encoder_attention_mask: mask };
  let past: Named | undefined;
  return {
    next: async (tokens) => {
      const remembers = past !== undefined && (switched || later !== undefined);
      const file = remembers && !switched && later !== undefined ? later : decoder;
      const given = remembers ? tokens.map((all) => all.slice(-1)) : tokens;
      const out = await file.run({
        ...common,
        input_ids: matrix(given),
        ...(switched && {
          use_cache_branch: { type: 'bool', data: Uint8Array.of(remembers ? 1 : 0), shape: [1] },
          ...(!remembers && emptyMemory(decoder, texts.length)),
        }),
        ...(remembers && past),
      });
      past = remembered(out, remembers ? past : undefined);
      return lastScores(out['logits'], tokens.length);
    },
  };
}

function remembered(out: Named, before: Named | undefined): Named {
  const now: Record<string, Numbers> = { ...before };
  for (const [name, tensor] of Object.entries(out)) {
    if (!name.startsWith('present.')) continue;
    const own = memory + name.slice('present.'.length);
    // What is remembered of the text that is read stays as it was after the first step.
    if (before === undefined || !name.includes('.encoder.')) now[own] = tensor;
  }
  return now;
}

/** Of no tokens: [texts, heads, 0, width]. */
function emptyMemory({ inputs }: ComputedFile, texts: number): Named {
  const empty: Record<string, Numbers> = {};
  for (const [name, [, heads = 1, , width = 1]] of inputs)
    if (name.startsWith(memory))
      empty[name] = { type: 'float32', data: new Float32Array(0), shape: [texts, heads, 0, width] };
  return empty;
}

function matrix(rows: readonly (readonly number[])[]): Numbers {
  const [first = []] = rows;
  return {
    type: 'int64',
    data: BigInt64Array.from(rows.flat(), BigInt),
    shape: [rows.length, first.length],
  };
}

/** Of the last token of each text. */
function lastScores(logits: Numbers | undefined, texts: number): readonly Float32Array[] {
  if (!(logits?.data instanceof Float32Array)) throw new Error('the decoder gives no `logits`');
  const { data } = logits;
  const [, length = 0, width = 0] = logits.shape;
  return Array.from({ length: texts }, (_, text) => {
    const end = (text + 1) * length * width;
    return data.subarray(end - width, end);
  });
}
