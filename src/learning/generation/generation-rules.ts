// What the files of a sequence-to-sequence model say about how texts are generated with it: special tokens, lengths, what is forced and forbidden.
import type { JsonObject } from '../encoders/model-folder.ts';
import { badModel } from '../encoders/model-folder.ts';

export interface GenerationRules {
  /** The first token of the decoder, which is no part of the text. */
  readonly start: number;
  readonly ends: readonly number[];
  readonly pad: number;
  /** The first token of the text. */
  readonly forcedFirst: number | undefined;
  /** The last one of a text that is as long as it may be. */
  readonly forcedLast: number | undefined;
  readonly forbidden: readonly number[];
  /** No sequence of so many tokens comes twice; 0 for no such rule. */
  readonly noRepeat: number;
  /** Tokens with the first; nothing where the files do not say. */
  readonly longest: number | undefined;
  /** Tokens that the encoder reads; nothing where the files do not say. */
  readonly places: number | undefined;
}

/** `generation_config.json` counts before `config.json`. Throws `ModelError` where they do not say where a text begins. */
export function generationRules(config: JsonObject, generation: JsonObject): GenerationRules {
  const said = (name: string): unknown => generation[name] ?? config[name];
  const number = (name: string): number | undefined => {
    const value = said(name);
    return typeof value === 'number' ? value : undefined;
  };
  const ends = numbers(said('eos_token_id'));
  const start = number('decoder_start_token_id') ?? number('bos_token_id');
  if (start === undefined || ends.length === 0)
    throw badModel(
      'config.json',
      `does not say ${start === undefined ? '`decoder_start_token_id`' : '`eos_token_id`'}`,
      'Export the model again with `optimum-cli export onnx`, and keep `generation_config.json` beside it.',
    );
  const bad = said('bad_words_ids');
  return {
    start,
    ends,
    pad: number('pad_token_id') ?? ends[0] ?? 0,
    forcedFirst: number('forced_bos_token_id'),
    forcedLast: number('forced_eos_token_id'),
    forbidden: Array.isArray(bad)
      ? bad.flatMap((one: unknown) => (numbers(one).length === 1 ? numbers(one) : []))
      : [],
    noRepeat: number('no_repeat_ngram_size') ?? 0,
    longest: number('max_length'),
    places: number('max_position_embeddings') ?? number('n_positions'),
  };
}

function numbers(value: unknown): readonly number[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === 'number');
}
