import { expect, test } from 'vitest';
import { memoryVariables } from '../../src/runtime/executors/worker-memory.ts';

test('large pages are asked for, beside what a user asks for, and never against it', () => {
  const name = 'GLIBC_TUNABLES';
  expect(memoryVariables({})).toEqual({ [name]: 'glibc.malloc.hugetlb=1' });
  expect(memoryVariables({ [name]: '' })).toEqual({ [name]: 'glibc.malloc.hugetlb=1' });
  expect(memoryVariables({ [name]: 'glibc.malloc.check=3' })).toEqual({
    [name]: 'glibc.malloc.check=3:glibc.malloc.hugetlb=1',
  });
  expect(memoryVariables({ [name]: 'glibc.malloc.hugetlb=0' })).toEqual({});
});
