// `fslrun fmt`: which files it writes, what it says of them, and what it leaves as it is.
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRig, type Rig } from './rig.ts';

const untidy = 'fsl 1\n\n\nlet a=1 # one\n';
const tidy = 'fsl 1\n\nlet a = 1  # one\n';
const broken = 'fsl 1\nlet a =\n';

/** Files by name; nothing is run, so no worker is needed. */
async function withFiles(files: Readonly<Record<string, string>>): Promise<Rig> {
  const rig = await openRig('no worker');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(rig.folder, name, '..'), { recursive: true });
    await rig.write(name, text);
  }
  return rig;
}

function read(rig: Rig, name: string): string {
  return readFileSync(join(rig.folder, name), 'utf8');
}

describe('files', () => {
  test('those that change are written and named, the others are not touched', async () => {
    await using rig = await withFiles({ 'a.fsl': untidy, 'b.fsl': tidy });
    const before = statSync(join(rig.folder, 'b.fsl'), { bigint: true });
    expect(await rig.run(['fmt', 'a.fsl', 'b.fsl'])).toMatchObject({
      code: 0,
      stdout: 'a.fsl\n',
      stderr: '',
    });
    expect([read(rig, 'a.fsl'), read(rig, 'b.fsl')]).toEqual([tidy, tidy]);
    const after = statSync(join(rig.folder, 'b.fsl'), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect(await rig.run(['fmt', 'a.fsl', 'b.fsl'])).toMatchObject({ code: 0, stdout: '' });
    expect(readdirSync(rig.folder).toSorted()).toEqual(['a.fsl', 'b.fsl', 'package.json']);
  });

  test('--check writes nothing and exits with 1', async () => {
    await using rig = await withFiles({ 'a.fsl': untidy, 'b.fsl': tidy });
    const checked = await rig.run(['fmt', '--check', 'a.fsl', 'b.fsl']);
    expect(checked).toMatchObject({ code: 1, stdout: 'a.fsl\n', stderr: '' });
    expect(read(rig, 'a.fsl')).toBe(untidy);
    expect(await rig.run(['fmt', '--check', 'b.fsl'])).toMatchObject({ code: 0, stdout: '' });
  });

  test('what cannot be formatted is told and left, and the others are formatted', async () => {
    await using rig = await withFiles({ 'a.fsl': untidy, 'b.fsl': broken, 'c.fsl': untidy });
    const { code, stdout, stderr } = await rig.run(['fmt', 'b.fsl', 'a.fsl', 'no.fsl', 'c.fsl']);
    expect([code, stdout]).toEqual([2, 'a.fsl\nc.fsl\n']);
    expect(stderr).toMatch(/error\[unexpected-text\][^]* b\.fsl:2:[^]*error\[missing-file\][^]*`no\.fsl`/);
    expect(read(rig, 'b.fsl')).toBe(broken);
    expect((await rig.run(['fmt', '--check', 'b.fsl', 'a.fsl'])).code).toBe(2);
  });

  test('of a folder all programs in it, each once', async () => {
    await using rig = await withFiles({
      'p/b.fsl': untidy,
      'p/a.fsl': untidy,
      'p/sub/c.fsl': untidy,
      'p/sub/note.txt': 'x',
      'p/node_modules/d.fsl': untidy,
      'p/.hidden/e.fsl': untidy,
      'other.fsl': untidy,
      'none/x.txt': '',
    });
    symlinkSync('../other.fsl', join(rig.folder, 'p', 'link.fsl'));
    const { code, stdout } = await rig.run(['fmt', 'p', 'p/a.fsl', './p']);
    expect([code, stdout]).toEqual([0, 'p/a.fsl\np/b.fsl\np/sub/c.fsl\n']);
    for (const kept of ['p/node_modules/d.fsl', 'p/.hidden/e.fsl', 'other.fsl'])
      expect(read(rig, kept)).toBe(untidy);
    const none = await rig.run(['fmt', 'none']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('`none` has no programs')]);
  });

  test('permissions stay, and a link stays a link', async () => {
    await using rig = await withFiles({ 'a.fsl': untidy });
    chmodSync(join(rig.folder, 'a.fsl'), 0o751);
    symlinkSync('a.fsl', join(rig.folder, 'link.fsl'));
    expect(await rig.run(['fmt', 'link.fsl', 'a.fsl'])).toMatchObject({ code: 0, stdout: 'link.fsl\n' });
    expect(lstatSync(join(rig.folder, 'link.fsl')).isSymbolicLink()).toBe(true);
    expect(read(rig, 'a.fsl')).toBe(tidy);
    expect(statSync(join(rig.folder, 'a.fsl')).mode & 0o7777).toBe(0o751);
  });

  test('what may not be written is told', async () => {
    await using rig = await withFiles({ 'a.fsl': untidy });
    chmodSync(join(rig.folder, 'a.fsl'), 0o444);
    const { code, stderr } = await rig.run(['fmt', 'a.fsl']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be written: it is read-only')]);
    expect(read(rig, 'a.fsl')).toBe(untidy);
    expect((await rig.run(['fmt', '--check', 'a.fsl'])).code).toBe(1);
  });

  test('line ends are those of the first line; a byte order mark goes', async () => {
    const carried = tidy.replaceAll('\n', '\r\n');
    await using rig = await withFiles({ 'a.fsl': carried, 'b.fsl': `\uFEFF${tidy}` });
    expect(await rig.run(['fmt', 'a.fsl', 'b.fsl'])).toMatchObject({ code: 0, stdout: 'b.fsl\n' });
    expect([read(rig, 'a.fsl'), read(rig, 'b.fsl')]).toEqual([carried, tidy]);
  });

  test('a file that is no text', async () => {
    await using rig = await withFiles({});
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(rig.folder, 'b.fsl'), Buffer.from(`\uFEFF${untidy}`, 'utf16le'));
    const { code, stderr } = await rig.run(['fmt', 'b.fsl', '/dev/null']);
    expect(code).toBe(2);
    expect(stderr).toContain('`b.fsl` is UTF-16, not UTF-8');
    expect(stderr).toContain('`/dev/null` is not a file that can be replaced');
  });
});

describe('the standard input', () => {
  test.each([[['fmt']], [['fmt', '-']]])('%j', async (args) => {
    await using rig = await withFiles({});
    expect(await rig.run(args, { input: untidy })).toMatchObject({ code: 0, stdout: tidy, stderr: '' });
    const wrong = await rig.run(args, { input: broken });
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('<stdin>:2:');
    const check = [...args, '--check'];
    expect(await rig.run(check, { input: untidy })).toMatchObject({ code: 1, stdout: '<stdin>\n' });
    expect(await rig.run(check, { input: tidy })).toMatchObject({ code: 0, stdout: '' });
  });

  test('is not waited for at a terminal, and is not mixed with files', async () => {
    await using rig = await withFiles({ 'a.fsl': untidy });
    const nothing = await rig.run(['fmt']);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('nothing to format')]);
    const mixed = await rig.run(['fmt', 'a.fsl', '-'], { input: untidy });
    expect([mixed.code, mixed.stdout]).toEqual([2, '']);
    expect(read(rig, 'a.fsl')).toBe(untidy);
  });
});
