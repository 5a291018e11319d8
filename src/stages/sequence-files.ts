// Which files are a sequence-to-sequence model in ONNX, as optimum and transformers.js lay them out: in `onnx/`, or beside the configuration.

export interface SequenceFileNames {
  readonly encoder: string;
  readonly decoder: string;
  /** For the steps behind the first, where that is a file of its own. */
  readonly later: string | undefined;
}

/** Nothing for other models. Weights in other precisions lie beside these, and are not taken. */
export function sequenceFiles(names: readonly string[]): SequenceFileNames | undefined {
  const all = new Set(names);
  for (const folder of ['onnx/', '']) {
    const named = (part: string): string | undefined => {
      const name = `${folder}${part}.onnx`;
      return all.has(name) ? name : undefined;
    };
    const encoder = named('encoder_model');
    const merged = named('decoder_model_merged');
    const decoder = merged ?? named('decoder_model');
    if (encoder === undefined || decoder === undefined) continue;
    return { encoder, decoder, later: merged === undefined ? named('decoder_with_past_model') : undefined };
  }
  return undefined;
}

/** All that such a model is made of, with the files that hold numbers of others; `tokenizer` as the folder has it. */
export function sequenceModelFiles(
  names: readonly string[],
  tokenizer: readonly string[],
): readonly string[] | undefined {
  const found = sequenceFiles(names);
  if (found === undefined) return undefined;
  const { encoder, decoder, later } = found;
  const graphs = [encoder, decoder, ...(later === undefined ? [] : [later])];
  const wanted = new Set([
    'config.json',
    'generation_config.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    ...tokenizer,
    ...graphs.flatMap((name) => [name, `${name}_data`, `${name}.data`]),
  ]);
  return names.filter((name) => wanted.has(name));
}
