// Folders of nets of pictures, by the names of their files.
import { expect, test } from 'vitest';
import { imageFolderKind } from '../../../src/stages/image-model.ts';
import { modelFiles } from '../../../src/runtime/model-folder.ts';
import { temporaryFolder } from '../../runtime/temporary-folder.ts';

test('a ResNet is one with the head of a classifier beside it, as `export` writes it, which is no part of it', () => {
  using folder = temporaryFolder();
  for (const name of ['classifier.json', 'head.safetensors', 'resnet20.safetensors']) folder.write(name, '');
  expect(imageFolderKind(['classifier.json', 'head.safetensors', 'resnet20.safetensors'])).toEqual({
    name: 'resnet',
    file: 'resnet20.safetensors',
  });
  expect(modelFiles(folder.path)).toEqual(['resnet20.safetensors']);
  expect(imageFolderKind(['resnet20.safetensors', 'resnet32.safetensors'])).toBeUndefined();
});
