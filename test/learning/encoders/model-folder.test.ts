// Folders that cannot be used: each gives one error that names the file.
import { describe, expect, it } from 'vitest';
import { readBertConfig } from '../../../src/learning/encoders/bert-config.ts';
import { loadSentenceEncoder } from '../../../src/learning/encoders/sentence-encoder.ts';
import { ModelError } from '../../../src/learning/model-error.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { changed, oddBert, onDisk, readFixture, withPooling } from './folders.ts';

const folder = onDisk(oddBert);
const config = await readFixture('config.json');
const tokenizer = await readFixture('tokenizer.json');
const weights = new Uint8Array(await folder.read('model.safetensors')); // a copy: slices of a Buffer share it
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const module = (type: string, path = ''): object => ({ path, type: `sentence_transformers.models.${type}` });

describe('a folder that cannot be used', () => {
  it.each([
    [
      'no config',
      { 'config.json': undefined },
      'missing-model-file',
      'config.json',
      'does not have this file',
    ],
    [
      'no weights',
      { 'model.safetensors': undefined },
      'missing-model-file',
      'model.safetensors',
      'does not have',
    ],
    [
      'no tokenizer',
      { 'tokenizer.json': undefined },
      'missing-model-file',
      'tokenizer.json',
      'does not have',
    ],
    ['config not JSON', { 'config.json': text('{') }, 'bad-model', 'config.json', 'is not JSON'],
    ['config a list', { 'config.json': [] }, 'bad-model', 'config.json', 'not a JSON object'],
    [
      'another architecture',
      { 'config.json': { ...config, model_type: 'gpt2' } },
      'bad-model',
      'config.json',
      '"gpt2"',
    ],
    [
      'another activation',
      { 'config.json': { ...config, hidden_act: 'silu' } },
      'bad-model',
      'config.json',
      '"silu"',
    ],
    [
      'heads that do not fit',
      { 'config.json': { ...config, num_attention_heads: 5 } },
      'bad-model',
      'config.json',
      'multiple',
    ],
    [
      'a missing size',
      { 'config.json': { ...config, hidden_size: undefined } },
      'bad-model',
      'config.json',
      'hidden_size',
    ],
    [
      'more layers than weights',
      { 'config.json': { ...config, num_hidden_layers: 3 } },
      'bad-model',
      'model.safetensors',
      'encoder.layer.2',
    ],
    [
      'fewer layers than weights',
      { 'config.json': { ...config, num_hidden_layers: 1 } },
      'bad-model',
      'model.safetensors',
      'there are 2 layers',
    ],
    [
      'another vocabulary',
      { 'config.json': { ...config, vocab_size: 1004 } },
      'bad-model',
      'model.safetensors',
      '[1003, 96]',
    ],
    [
      'truncated weights',
      { 'model.safetensors': weights.subarray(0, 9000) },
      'bad-model',
      'model.safetensors',
      'bytes',
    ],
    ['a tokenizer of nothing', { 'tokenizer.json': {} }, 'bad-model', 'tokenizer.json', '`model`'],
    [
      'an unknown tokenizer',
      { 'tokenizer.json': { ...tokenizer, model: { type: 'None' } } },
      'bad-model',
      'tokenizer.json',
      'cannot be used',
    ],
    ['modules not a list', { 'modules.json': {} }, 'bad-model', 'modules.json', 'list'],
    [
      'an unknown module',
      { 'modules.json': [module('Transformer'), module('CNN')] },
      'bad-model',
      'modules.json',
      '`CNN`',
    ],
    [
      'no pooling config',
      { 'modules.json': [module('Transformer'), module('Pooling', '1_P')] },
      'missing-model-file',
      '1_P/config.json',
      'does not have',
    ],
  ] as const)('%s', async (_, files, code, file, message) => {
    const error = await failure(changed(folder, files));
    expect({ code: error.code, file: error.file }).toEqual({ code, file });
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });

  it('a pooling that is none of ours', async () => {
    const weighted = withPooling(folder, { pooling_mode_weightedmean_tokens: true }, false);
    expect((await failure(weighted)).message).toContain('`weightedmean`');
    const two = withPooling(folder, { pooling_mode_mean_tokens: true, pooling_mode_cls_token: true }, true);
    expect((await failure(two)).message).toContain('`mean` and `cls`');
  });

  it('weights that are not numbers', async () => {
    const damaged = weights.slice();
    damaged.fill(0x7f, damaged.length - 2); // 0x7f7f is NaN in half precision
    expect((await failure(changed(folder, { 'model.safetensors': damaged }))).message).toContain(
      'not finite',
    );
  });
});

describe('one flipped byte of the weights', () => {
  it('changes the vectors or is refused', async () => {
    const signal = new AbortController().signal;
    const vectors = async (bytes: Uint8Array): Promise<string> => {
      const encoder = await loadSentenceEncoder(changed(folder, { 'model.safetensors': bytes }));
      const { data } = await encoder.encode(['a cat sat'], { signal });
      encoder.dispose();
      return data.join();
    };
    await withEngine('onnx', async () => {
      const intact = await vectors(weights);
      const headerEnd = 8 + Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
      // In the length, in the header, and in the weights of the last layer.
      for (const place of [0, 3, 9, 200, headerEnd - 30, weights.length - 5000, weights.length - 1]) {
        const flipped = weights.slice();
        flipped[place] = (flipped[place] ?? 0) ^ 0x41;
        const outcome = await vectors(flipped).catch((error: unknown) => error);
        if (typeof outcome === 'string') expect(outcome).not.toBe(intact);
        else expect(outcome).toBeInstanceOf(ModelError);
      }
    });
  });
});

it('takes what a config leaves out from the defaults of transformers', () => {
  const rest = { ...config, layer_norm_eps: undefined, type_vocab_size: undefined, hidden_act: undefined };
  expect(readBertConfig(rest, 'config.json')).toMatchObject({ layer_norm_eps: 1e-12, type_vocab_size: 2 });
});

async function failure(from: Parameters<typeof loadSentenceEncoder>[0]): Promise<ModelError> {
  const error: unknown = await withEngine('reference', () =>
    loadSentenceEncoder(from).catch((thrown: unknown) => thrown),
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError; // as was just checked
}
