// What the first layers of an encoder make of texts: the states of their tokens, in packs as vectors are made. Runs on whichever engine is open.
import * as tf from '@tensorflow/tfjs-core';
import { firstLayers } from './bert.ts';
import { toTensors } from './packed-texts.ts';
import { bucketsUpTo, fillPack, packTexts } from './packs.ts';
import type { Model } from './sentence-encoder.ts';

export interface TypedTexts {
  readonly texts: readonly (readonly number[])[];
  /** Which text of a pair each token belongs to, where some are pairs. */
  readonly types?: readonly (readonly number[])[] | undefined;
}

/** Of each text, given by its token ids, the states after `count` layers, one token after the other. [length, width] each */
export async function statesAfter(
  { config, weights, tokenizer }: Pick<Model, 'config' | 'weights' | 'tokenizer'>,
  { texts, types }: TypedTexts,
  count: number,
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const { hidden_size: width, num_attention_heads: heads } = config;
  const lengths = texts.map(({ length }) => length);
  const states = texts.map(() => new Float32Array());
  for (const { bucket, members } of packTexts(lengths, bucketsUpTo(tokenizer.maxTokens))) {
    signal.throwIfAborted();
    const arrays = fillPack(
      members.map((text) => texts[text] ?? []),
      bucket,
      heads,
      types && members.map((text) => types[text] ?? []),
    );
    const made = tf.tidy(() => firstLayers(weights, config, toTensors(arrays, bucket, heads), count)); // [tokens, width]
    const values = await made.data<'float32'>();
    made.dispose();
    let start = 0;
    for (const text of members) {
      const end = start + (lengths[text] ?? 0) * width;
      states[text] = values.slice(start, end);
      start = end;
    }
  }
  return states;
}
