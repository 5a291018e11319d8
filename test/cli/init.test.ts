// `fslrun init`: what it writes runs where it was written, and what is there stays as it is.
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { templateFiles, templates } from '../../src/runtime/cli/templates.ts';
import { openRig, type Rig } from './rig.ts';

const pipelines = join(import.meta.dirname, '..', '..', 'pipelines');
const names = templates().map(({ name }) => name);

function files(rig: Rig, folder = ''): readonly string[] {
  return readdirSync(join(rig.folder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(rig.folder.length + 1))
    .toSorted();
}

test('every program of pipelines/ is one, and says in a line what it is about', () => {
  expect(names).toEqual(
    readdirSync(pipelines)
      .filter((file) => file.endsWith('.fsl'))
      .map((file) => file.slice(0, -4))
      .toSorted(),
  );
  for (const { summary } of templates()) expect(summary).toMatch(/^\S.{20,118}[.?]$/);
});

test.each(names)('%s is written with all that it reads', async (name) => {
  await using rig = await openRig('no worker');
  const { code, stdout, stderr } = await rig.run(['init', name, 'mine']);
  expect([code, stderr]).toEqual([0, '']);
  const written = files(rig, 'mine');
  expect(stdout).toBe(
    `${templateFiles(name)
      .map(({ path }) => `mine/${path}\n`)
      .join('')}\nrun it with: fslrun mine/${name}.fsl\n`,
  );
  expect(stdout.split('\n\n')[0]?.split('\n').toSorted()).toEqual(written);
  for (const file of written.filter((one) => !one.endsWith('.fsl')))
    expect(readFileSync(join(rig.folder, file))).toEqual(
      readFileSync(join(pipelines, file.slice('mine/'.length))),
    );
  expect(readFileSync(join(rig.folder, 'mine', `${name}.fsl`), 'utf8')).not.toContain('pipelines/');
  const inPackage = await checked(rig, join(pipelines, `${name}.fsl`));
  expect(await checked(rig, `mine/${name}.fsl`)).toEqual(inPackage); // no file is missed, nothing else is wrong
});

async function checked(rig: Rig, file: string): Promise<readonly unknown[]> {
  const { code, stdout } = await rig.run(['check', file, '--format', 'json']);
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string }[];
  };
  return [code, diagnostics.map((one) => one.code)];
}

test('without a name it is the first program, into the working directory', async () => {
  await using rig = await openRig('no worker');
  const { code, stdout } = await rig.run(['init']);
  expect([code, stdout]).toEqual([0, 'first.fsl\ndata/messages.csv\n\nrun it with: fslrun first.fsl\n']);
  expect(files(rig)).toEqual(['data/messages.csv', 'first.fsl', 'package.json']);
});

test('called by npx, it names npx; a folder with a space is quoted; `.fsl` may be there', async () => {
  await using rig = await openRig('no worker');
  const { stdout } = await rig.run(['init', 'topics.fsl', 'my shop'], { env: { npm_command: 'exec' } });
  expect(stdout).toContain("run it with: npx fslrun 'my shop/topics.fsl'\n");
  expect(existsSync(join(rig.folder, 'my shop/data/hotels.jsonl'))).toBe(true);
});

test('programs that share data go into one folder', async () => {
  await using rig = await openRig('no worker');
  await rig.run(['init', 'first']);
  expect((await rig.run(['init', 'search'])).stdout).toBe('search.fsl\n\nrun it with: fslrun search.fsl\n');
  expect((await rig.run(['init', 'search'])).stdout).toBe(
    '\neverything was there already; run it with: fslrun search.fsl\n',
  );
});

describe('nothing is overwritten', () => {
  test('files with other contents are named, and nothing is written', async () => {
    await using rig = await openRig('no worker');
    await rig.write('first.fsl', 'mine');
    mkdirSync(join(rig.folder, 'data', 'messages.csv'), { recursive: true });
    const { code, stdout, stderr } = await rig.run(['init', 'first']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      '`first.fsl` and `data/messages.csv` are there already, and nothing is overwritten',
    );
    expect(stderr).toContain('hint: name another folder: `fslrun init first FOLDER`');
    rmSync(join(rig.folder, 'data'), { recursive: true });
    expect((await rig.run(['init', 'first'])).stderr).toContain('`first.fsl` is there already');
    expect(files(rig)).toEqual(['first.fsl', 'package.json']);
    expect(readFileSync(join(rig.folder, 'first.fsl'), 'utf8')).toBe('mine');
  });

  test('a file in the place of a folder', async () => {
    await using rig = await openRig('no worker');
    writeFileSync(join(rig.folder, 'shop'), 'a file');
    const { code, stderr } = await rig.run(['init', 'first', 'shop']);
    expect([code, readFileSync(join(rig.folder, 'shop'), 'utf8')]).toEqual([2, 'a file']);
    expect(stderr).toMatch(/`shop\/\S+` cannot be written: a file is in the way/);
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be written to', async () => {
    await using rig = await openRig('no worker');
    mkdirSync(join(rig.folder, 'shop'));
    chmodSync(join(rig.folder, 'shop'), 0o555);
    const { code, stderr } = await rig.run(['init', 'first', 'shop']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be written: permission denied')]);
  });
});

describe('which there are', () => {
  test('is listed when asked for', async () => {
    await using rig = await openRig('no worker');
    const { code, stdout } = await rig.run(['init', '--list']);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(names);
    expect(stdout).toMatch(/^first +What does a customer want\?/m);
    expect(files(rig)).toEqual(['package.json']);
  });

  test('is told when the name is wrong', async () => {
    await using rig = await openRig('no worker');
    const { code, stdout, stderr } = await rig.run(['init', 'frist']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('there is no template `frist`');
    expect(stderr).toContain('fslrun init frist\n  |             ^^^^^');
    expect(stderr).toContain('hint: did you mean `first`? there are\n');
    expect(stderr).toMatch(/^ +topics +Which topics/m);
  });
});
