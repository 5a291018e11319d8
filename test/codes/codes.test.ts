// Every code of a diagnostic has an example that yields it and nothing else: a folder of test/golden/codes with a program
// `main.fsl`, the commands to type in `commands.txt` (else `check main.fsl`), and in `expected.txt` what the last one reports.
// `npx vitest run test/codes -u` writes the expectations anew; `npm run generate` then shows them in docs/errors.md and `explain`.
import { existsSync, readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codes, type Code } from '../../src/parser/codes.ts';
import { commandsOf, examplesFolder, sharedData } from '../../scripts/generate/code-folders.ts';
import { buildWorker, openRig, removeWorker } from '../cli/rig.ts';
import { tricks } from './tricks.ts';

const examples = join(import.meta.dirname, '..', '..', examplesFolder);

let worker = '';
beforeAll(async () => {
  worker = await buildWorker('test/codes/worker.ts');
});
afterAll(() => removeWorker(worker));

const all = Object.keys(codes) as Code[];
const folders = readdirSync(examples).filter((name) => name !== sharedData);

test('every example is of a code', () => {
  expect(folders.filter((name) => !Object.hasOwn(codes, name))).toEqual([]);
});

test.for(all)('%s', async (code, context) => {
  if (code === 'missing-package' && isInstalled('@tensorflow/tfjs-node-gpu'))
    return context.skip('the optional package is installed here');
  const folder = join(examples, code);
  const missing = `write test/golden/codes/${code}/main.fsl: a short program that yields \`${code}\` and nothing else`;
  expect(existsSync(join(folder, 'main.fsl')), missing).toBe(true);
  const trick = tricks[code] ?? {};
  await using rig = await openRig(worker, folder);
  await cp(join(examples, sharedData), rig.folder, { recursive: true, force: false });
  let said = '';
  if (trick.worker !== undefined) process.env['FSL_TRICK'] = trick.worker;
  try {
    for (const [i, line] of commandsOf(folder).entries()) {
      trick.before?.(rig.folder, i);
      const args = line.match(/"[^"]*"|\S+/g)?.map((arg) => arg.replaceAll('"', '')) ?? [];
      const { stderr } = await rig.run(args, {
        ...(trick.env === undefined ? {} : { env: trick.env }),
        prepare: (host) => trick.prepare?.(host, rig.folder),
      });
      said = stderr;
    }
  } finally {
    delete process.env['FSL_TRICK'];
  }
  const reported = problemsIn(said);
  expect(codesIn(reported), `what was printed:\n${said}`).toEqual([code]);
  await expect(steady(reported, rig.folder)).toMatchFileSnapshot(join(folder, 'expected.txt'));
});

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

const head = /^(?:error|warning)\[([a-z0-9-]+)\]/gm;

/** From the first problem on, without the progress before it. */
function problemsIn(text: string): string {
  const start = text.search(/^(?:error|warning)\[/m);
  return start === -1 ? '' : text.slice(start);
}

/** In order, each once. */
function codesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(head)].map(([, code = '']) => code))];
}

/** Without what differs from machine to machine: folders, digests, stacks of calls. */
function steady(text: string, folder: string): string {
  return text
    .replaceAll(`${folder}/`, '')
    .replaceAll(folder, '.')
    .replace(/^( *)at .*\n/gm, '')
    .replace(/\b[0-9a-f]{64}\b/g, (digest) => `${digest.slice(0, 6)}…`)
    .replace(/\/\S*\/node_modules\/\S+/g, '…')
    .replace(/attempts\/\S+?(?=[`\s])/g, 'attempts/…');
}
