import { expect, it } from 'vitest';
import { openStepEngine } from '../../src/stages/open-engine.ts';

it('a step that opens several engines says once that mixed precision is not to be had', async () => {
  const notes: string[] = [];
  const context = {
    signal: new AbortController().signal,
    engine: { backend: 'reference', device: 'cpu', threads: 1, precision: 'mixed' },
    cacheDirectory: undefined,
    note: (message: string) => notes.push(message),
  } as const;
  for (let i = 0; i < 2; i++) await (await openStepEngine({ ...context })).dispose();
  expect(notes).toEqual([expect.stringContaining('mixed precision needs an NVIDIA GPU')]);
  const other: string[] = [];
  await (await openStepEngine({ ...context, note: (message) => other.push(message) })).dispose();
  expect(other).toHaveLength(1);
});
