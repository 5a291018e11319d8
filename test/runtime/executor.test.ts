import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localExecutor } from '../../src/runtime/executors/local.ts';
import type { Executor, JobRequest } from '../../src/runtime/executors/executor.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Answers every job with the number of its process. */
const worker = `process.on('message', ({ id }) => {
  process.send({ type: 'note', id, message: String(process.pid) });
  process.send({ type: 'finished', id, result: { outputs: {}, seconds: 0 } });
});`;

async function processOf(executor: Executor, precision?: 'mixed'): Promise<string> {
  let told = '';
  const request = {
    job: { engine: { backend: 'onnx', device: 'auto', ...(precision && { precision }) } },
    signal: new AbortController().signal,
    timeout: undefined,
    progress: () => undefined,
    note: (message: string) => (told = message),
    using: () => undefined,
  };
  expect(await executor.run(request as unknown as JobRequest)).toMatchObject({ state: 'finished' });
  return told;
}

it('a process computes with one precision, and is used again for it', async () => {
  using folder = temporaryFolder();
  const workerPath = join(folder.path, 'worker.mjs');
  writeFileSync(workerPath, worker);
  const executor = localExecutor({ workerPath });
  try {
    const [plain, mixed] = [await processOf(executor), await processOf(executor, 'mixed')];
    expect(mixed).not.toBe(plain);
    expect(await processOf(executor)).toBe(plain);
    expect(await processOf(executor, 'mixed')).toBe(mixed);
  } finally {
    await executor.close();
  }
});
