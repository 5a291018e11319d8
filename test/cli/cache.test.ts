// `method: cache` from files to figures: what it leaves open is chosen in the training rows, kept in the model, and told.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

interface Model {
  readonly method: { readonly name: string; readonly arguments: Readonly<Record<string, number>> };
  readonly head: { readonly kind: string; readonly settings: Readonly<Record<string, number>> };
}

test('a cache of pictures: chosen by cross-validation, or given', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'all', [0, 3, 6, 9], 12);
  await rig.write(
    'main.fsl',
    `load all { from: "all-*" }
split parts { from: all  test: 6 per label  train: 5 per label  seed: 1 }
fine-tune chosen { model: "builtin:glyph-conv"  from: parts.train  method: cache(beta: 20) }
fine-tune given { model: "builtin:glyph-conv"  from: parts.train  method: cache(alpha: 2, beta: 20, temperature: 0.05) }
evaluate chosen_score { model: chosen  on: parts.test  metrics: [accuracy, nll]  bootstrap: 0 }
evaluate given_score { model: given  on: parts.test  metrics: [accuracy, nll]  bootstrap: 0  require: accuracy > 0.5 }
`,
  );
  const ran = await rig.run(['main.fsl']);
  expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
  expect(ran.stderr).toMatch(
    /chosen: alpha = [\d.]+, beta = 20 and temperature = [\d.]+, found by cross-validation in 20 training rows: loss [\d.]+, and [\d.]+ by prototypes alone/,
  );
  const shown = async (name: string): Promise<Model> =>
    JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as Model;
  const chosen = await shown('chosen');
  expect(chosen.head.kind).toBe('cache');
  expect(chosen.method).toEqual({ name: 'cache', arguments: chosen.head.settings });
  expect((await shown('given')).head.settings).toEqual({ alpha: 2, beta: 20, temperature: 0.05 });
});

test('options that it makes no use of', async () => {
  await using rig = await openRig(worker);
  await rig.write('rows.csv', 'text,label\na b,x\nc d,y\n');
  await rig.write(
    'main.fsl',
    `load rows { from: "rows.csv" }
fine-tune m { model: "builtin:ngrams"  from: rows  method: cache  class_weights: balanced  epochs: 2 }
`,
  );
  const { code, stderr } = await rig.run(['check', 'main.fsl']);
  expect(code).toBe(2);
  expect(stderr).toContain('`class_weights: balanced` has no meaning for `cache`');
  expect(stderr).toContain('`epochs` changes nothing here: `cache` leaves the encoder as it is');
});

test('texts, one row a label: the values of the paper', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await rig.write('rows.csv', 'text,label\nwhere is my parcel,delivery\nI want my money back,refund\n');
  await rig.write(
    'main.fsl',
    'load rows { from: "rows.csv" }\nfine-tune m { model: "builtin:ngrams"  from: rows  method: cache }\n',
  );
  const ran = await rig.run(['main.fsl']);
  expect([ran.code, ran.stderr]).toEqual([
    0,
    expect.stringContaining('too few training rows have another of their label'),
  ]);
  const said = await rig.run(['predict', 'main.fsl', 'm', 'my parcel', 'money', '--format', 'json']);
  expect(JSON.parse(said.stdout)).toMatchObject([{ label: 'delivery' }, { label: 'refund' }]);
});
