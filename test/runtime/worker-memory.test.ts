import { expect, test } from 'vitest';
import { memoryVariables } from '../../src/runtime/executors/worker-memory.ts';

test('large pages and memory that stays are asked for, beside what a user asks for, and never against it', () => {
  const name = 'GLIBC_TUNABLES';
  const kept = 'glibc.malloc.trim_threshold=536870912:glibc.malloc.mmap_threshold=33554432';
  const all = `glibc.malloc.hugetlb=1:${kept}`;
  expect(memoryVariables({})).toEqual({ [name]: all });
  expect(memoryVariables({ [name]: '' })).toEqual({ [name]: all });
  expect(memoryVariables({ [name]: 'glibc.malloc.check=3' })).toEqual({
    [name]: `glibc.malloc.check=3:${all}`,
  });
  expect(memoryVariables({ [name]: 'glibc.malloc.hugetlb=0' })).toEqual({
    [name]: `glibc.malloc.hugetlb=0:${kept}`,
  });
  expect(memoryVariables({ [name]: all })).toEqual({});
});
