// Banking77 as vectors of all-MiniLM-L6-v2, with a third of the texts a second time as people type on phones. Encoded once; later runs
// read the file.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { openEngine } from '../../src/engine/engine.ts';
import { loadSentenceEncoder } from '../../src/learning/encoders/sentence-encoder.ts';
import type { Matrix } from '../../src/learning/matrix.ts';
import { createRandom } from '../../src/learning/random.ts';

export interface Banking {
  /** Of every row of the training file, then of the test file. */
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  /** How many rows are those of the training file. */
  readonly training: number;
  /** The rows, then the mistyped texts of every third row of the training file, from the first on. */
  readonly vectors: Matrix;
}

/** Where the vector of the mistyped text of that row is, if it has one. */
export function mistyped({ labels, training }: Banking, row: number): number | undefined {
  return row < training && row % 3 === 0 ? labels.length + row / 3 : undefined;
}

export async function bankingVectors(shared: string, cache: string): Promise<Banking> {
  const read = async (name: string): Promise<readonly (readonly string[])[]> =>
    parse(await readFile(join(shared, 'data/banking77', name), 'utf8'), { from_line: 2 });
  const [train, test] = [await read('train.csv'), await read('test.csv')];
  const rows = [...train, ...test];
  const texts = [
    ...rows.map(([text = '']) => text),
    ...train.flatMap(([text = ''], i) => (i % 3 === 0 ? [typos(text, i)] : [])),
  ];
  return {
    texts: rows.map(([text = '']) => text),
    labels: rows.map(([, label = '']) => label),
    training: train.length,
    vectors: await encoded(texts, join(shared, 'models/all-MiniLM-L6-v2'), cache),
  };
}

/** Every second word of four letters or more has two neighbouring letters changed over. */
function typos(text: string, row: number): string {
  const random = createRandom('typos', row);
  return text.replaceAll(/\p{L}{4,}/gu, (word) => {
    if (random.next() < 0.5) return word;
    const at = 1 + random.below(word.length - 2);
    return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
  });
}

async function encoded(texts: readonly string[], model: string, cache: string): Promise<Matrix> {
  const file = join(cache, `${createHash('sha256').update(JSON.stringify(texts)).digest('hex')}.f32`);
  if (!existsSync(file)) {
    console.error(`encoding ${texts.length} texts, once`);
    const engine = await openEngine({ backend: 'onnx', threads: 2 });
    const encoder = await loadSentenceEncoder({
      has: async (name) => existsSync(join(model, name)),
      read: (name) => readFile(join(model, name)),
    });
    const { data } = await encoder.encode(texts, { signal: new AbortController().signal });
    encoder.dispose();
    await engine.dispose();
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const data = new Float32Array(new Uint8Array(await readFile(file)).buffer);
  return { rows: texts.length, columns: data.length / texts.length, data };
}
