// Nets of `meta-learn` as folders: what `export` writes is the same model, and what is broken is refused by name.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const learn = `load many { from: "many-*" }
load novel { from: "novel-*" }
split parts { from: novel  train: 1 per label  test: rest  seed: 3 }
`;

async function exported(rig: Rig): Promise<void> {
  await stripes(rig, 'many', [0, 3, 6], 6);
  await stripes(rig, 'novel', [1, 4], 6);
  await rig.write(
    'main.fsl',
    `${learn}meta-learn net { from: many  ways: 3  shots: 1  queries: 2  episodes: 3 }
fine-tune model { model: net  from: parts.train  method: prototype(distance: euclidean) }
predict labelled { model: model  from: parts.test  to: "trained.csv" }
export folder { model: net  to: "out/net" }
export classifier { model: model  to: "out/classifier" }
`,
  );
  const { code, stderr } = await rig.run(['main.fsl']);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error[')]);
}

test('a net that was written is the same model', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker);
  await exported(rig);
  const written = (path: string): string => readFileSync(join(rig.folder, path), 'latin1');
  for (const folder of ['net', 'classifier']) {
    await rig.write(
      'again.fsl',
      `${learn}fine-tune model { model: "./out/${folder}"  from: parts.train  method: prototype(distance: euclidean) }
predict labelled { model: model  from: parts.test  to: "${folder}.csv" }
`,
    );
    const { code, stderr } = await rig.run(['again.fsl']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    expect(written(`${folder}.csv`)).toBe(written('trained.csv'));
  }
  const shipped = join(import.meta.dirname, '../../models/glyph-conv/conv4.json');
  const keys = (text: string): readonly string[] => Object.keys(JSON.parse(text) as object);
  expect(keys(written('out/net/conv4.json'))).toEqual(keys(readFileSync(shipped, 'utf8')));
  expect(JSON.parse(written('out/classifier/classifier.json'))).toMatchObject({ labels: ['1', '4'] });
  await rig.write(
    'known.fsl',
    'load many { from: "many-*" }\nevaluate score { model: "./out/net"  on: many  episodes: 2  ways: 2  shots: 1  queries: 2 }\n',
  );
  expect((await rig.run(['known.fsl'])).stderr).toContain('error[shared-classes]');
});

test('a folder that is damaged is refused before anything runs', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker);
  await exported(rig);
  const description = JSON.parse(readFileSync(join(rig.folder, 'out/net/conv4.json'), 'utf8')) as object;
  const check = async (): Promise<unknown> => {
    await rig.write(
      'main.fsl',
      `${learn}fine-tune model { model: "./out/net"  from: parts.train  method: full }\n`,
    );
    const { code, stderr } = await rig.run(['check', 'main.fsl']);
    return [code, stderr];
  };
  expect(await check()).toEqual([0, '']);
  const broken = [
    [{ ...description, version: 2 }, 'does not describe a net'],
    [{ ...description, channels: 3 }, '`0.filter` is [3, 3, 1, 64]'],
    [{ ...description, height: 8 }, '`height` should be at least 16'],
    [{ ...description, ways: 0 }, '`ways` should be a positive whole number'],
    [{ ...description, method: { name: 'maml' } }, '`method` is none'],
    [{ ...description, classes: [1] }, '`classes` should be a list of names'],
  ] as const;
  for (const [json, problem] of broken) {
    await rig.write('out/net/conv4.json', JSON.stringify(json));
    expect(await check()).toEqual([2, expect.stringContaining(problem)]);
  }
  await rig.write('out/net/conv4.json', '{');
  expect(await check()).toEqual([2, expect.stringMatching(/error\[bad-model\][^]*conv4\.json` is not JSON/)]);
  await rig.write('out/net/conv4.json', JSON.stringify(description));
  await rig.write('out/net/conv4.safetensors', 'x');
  expect(await check()).toEqual([2, expect.stringContaining('conv4.safetensors` is damaged')]);
  rmSync(join(rig.folder, 'out/net/conv4.safetensors'));
  expect(await check()).toEqual([2, expect.stringContaining('has no `conv4.safetensors`')]);
});

test('what pictures cannot be written as is refused', async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 1], 4);
  await rig.write(
    'main.fsl',
    'load many { from: "many-*" }\nmeta-learn net { from: many }\nexport out { model: net  to: "out"  precision: int8 }\n',
  );
  const { code, stderr } = await rig.run(['check', 'main.fsl']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('written as they are, in single precision')]);
});

test('a net that adapts adapts as a folder too', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 3, 6], 6);
  await stripes(rig, 'novel', [1, 4, 7], 6);
  const loads = learn.split('\n').slice(0, 2).join('\n');
  const shape = 'on: novel  episodes: 4  ways: 2  shots: 1  queries: 3';
  await rig.write(
    'main.fsl',
    `${loads}
meta-learn net { from: many  method: anil(inner_steps: 2, tasks: 1)  ways: 2  shots: 1  queries: 2  episodes: 2 }
evaluate score { model: net  ${shape} }
export folder { model: net  to: "out/net" }
fine-tune more { model: net  from: many  method: full  steps: 2 }
export further { model: more  to: "out/more" }
`,
  );
  await rig.write('again.fsl', `${loads}\nevaluate score { model: "./out/net"  ${shape} }\n`);
  const measured = async (
    file: string,
  ): Promise<{ readonly accuracies: unknown; readonly method: string }> => {
    const { code, stderr } = await rig.run([file]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    const { stdout } = await rig.run(['show', file, 'score', '--format', 'json']);
    return (JSON.parse(stdout) as { episodes: Awaited<ReturnType<typeof measured>> }).episodes;
  };
  expect(await measured('main.fsl')).toEqual(await measured('again.fsl'));
  expect((await measured('again.fsl')).method).toContain('anil');
  // Trained further it adapts no longer: the weights it did that from are others.
  expect(readdirSync(join(rig.folder, 'out/more'))).not.toContain('learner.safetensors');
  await rig.write('more.fsl', `${loads}\nevaluate score { model: "./out/more"  ${shape} }\n`);
  expect((await measured('more.fsl')).method).toContain('prototype');
  const problem = async (): Promise<string> => (await rig.run(['check', 'again.fsl'])).stderr;
  await rig.write('again.fsl', `${loads}\nevaluate score { model: "./out/net"  ${shape.replace('ways: 2', 'ways: 3')} }\n`); // prettier-ignore
  expect(await problem()).toContain('the net adapts to 2 classes');
  const description = JSON.parse(readFileSync(join(rig.folder, 'out/net/conv4.json'), 'utf8')) as object;
  await rig.write('out/net/conv4.json', JSON.stringify({ ...description, ways: 3 }));
  expect(await problem()).toContain('`head.weight` is [64, 2], and `conv4.json` asks for [64, 3]');
  rmSync(join(rig.folder, 'out/net/learner.safetensors'));
  expect(await problem()).toContain('has no `learner.safetensors`');
});
