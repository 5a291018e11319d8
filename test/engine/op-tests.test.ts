// tfjs-core's own tests of its operations on the backend `onnx`; `npm run check:ops` runs them on the others as well.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('tfjs-core’s tests pass, or it is known why not', async () => {
  const script = fileURLToPath(new URL('../../scripts/check-ops.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--backend', 'onnx']);
  const [, passed, all] = /^onnx: (\d+) of (\d+) pass/.exec(stdout) ?? [];
  expect(Number(all)).toBeGreaterThan(3000);
  expect(Number(passed)).toBeGreaterThan(0.8 * Number(all));
  expect(stdout).toContain(', 0 wrong');
});
