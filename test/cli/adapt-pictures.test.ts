// A stream of pictures: every update learns from it, the net too where that is asked for, and labels that come late are known at the end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const start = `load few { from: "few-*" }
load stream { from: "stream-*" }
load asked { from: "asked-*" }
`;

test('of pictures is learnt, by a net that changes and by one that stays', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'few', [0, 3], 3);
  await stripes(rig, 'stream', [0, 3, 0, 3, 6, 0, 3, 6, 6, 0, 3, 6], 4);
  await stripes(rig, 'asked', [0, 3, 6], 8);
  await rig.write(
    'main.fsl',
    `${start}fine-tune model { model: "builtin:glyph-conv"  from: few  method: prototype }
adapt trained { model: model  from: stream  update: full  batch_size: 8 }
adapt means   { model: model  from: stream  update: prototypes  batch_size: 8  canary: asked }
adapt again   { model: trained  from: few  update: head }
predict one { model: trained  from: asked  to: "trained.csv" }
predict two { model: means    from: asked  to: "means.csv"  neighbours: 1 }
predict six { model: again    from: asked  to: "again.csv" }
export folder { model: trained  to: "out" }
`,
  );
  const { code, stderr } = await rig.run(['main.fsl']);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error[')]);
  for (const name of ['trained', 'means', 'again']) {
    const [head = '', ...lines] = readFileSync(join(rig.folder, `${name}.csv`), 'utf8')
      .trim()
      .split('\n');
    const [label, predicted] = ['label', 'predicted'].map((column) => head.split(',').indexOf(column));
    const right = lines.filter((line) => line.split(',')[label ?? -1] === line.split(',')[predicted ?? -1]);
    expect(right.length).toBeGreaterThan(20);
  }
  const shipped = readFileSync(join(import.meta.dirname, '../../models/glyph-conv/conv4.safetensors'));
  expect(readFileSync(join(rig.folder, 'out/conv4.safetensors')).equals(shipped)).toBe(false);
});

test('is refused where the net has nothing to train, and where pictures are of another size', async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'few', [0, 3], 3);
  await stripes(rig, 'stream', [0, 3], 4);
  const refused = async (model: string, size: string): Promise<string> => {
    await rig.write(
      'main.fsl',
      `load few { from: "few-*" }
load stream { from: "stream-*"${size} }
fine-tune model { model: "${model}"  from: few  method: prototype }
adapt trained { model: model  from: stream  update: full }
`,
    );
    return (await rig.run(['main.fsl'])).stderr;
  };
  expect(await refused('builtin:pixels', '')).toMatch(
    /error\[wrong-artifact\]: `update: full` trains the encoder, and that of this model has nothing that it can train/,
  );
  expect(await refused('builtin:glyph-conv', '  size: 8')).toMatch(
    /these pictures are 8 x 8 grey, and those that the model was fitted on 16 x 16 grey/,
  );
});
