// Folders with a sequence-to-sequence model in ONNX files: what is known of them, and which of their files count.
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modelFacts } from '../../src/runtime/model-facts.ts';
import { modelFiles } from '../../src/runtime/model-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

const fixtures = join(import.meta.dirname, '../fixtures/seq2seq');
const files = (graphs: readonly string[]) => [
  'config.json',
  'generation_config.json',
  ...graphs.map((name) => `onnx/${name}.onnx`),
  'tokenizer.json',
  'tokenizer_config.json',
];

test.each([
  ['t5', ['decoder_model_merged', 'encoder_model']],
  ['marian', ['decoder_model', 'decoder_with_past_model', 'encoder_model']],
  ['bart', ['decoder_model', 'encoder_model']],
])('%s writes texts', (name, graphs) => {
  const folder = join(fixtures, name);
  expect(modelFacts(folder, (path) => path)).toMatchObject({
    state: 'known',
    value: { capability: 'generator' },
  });
  expect(modelFiles(folder)).toEqual(files(graphs));
});

test('which languages it has tokens for', () => {
  const known = (name: string) => {
    const fact = modelFacts(join(fixtures, name), (path) => path);
    const { language } = fact.state === 'known' ? fact.value : {};
    return ['en', 'fr', 'tlh'].map((code) => language?.(code));
  };
  expect([known('m2m100'), known('t5')]).toEqual([
    [true, true, false],
    [false, false, false],
  ]);
});

test('weights in other precisions do not count, those in files of their own do', () => {
  using temporary = temporaryFolder();
  const folder = join(temporary.path, 't5');
  cpSync(join(fixtures, 't5'), folder, { recursive: true });
  for (const name of ['encoder_model_quantized.onnx', 'decoder_model.onnx', 'encoder_model.onnx_data'])
    writeFileSync(join(folder, 'onnx', name), 'x');
  writeFileSync(join(folder, 'model.safetensors'), 'x');
  expect(modelFiles(folder).filter((name) => name.startsWith('onnx/'))).toEqual([
    'onnx/decoder_model_merged.onnx',
    'onnx/encoder_model.onnx',
    'onnx/encoder_model.onnx_data',
  ]);
  expect(modelFiles(folder)).not.toContain('model.safetensors');
});

test('the files may lie beside the configuration, as optimum writes them', () => {
  using temporary = temporaryFolder();
  const folder = join(temporary.path, 'beside');
  cpSync(join(fixtures, 'marian'), folder, { recursive: true });
  for (const name of ['encoder_model', 'decoder_model', 'decoder_with_past_model'])
    renameSync(join(folder, 'onnx', `${name}.onnx`), join(folder, `${name}.onnx`));
  expect(modelFacts(folder, (path) => path).state).toBe('known');
  expect(modelFiles(folder)).toContain('decoder_with_past_model.onnx');
});

test('what is missing is told', () => {
  using temporary = temporaryFolder();
  const folder = join(temporary.path, 'lacking');
  cpSync(join(fixtures, 't5'), folder, { recursive: true });
  const problem = (): string => {
    const fact = modelFacts(folder, () => 'lacking');
    return fact.state === 'wrong' ? fact.problem.message : fact.state;
  };
  rmSync(join(folder, 'tokenizer.json'));
  expect(problem()).toBe('the model folder `lacking` has no `tokenizer.json`');
  rmSync(join(folder, 'config.json'));
  expect(problem()).toBe('the model folder `lacking` has no `config.json`');
  // A file called `onnx` is none of ours.
  rmSync(join(folder, 'onnx'), { recursive: true });
  mkdirSync(join(folder, 'other'));
  writeFileSync(join(folder, 'onnx'), '');
  expect(modelFiles(folder)).not.toContain('onnx');
});
