import { expect, test } from 'vitest';
import { countGpus } from '../../src/stages/count-gpus.ts';
import { temporaryFolder } from '../runtime/temporary-folder.ts';

function count(...names: readonly string[]): number | undefined {
  using folder = temporaryFolder();
  for (const name of names) folder.write(name, '');
  return countGpus('linux', folder.path);
}

test('devices are counted by what the system shows of them', () => {
  expect(count('null', 'nvidia0', 'nvidia1', 'nvidiactl', 'nvidia-uvm', 'dri/renderD128')).toBe(2);
  expect(count('null', 'dri/card0', 'dri/renderD128')).toBe(1);
  expect(count('null', 'nvidiactl')).toBe(0);
});

test('where they cannot be counted, nothing is said', () => {
  expect(count('dxg', 'null')).toBeUndefined();
  expect(countGpus('darwin')).toBeUndefined();
  expect(countGpus('linux', '/nowhere/at/all')).toBeUndefined();
});
