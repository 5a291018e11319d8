// Texts of tiny sequence-to-sequence models against transformers' `generate`, token for token.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnxFile, type OnnxFile } from '../../../src/engine/onnx-file.ts';
import { generate } from '../../../src/learning/generation/generate.ts';
import { startDecoding, type SequenceFiles } from '../../../src/learning/generation/sequence-model.ts';
import { loadTextGenerator, type TextGenerator } from '../../../src/learning/generation/text-generator.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { onDisk } from '../encoders/folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/seq2seq');

/** Written by make.py. */
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly steps: number;
  readonly models: Readonly<
    Record<
      string,
      {
        /** What the encoder reads, and what the decoder writes. */
        readonly ids: readonly (readonly number[])[];
        readonly tokens: readonly (readonly number[])[];
        readonly texts: readonly string[];
        /** Of the first token for the first text. */
        readonly logits: readonly number[];
      }
    >
  >;
};
const { signal } = new AbortController();

describe.each(Object.entries(expected.models))('%s', (name, wanted) => {
  const folder = join(fixtures, name);
  const open: OnnxFile[] = [];
  let files: SequenceFiles;
  let generator: TextGenerator;
  beforeAll(async () => {
    const file = async (part: string): Promise<OnnxFile | undefined> => {
      const path = join(folder, 'onnx', `${part}.onnx`);
      if (!existsSync(path)) return undefined;
      const opened = await openOnnxFile(path, 1);
      open.push(opened);
      return opened;
    };
    const encoder = await file('encoder_model');
    const decoder = (await file('decoder_model_merged')) ?? (await file('decoder_model'));
    if (encoder === undefined || decoder === undefined) throw new Error('no files');
    files = { encoder, decoder, later: await file('decoder_with_past_model') };
    generator = await loadTextGenerator(onDisk(folder), files);
  });
  afterAll(async () => {
    for (const file of open) await file.dispose();
  });
  const languages = () => {
    const [from, to] = ['en', 'fr'].map((code) => generator.language(code));
    return from === undefined || to === undefined ? undefined : { from, to };
  };
  const askedOf = (text: string) => ({ text, sampling: undefined, languages: languages() });

  it('reads the ids of the tokenizer, with the language before them where there are several', () => {
    expect(expected.texts.map((text) => generator.encode(askedOf(text)))).toEqual(wanted.ids);
    expect(languages() !== undefined).toBe(name === 'm2m100');
  });

  it('has the scores of the first token', async () => {
    const decoding = await startDecoding(files, wanted.ids.slice(0, 1), generator.rules);
    const [scores = new Float32Array()] = await decoding.next([[generator.rules.start]]);
    expect(scores).toHaveLength(wanted.logits.length);
    wanted.logits.forEach((logit, id) => expect(scores[id]).toBeCloseTo(logit, 3));
  });

  it('writes what `generate` writes, all texts together or one by one', async () => {
    const asked = wanted.ids.map((ids) => ({ ids, sampling: undefined, forcedFirst: languages()?.to }));
    const tokens = await generate(files, asked, generator.rules, { signal });
    expect(tokens).toEqual(wanted.tokens.map((all) => ended(all, generator)));
    for (const [i, one] of asked.entries())
      expect(await generate(files, [one], generator.rules, { signal })).toEqual([tokens[i]]);
    expect(await generator.texts(expected.texts.map(askedOf), { signal })).toEqual(wanted.texts);
  });

  it('draws other texts with a temperature, the same for the same stream', async () => {
    const drawn = async (seed: number): Promise<readonly string[]> =>
      generator.texts(
        expected.texts.map((text) => ({
          ...askedOf(text),
          sampling: { random: createRandom(seed, text), temperature: 4 },
        })),
        { signal },
      );
    const first = await drawn(1);
    expect(await drawn(1)).toEqual(first);
    expect(await drawn(2)).not.toEqual(first);
    expect(first).not.toEqual(wanted.texts);
  });

  it('stops where it is told to', async () => {
    const stopped = new AbortController();
    const progress = (done: number): void => {
      if (done === 0) stopped.abort(new Error('enough'));
    };
    await expect(
      generator.texts(expected.texts.map(askedOf), { signal: stopped.signal, progress }),
    ).rejects.toThrow('enough');
  });
});

/** Without what stands behind the end. */
function ended(tokens: readonly number[], { rules }: TextGenerator): readonly number[] {
  const end = tokens.findIndex((token, i) => i > 0 && rules.ends.includes(token));
  return end < 0 ? tokens : tokens.slice(0, end + 1);
}
