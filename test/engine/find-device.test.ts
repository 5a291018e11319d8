// Probing in a process of its own: crashes, hangs and noise are findings; an answer is kept. And the lock of a device, which goes with its holder.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { deviceFinder, probeApart } from '../../src/engine/devices/find.ts';
import { lockDevice } from '../../src/engine/devices/lock.ts';
import { temporaryFolder } from '../runtime/temporary-folder.ts';

const never = new AbortController().signal;

describe('a probe', () => {
  it.each([
    [
      'console.log("noise of a driver"); console.log(JSON.stringify({ state: "works", text: "fine" }));',
      'works',
      'fine',
    ],
    ['process.kill(process.pid, "SIGSEGV");', 'fails', 'the process that tried it crashed (SIGSEGV)'],
    ['process.exit(3);', 'fails', 'the process that tried it ended with code 3'],
    [
      'setInterval(() => undefined, 1000);',
      'fails',
      'the process that tried it did not answer in 0.5 s',
      500,
    ],
  ] satisfies readonly (readonly [string, string, string, number?])[])(
    'by %s %s',
    async (program, state, text, within = 60_000) => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'probe.mjs');
      writeFileSync(path, program);
      expect(await probeApart([path], 'onnx-webgpu', within)).toEqual({ state, text });
    },
  );

  it('is asked once for a machine', async () => {
    using folder = temporaryFolder();
    const [path, log] = [join(folder.path, 'probe.mjs'), join(folder.path, 'log')];
    writeFileSync(
      path,
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, process.argv[2] + '\\n'); console.log('{"state":"works","text":""}');`,
    );
    appendFileSync(log, '');
    const finder = deviceFinder([path], join(folder.path, 'cache'));
    await finder.find('onnx-webgpu');
    await finder.find('onnx-webgpu');
    await deviceFinder([path], join(folder.path, 'cache')).find('onnx-cuda');
    expect(readFileSync(log, 'utf8')).toBe('onnx-webgpu\nonnx-cuda\n');
  });
});

describe('the lock of a device', () => {
  const name = (): string => `test-${process.pid}-${Math.random()}`;

  it('is held by one at a time', async () => {
    const device = name();
    const order: string[] = [];
    const first = await lockDevice(device, () => order.push('first waits'), never);
    const second = lockDevice(device, () => order.push('second waits'), never).then((lock) => {
      order.push('second has it');
      return lock;
    });
    const third = lockDevice(device, () => order.push('third waits'), never);
    while (order.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    order.push('first is done');
    await first.release();
    const [a] = await Promise.all([Promise.race([second, third])]);
    await a.release();
    await (await second).release();
    await (await third).release();
    expect(order.slice(0, 3)).toEqual(['second waits', 'third waits', 'first is done']);
  });

  it('is not waited for once the signal is given', async () => {
    const device = name();
    const lock = await lockDevice(device, () => undefined, never);
    const stop = new AbortController();
    const waiting = lockDevice(device, () => stop.abort(new Error('enough')), stop.signal);
    await expect(waiting).rejects.toThrow('enough');
    await lock.release();
  });

  it('goes with a process that is killed while its thread is busy', async () => {
    using folder = temporaryFolder();
    const device = name();
    const path = join(folder.path, 'holder.mjs');
    const lockModule = join(import.meta.dirname, '../../src/engine/devices/lock.ts');
    await build({
      stdin: {
        contents: `import { lockDevice } from ${JSON.stringify(lockModule)};
          await lockDevice(${JSON.stringify(device)}, () => undefined, new AbortController().signal);
          process.stdout.write('held', () => { for (;;); });`,
        resolveDir: folder.path,
      },
      outfile: path,
      bundle: true,
      format: 'esm',
      platform: 'node',
    });
    const holder = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const lock = await lockDevice(device, () => holder.kill('SIGKILL'), never);
    expect(holder.killed).toBe(true);
    await lock.release();
  });
});
