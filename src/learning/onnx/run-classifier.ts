// Asks an exported model for the probabilities of texts, as whoever has the folder would: token ids in batches of mixed lengths.
import type { FileTensor, OnnxFile } from '../../engine/onnx-file.ts';
import type { TextTokenizer, Tokens } from '../encoders/tokenizer.ts';
import { classifierOutputs } from './classifier-model.ts';
import { encoderInputs } from './encoder-graph.ts';

export interface AskOptions {
  readonly labels: number;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

const batch = 16;

/** [texts, labels] */
export async function runClassifier(
  file: OnnxFile,
  tokenizer: TextTokenizer,
  texts: readonly string[],
  { labels, signal, progress }: AskOptions,
): Promise<Float64Array> {
  const probabilities = new Float64Array(texts.length * labels);
  for (let start = 0; start < texts.length; start += batch) {
    signal.throwIfAborted();
    const tokens = texts.slice(start, start + batch).map((text) => tokenizer.tokens(text));
    const found = await file.run(feedsOf(tokens));
    const said = found[classifierOutputs.probabilities]?.data ?? [];
    if (said.length !== tokens.length * labels)
      throw new Error(`${said.length} probabilities of ${tokens.length} texts and ${labels} labels`);
    probabilities.set(Float64Array.from(said, Number), start * labels);
    progress(Math.min(start + batch, texts.length), texts.length);
  }
  return probabilities;
}

function feedsOf(texts: readonly Tokens[]): Readonly<Record<string, FileTensor>> {
  const places = Math.max(...texts.map(({ ids }) => ids.length));
  const table = (of: (text: Tokens) => readonly number[]): FileTensor => {
    const data = new BigInt64Array(texts.length * places);
    texts.forEach((text, row) => data.set(of(text).map(BigInt), row * places));
    return { type: 'int64', data, shape: [texts.length, places] };
  };
  return {
    [encoderInputs.ids]: table(({ ids }) => ids),
    [encoderInputs.mask]: table(({ ids }) => ids.map(() => 1)),
    [encoderInputs.types]: table(({ ids, types }) => types ?? ids.map(() => 0)),
  };
}
