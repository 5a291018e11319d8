// Packages that contribute stage kinds: found, checked, planned, run and recorded like those of FSL itself; and their secrets.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

const root = join(import.meta.dirname, '..', '..');
const shout = join(root, 'test/plugins/fsl-plugin-shout');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const program = `use "fsl-plugin-shout"
load d { from: "messages.csv"  text: "text"  label: "kind" }
split parts { from: d  train: 4 per label  test: rest }
shout loud { from: parts.train  marks: 2 }
fine-tune m { model: "builtin:ngrams"  from: loud }
evaluate score { model: m  on: parts.test  metrics: accuracy }
`;

/** A project with the example package, and other packages by their main module. */
async function project(text: string, packages: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const rig = await openRig(worker, join(root, 'test/golden/first'));
  await cp(shout, join(rig.folder, 'node_modules/fsl-plugin-shout'), { recursive: true });
  for (const [name, module] of Object.entries(packages)) {
    const folder = join(rig.folder, 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'm.js' }),
    );
    await writeFile(join(folder, 'm.js'), module);
  }
  await rig.write('pipeline.fsl', text);
  return rig;
}

test('its stages run, are cached, and their rows keep what they are', async () => {
  await using rig = await project(program);
  const first = await rig.run(['pipeline.fsl']);
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('✔ loud')]);
  const shown = await rig.run(['show', 'pipeline.fsl', 'loud']);
  expect(shown.stdout).toMatch(/[A-Z]{4,}!!/);
  const second = await rig.run(['plan', 'pipeline.fsl', '--detailed-exitcode']);
  expect([second.code, second.stderr]).toEqual([0, '']);
  const changed = await rig.run(['plan', 'pipeline.fsl', '--format', 'json', '--force', 'loud']);
  const { steps } = JSON.parse(changed.stdout) as {
    steps: readonly { id: string; kind: string; key?: string }[];
  };
  expect(steps.find(({ id }) => id === 'loud')?.kind).toBe('shout');
});

test('an imported file may use a package of its own; the program that imports it does not know its kinds', async () => {
  await using rig = await project('import "./inner.fsl" as inner\nshout x { from: inner.d }\n');
  await rig.write('inner.fsl', program);
  const { code, stderr } = await rig.run(['check', 'pipeline.fsl']);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no stage kind `shout`');
  expect(stderr).toContain('pipeline.fsl:2:1');
  await rig.write('pipeline.fsl', 'import "./inner.fsl" as inner\n');
  expect((await rig.run(['pipeline.fsl', '--quiet'])).code).toBe(0);
});

test('the key knows the package, not where it lies', async () => {
  const keys: string[] = [];
  for (const place of ['node_modules', '../node_modules']) {
    await using rig = await project(program);
    await mkdir(join(rig.folder, 'sub'));
    for (const file of ['messages.csv', 'pipeline.fsl'])
      await cp(join(rig.folder, file), join(rig.folder, 'sub', file));
    if (place === 'node_modules')
      await cp(join(rig.folder, 'node_modules'), join(rig.folder, 'sub/node_modules'), { recursive: true });
    expect((await rig.run(['sub/pipeline.fsl', 'loud', '--quiet'])).code).toBe(0);
    const actions = await readdir(join(rig.folder, '.fsl/actions'));
    const all = await Promise.all(
      actions.map((name) => readFile(join(rig.folder, '.fsl/actions', name), 'utf8')),
    );
    const action = all.find((text) => text.includes('"fsl-plugin-shout/shout"')) ?? '';
    keys.push((JSON.parse(action) as { key: string }).key);
    expect(action).toContain('"fsl-plugin-shout":"1.2.0"');
  }
  expect(keys[0]).toBe(keys[1]);
});

describe('mistakes are told before anything runs', () => {
  test.each([
    ['a package that is not there', 'use "fsl-plugin-shuot"\n', {}, 'did you mean `fsl-plugin-shout`?'],
    ['no package at all', 'use "./mine.js"\n', {}, '`./mine.js` is not the name of a package'],
    ['a package that fails', 'use "bad"\n', { bad: 'throw new Error("no way");' }, 'Error: no way'],
    [
      'a package that is no plug-in',
      'use "bad"\n',
      { bad: 'export const x = 1;' },
      'no function as its default export',
    ],
    [
      'a package without stages',
      'use "bad"\n',
      { bad: 'export default () => ({});' },
      'returns no `{ stages: [ … ] }`',
    ],
    [
      'a stage that is none',
      'use "bad"\n',
      { bad: 'export default () => ({ stages: [{ name: "x-y", version: 0, options: { a: 1 } }] });' },
      'its stage `x-y` has no `version` of 1 or more; its stage `x-y` has no `doc`',
    ],
    [
      'a kind that FSL has',
      'use "bad"\n',
      {
        bad: `export default (fsl) => ({ stages: [fsl.defineStage({ name: 'load', version: 1, doc: 'd', example: 'e',
          options: {}, inputs: {}, outputs: { '': { type: 'dataset', doc: 'd' } }, randomness: () => false, check: () => ({}),
          run: async () => {} })] });`,
      },
      '`bad` has a stage kind `load`, which FSL has already',
    ],
    [
      'an option that its stage lacks',
      `${program}shout more { from: d  mark: 2 }\n`,
      {},
      'did you mean `marks`?',
    ],
  ])('%s', async (_, text, packages, said) => {
    await using rig = await project(text, packages);
    const { code, stderr } = await rig.run(['check', 'pipeline.fsl']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('a secret', () => {
  const value = 'tok-7f3a-secret';
  const withSecret = program.replace('marks: 2', 'marks: 2  token: secret("SHOUT_TOKEN")');
  const leaky = (
    how: string,
  ): string => `export default ({ dataset, defineStage, failure, input, option }) => ({ stages: [defineStage({
    name: 'leak', version: 1, doc: 'd', example: 'e', options: { token: option.secret({ doc: 'd' }) },
    inputs: { from: input.required('dataset', { use: 'transform', doc: 'd' }) },
    outputs: { '': { type: 'dataset', doc: 'd' } }, randomness: () => false,
    check: ({ inputs }) => ({ '': inputs.dataset('from') }),
    run: async ({ inputs, options, output, secret, progress, note }) => {
      const token = secret(options.token);
      ${how}
      await dataset.write(output(), await dataset.read(inputs.from));
    } })] });`;

  async function everything(folder: string): Promise<string> {
    const names = await readdir(join(folder, '.fsl'), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    const texts = await Promise.all(
      files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
    );
    return texts.join('\n');
  }

  test('reaches the stage and nothing else: no plan, key, event, log or file has it', async () => {
    await using rig = await project(withSecret);
    const env = { SHOUT_TOKEN: value };
    const plan = await rig.run(['plan', 'pipeline.fsl', '--format', 'json'], { env });
    const run = await rig.run(['pipeline.fsl', '--json'], { env });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('the token <secret SHOUT_TOKEN> has been looked at');
    const text = plan.stdout + plan.stderr + run.stdout + run.stderr + (await everything(rig.folder));
    expect(text).not.toContain(value);
    // Another token for the same work changes nothing, and a cached result needs none.
    expect((await rig.run(['plan', 'pipeline.fsl', '--detailed-exitcode'])).code).toBe(0);
    expect((await rig.run(['pipeline.fsl', '--quiet'], { env: { SHOUT_TOKEN: 'other' } })).code).toBe(0);
  });

  test('that is not set is told before anything runs, at its place', async () => {
    await using rig = await project(withSecret);
    const { code, stderr } = await rig.run(['pipeline.fsl']);
    expect(code).toBe(2);
    expect(stderr).toContain('the secret `SHOUT_TOKEN` is not in the environment');
    expect(stderr).toContain('pipeline.fsl:4:');
    expect((await readdir(rig.folder)).includes('.fsl')).toBe(false);
  });

  test.each([
    ['in a note', 'note("it is " + token);', 0, 'it is <secret TOKEN>'],
    ['in an error', 'throw new Error("cannot use " + token);', 1, 'cannot use <secret TOKEN>'],
    [
      'in what the process prints before it dies',
      'process.stderr.write(token); process.exit(3);',
      1,
      '<secret TOKEN>',
    ],
    [
      'in a file of the result',
      'await output().write("note.txt", "x" + token + "y");',
      1,
      'the value of the secret `TOKEN` stands in `note.txt` of the result',
    ],
  ])('%s is not shown and not kept', async (_, how, code, said) => {
    await using rig = await project(
      `use "leaky"\nload d { from: "messages.csv"  text: "text"  label: "kind" }\nleak x { from: d  token: secret("TOKEN") }\n`,
      { leaky: leaky(how) },
    );
    const run = await rig.run(['pipeline.fsl', 'x', '--verbose'], { env: { TOKEN: value } });
    const text = run.stdout + run.stderr;
    expect([run.code, text]).toEqual([code, expect.stringContaining(said)]);
    expect(text + (await everything(rig.folder))).not.toContain(value);
  });
});

test('the example package is typed by what it is given', () => {
  const options: ts.CompilerOptions = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    types: ['node'],
    paths: { fslrun: [join(root, 'src/index.ts')] },
  };
  const errorsOf = (file: string): readonly string[] => {
    const compiled = ts.createProgram([file], options);
    return compiled
      .getSemanticDiagnostics(compiled.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  };
  expect(errorsOf(join(shout, 'index.js'))).toEqual([]);
});
