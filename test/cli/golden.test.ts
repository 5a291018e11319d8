// Every folder of test/golden with a `commands.txt`: a program, the commands to type in `commands.txt`, and what they print in `expected.txt`.
// `npx vitest run test/cli/golden.test.ts -u` writes the expectations anew.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const golden = join(import.meta.dirname, '..', 'golden');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const folders = readdirSync(golden).filter((name) => existsSync(join(golden, name, 'commands.txt')));

test.each(folders)('%s', async (name) => {
  const folder = join(golden, name);
  await using rig = await openRig(worker, folder);
  let transcript = '';
  for (const line of readFileSync(join(folder, 'commands.txt'), 'utf8').trimEnd().split('\n')) {
    const args = line.match(/"[^"]*"|\S+/g)?.map((arg) => arg.replaceAll('"', '')) ?? [];
    const { code, stdout, stderr } = await rig.run(args);
    transcript += `$ fslrun ${line}\n${stdout}${stderr === '' ? '' : `--- stderr\n${stderr}`}--- exit ${code}\n\n`;
  }
  await expect(steady(transcript, rig.folder)).toMatchFileSnapshot(join(folder, 'expected.txt'));
});

/** Without what differs from run to run: times, sizes, keys, the folder. */
function steady(text: string, folder: string): string {
  return text
    .replaceAll(folder, '.')
    .replace(/\b\d+(\.\d+)? s\b/g, 'TIME')
    .replace(/\b\d+(\.\d+)? [KM]?B\b/g, 'SIZE')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'DATE')
    .replace(/\b[0-9a-f]{12,64}\b/g, 'DIGEST');
}
