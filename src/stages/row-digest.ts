// Which labelled rows a figure was measured or a model was trained on, as one short text to compare: equal for the same
// rows in another order.
import { createHash } from 'node:crypto';
import { labelIndices, labelSets, texts, type Dataset } from './dataset.ts';
import { originalColumn } from './training-rows.ts';

/** Of texts with their labels; a row that comes twice counts twice. Lowercase hexadecimal (SHA-256). */
export function rowsDigest(rows: Dataset): string {
  return digestOf(examples(rows, texts(rows)));
}

/** Of the examples a model was trained on, each once: copies stand for the row they were made from. */
export function trainingDigest(support: Dataset): string {
  const originals = support.columns.get(originalColumn) ?? [];
  const own = texts(support).map((text, i) => {
    const original = originals[i];
    return typeof original === 'string' ? original : text;
  });
  return digestOf([...new Set(examples(support, own))]);
}

function examples(rows: Dataset, words: readonly string[]): readonly string[] {
  if (rows.multiLabel) {
    const sets = labelSets(rows);
    const names = (i: number): readonly (string | undefined)[] =>
      [...(sets[i] ?? [])].sort((a, b) => a - b).map((label) => rows.labels[label]);
    return words.map((text, i) => JSON.stringify([text, names(i)]));
  }
  const labels = labelIndices(rows);
  return words.map((text, i) => JSON.stringify([text, rows.labels[labels[i] ?? -1]]));
}

function digestOf(lines: readonly string[]): string {
  return createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex');
}
