// Folders of nets of pictures, by the names of their files.
import { expect, test } from 'vitest';
import { imageFolderKind } from '../../../src/stages/image-model.ts';
import { modelFiles } from '../../../src/runtime/model-folder.ts';
import { temporaryFolder } from '../../runtime/temporary-folder.ts';

test('a ResNet is one with the head of a classifier beside it, as `export` writes it, which is no part of it', () => {
  using folder = temporaryFolder();
  for (const name of ['classifier.json', 'head.safetensors', 'resnet20.safetensors']) folder.write(name, '');
  expect(imageFolderKind(['classifier.json', 'head.safetensors', 'resnet20.safetensors'], undefined)).toEqual(
    {
      name: 'resnet',
      file: 'resnet20.safetensors',
    },
  );
  expect(modelFiles(folder.path)).toEqual(['resnet20.safetensors']);
  expect(imageFolderKind(['resnet20.safetensors', 'resnet32.safetensors'], undefined)).toBeUndefined();
});

test.each([
  ['ResNets of CIFAR-10', ['resnet20.safetensors']],
  ['transformers', ['config.json', 'model.safetensors']],
])('what `meta-learn` says of a net of %s goes where the net goes', (_, names) => {
  using folder = temporaryFolder();
  const all = ['meta-learn.json', ...names].sort();
  for (const name of all) folder.write(name, name === 'config.json' ? '{"model_type": "resnet"}' : '');
  expect(modelFiles(folder.path)).toEqual(all);
});

test('a folder of transformers is one by the `model_type` of its config, and nothing else in it belongs to the net', () => {
  using folder = temporaryFolder();
  const config = (type: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ model_type: type }));
  const names = ['classifier.json', 'config.json', 'head.safetensors', 'model.safetensors'];
  for (const name of [...names, 'preprocessor_config.json', 'README.md']) folder.write(name, '');
  folder.write('config.json', '{"model_type": "mobilenet_v2"}');
  expect(imageFolderKind(names, config('resnet'))).toEqual({ name: 'huggingface' });
  expect(imageFolderKind(names, config('bert'))).toBeUndefined();
  expect(modelFiles(folder.path)).toEqual(['config.json', 'model.safetensors', 'preprocessor_config.json']);
});

test('weights of a net of transformers may be in several files', () => {
  using folder = temporaryFolder();
  const names = ['config.json', 'model-00001-of-00001.safetensors', 'model.safetensors.index.json'];
  for (const name of ['head.safetensors', ...names]) folder.write(name, '{"model_type": "resnet"}');
  expect(modelFiles(folder.path)).toEqual(names);
});
