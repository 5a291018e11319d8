// The words that a masked language model can be asked for: whether each is one token, and what its score is made of. Reads the
// weights of these words alone, and needs no engine.
import type { Matrix } from '../matrix.ts';
import { storedWords } from './bert-weights.ts';
import { maskedWord, type MaskedWord } from './masked-word.ts';
import type { ModelFolder } from './model-folder.ts';
import { loadFolderTokenizer, readFolderConfig, readWeights } from './read-folder.ts';

export interface MaskedWords {
  readonly words: readonly MaskedWord[];
  /**
   * The score of a word is the product of its row with the vector of the mask (`encodeMasks`), plus its bias: as
   * `BertForMaskedLM` computes logits. [words, width]; rows of words that are no token are zero.
   */
  readonly weight: Matrix;
  readonly bias: Float64Array;
}

/** Nothing where the folder has no head for masks. Throws `ModelError` for a folder that cannot be used. */
export async function loadMaskedWords(
  folder: ModelFolder,
  wanted: readonly string[],
): Promise<MaskedWords | undefined> {
  const config = await readFolderConfig(folder);
  const { file, name } = await readWeights(folder);
  const shapes = new Map(file.names.map((stored) => [stored, { shape: file.shape(stored) }] as const));
  const stored = storedWords(shapes, config, name);
  if (stored === undefined) return undefined;
  const tokenizer = await loadFolderTokenizer(folder, {});
  const words = wanted.map((word) => maskedWord(tokenizer.pieces(word), tokenizer.unknown));
  const width = config.embedding_size;
  const [table, biases] = [file.tensor(stored.weight).data, file.tensor(stored.bias).data];
  const data = new Float32Array(words.length * width);
  words.forEach((word, i) => {
    if (word.state === 'token') data.set(table.subarray(word.id * width, (word.id + 1) * width), i * width);
  });
  return {
    words,
    weight: { rows: words.length, columns: width, data },
    bias: Float64Array.from(words, (word) => (word.state === 'token' ? (biases[word.id] ?? 0) : 0)),
  };
}
