// What generated programs read besides data: a file that they import, texts that `read` names, environment variables, and a tiny encoder
// that can be trained.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit } from './world.ts';

/** Changes of these: another number in the imported file or only a comment, another text, another value, white space behind a file of the encoder. */
export interface SurroundingEdit {
  readonly what: 'library' | 'library-comment' | 'text' | 'env' | 'encoder';
  readonly times: number;
}

export const libraryFile = 'lib/part.fsl';
/** Two layers with random weights. */
export const encoderFolder = 'models/tiny';
/** The same with a head for masked words. */
export const maskedFolder = 'models/masked';
export const templateFile = 'texts/template.txt';
export const variable = 'FSL_TEST_WORD';

export interface Surroundings {
  readonly files: readonly { readonly path: string; readonly text: string | Uint8Array }[];
  readonly env: Readonly<Record<string, string>>;
}

export function surroundingsOf(edits: readonly Edit[] = []): Surroundings {
  const last = (what: SurroundingEdit['what']): number =>
    edits.reduce((found, edit) => (edit.what === what ? edit.times : found), 0);
  return {
    files: [
      { path: 'data/lib.csv', text: rows() },
      { path: libraryFile, text: library(last('library'), last('library-comment')) },
      { path: templateFile, text: `Read ${last('text')}: {text}\n` },
      ...encoders(last('encoder')),
    ],
    env: { [variable]: `word${last('env')}` },
  };
}

const models = Object.entries({ [encoderFolder]: 'encoders/odd-bert', [maskedFolder]: 'masked/tiny-bert' });
const modelFiles = models.flatMap(([folder, fixture]) => {
  const from = join(import.meta.dirname, '../fixtures', fixture);
  return readdirSync(from).map((name) => ({ folder, name, bytes: readFileSync(join(from, name)) }));
});

function encoders(spaces: number): Surroundings['files'] {
  return modelFiles.map(({ folder, name, bytes }) => ({
    path: `${folder}/${name}`,
    text: name === 'config.json' ? bytes.toString() + ' '.repeat(spaces) : bytes,
  }));
}

function rows(): string {
  const kinds = ['paper', 'glass', 'wood'];
  const lines = Array.from(
    { length: 18 },
    (_, i) => `"${kinds[i % 3]} thing ${i} of day ${i * 5}","${kinds[i % 3]}"`,
  );
  return `text,kind\n${lines.join('\n')}\n`;
}

function library(number: number, comment: number): string {
  return `fsl 1
# note ${comment}
param shots: int = 2 in 1..3
param head: "logistic" | "ridge" = "logistic"

load rows { from: "../data/lib.csv"  text: "text"  label: "kind" }
split parts { from: rows  test: 2 per label  train: shots per label }
fine-tune model { model: "builtin:ngrams"  from: parts.train  method: head(kind: (head)) }
evaluate score { model: model  on: parts.test  metrics: [accuracy, macro_f1]  bootstrap: ${40 + number} }
`;
}
