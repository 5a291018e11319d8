// What every encoder is: texts in, one vector a text out. The vector of a text depends on that text alone, bit for bit,
// whatever else is encoded with it and in whatever order.
import type { Matrix } from '../matrix.ts';

export interface Encoder {
  readonly width: number;
  /** Texts to vectors [texts, width]. Stops with `signal.reason` between batches. */
  encode(texts: readonly string[], options: EncodeOptions): Promise<Matrix>;
  /**
   * Of a masked language model: texts with one mask each to what its head makes of the state there [texts, width]. The score of
   * a word is the product of this vector and the word's own, plus the word's bias.
   */
  readonly encodeMasks?: (texts: readonly string[], options: EncodeOptions) => Promise<Matrix>;
  /** Frees what the encoder holds on the device. */
  dispose(): void;
}

export interface EncodeOptions {
  readonly signal: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}
