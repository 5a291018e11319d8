// Applies heads to texts, some thousand at a time: the vectors of a large test set need not be in memory together.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Classifier } from './classifier.ts';
import type { EncodeProgress } from './model-source.ts';

const partRows = 4096;

/** Probabilities [texts, labels] of each head over the vectors of the classifier's encoder. */
export async function classify(
  { encode }: Pick<Classifier, 'encode'>,
  heads: readonly Head[],
  texts: readonly string[],
  progress: EncodeProgress,
): Promise<readonly Float64Array[]> {
  const { headProbabilities } = await import('../learning/heads/probabilities.ts');
  const results = heads.map((head) => new Float64Array(texts.length * head.labels));
  await inParts(texts, progress, encode, (vectors, start) => {
    heads.forEach((head, i) => results[i]?.set(headProbabilities(head, vectors), start * head.labels));
  });
  return results;
}

/** Hands the vectors of the texts to `visit`, part by part, with the number of the first. */
export async function inParts(
  texts: readonly string[],
  progress: EncodeProgress,
  encode: Classifier['encode'],
  visit: (vectors: Matrix, start: number) => void,
): Promise<void> {
  for (let start = 0; start < texts.length; start += partRows) {
    const part = texts.slice(start, start + partRows);
    visit(await encode(part, (done) => progress(start + done, texts.length)), start);
  }
}
