// A slice of tfjs-core's own tests on the backend `onnx`; `npm run check:ops` runs all of them.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('tfjs-core’s tests of what encoders are made of pass, or say why not', async () => {
  const script = fileURLToPath(new URL('../../scripts/check-ops.mjs', import.meta.url));
  const only =
    '^(batchnorm|conv2d|depthwise_conv2d|avg_pool|max_pool|mat_mul|gather|softmax|relu|concat|pad|mean)_test';
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    '--backend',
    'onnx',
    '--only',
    only,
  ]);
  const [, passed, all] = /^onnx: (\d+) of (\d+) pass/.exec(stdout) ?? [];
  expect(Number(all)).toBeGreaterThan(300);
  expect(Number(passed)).toBeGreaterThan(0.9 * Number(all));
  expect(stdout).toContain(', 0 wrong');
});
