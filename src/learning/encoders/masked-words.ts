// The words that a masked language model can be asked for: how each is spelt, and what its score is made of. Reads the
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
   * `BertForMaskedLM` computes logits. [words, width]; the score of a word of several tokens is the mean of theirs, and rows of words
   * that the tokenizer cannot spell are zero.
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
  const bias = new Float64Array(words.length);
  words.forEach((word, i) => {
    const ids = idsOf(word);
    for (const id of ids) {
      bias[i] += (biases[id] ?? 0) / ids.length;
      for (let k = 0; k < width; k += 1) data[i * width + k] += (table[id * width + k] ?? 0) / ids.length;
    }
  });
  return {
    words,
    weight: { rows: words.length, columns: width, data },
    bias,
  };
}

function idsOf(word: MaskedWord): readonly number[] {
  switch (word.state) {
    case 'token':
      return [word.id];
    case 'split':
      return word.pieces.map(({ id }) => id);
    case 'unknown':
      return [];
    default:
      return word satisfies never;
  }
}
