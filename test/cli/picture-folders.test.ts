// Nets of pictures in folders of transformers, from files to figures: frozen, trained, written again, and refused before anything runs.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors, type StoredTensor } from '../../src/learning/safetensors.ts';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const data = `load rows { from: "rows-*" }
split parts { from: rows  train: 4 per label  test: rest  seed: 3 }
`;
const weightsFile = 'model.safetensors';

async function withNet(rig: Rig, name: string): Promise<string> {
  await stripes(rig, 'rows', [0, 3], 10);
  const folder = join(rig.folder, 'net');
  cpSync(join(import.meta.dirname, '../fixtures/image-nets', name), folder, { recursive: true });
  return folder;
}

test.each(['basic-classifier', 'mobilenet'])(
  '%s is an encoder, is trained, and is written as such a folder',
  { timeout: 240_000 },
  async (name) => {
    await using rig = await openRig(worker);
    const folder = await withNet(rig, name);
    await rig.write(
      'main.fsl',
      `${data}
fine-tune frozen { model: "./net"  from: parts.train }
fine-tune whole { model: "./net"  from: parts.train  method: full  steps: 3 }
fine-tune biases { model: "./net"  from: parts.train  method: bitfit  steps: 2  train: layers(1) }
fine-tune pairs { model: "./net"  from: parts.train  method: contrastive(iterations: 1) }
predict trained { model: whole  from: parts.test  to: "trained.csv" }
fine-tune fitted { model: whole  from: parts.train  method: head(kind: logistic) }
predict labelled { model: fitted  from: parts.test  to: "fitted.csv" }
export written { model: whole  to: "out/net" }
evaluate score { model: frozen  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
`,
    );
    const { code, stderr } = await rig.run(['main.fsl']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    const names = readdirSync(join(rig.folder, 'out/net')).sort();
    expect(names).toEqual([
      'classifier.json',
      'config.json',
      'head.safetensors',
      weightsFile,
      'preprocessor_config.json',
    ]);
    const tensors = (at: string) =>
      openSafetensors(new Uint8Array(readFileSync(join(at, weightsFile))), weightsFile);
    const [before, after] = [tensors(folder), tensors(join(rig.folder, 'out/net'))];
    expect(after.names).toEqual(before.names);
    for (const filter of before.names.filter((one) => one.endsWith('.convolution.weight')))
      expect(after.tensor(filter).data).not.toEqual(before.tensor(filter).data);
    await rig.write(
      'again.fsl',
      `${data}fine-tune again { model: "./out/net"  from: parts.train  method: head(kind: logistic) }
predict labelled { model: again  from: parts.test  to: "again.csv" }
`,
    );
    expect(await rig.run(['again.fsl'])).toMatchObject({ code: 0 });
    const written = (file: string): string => readFileSync(join(rig.folder, file), 'utf8');
    expect(written('again.csv')).toBe(written('fitted.csv'));
  },
);

test('a folder that is wrong is refused before anything runs', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker);
  const folder = await withNet(rig, 'basic');
  await rig.write('main.fsl', `${data}fine-tune model { model: "./net"  from: parts.train }\n`);
  const check = async (): Promise<unknown> => {
    const { code, stderr } = await rig.run(['plan', 'main.fsl']);
    return [code, stderr];
  };
  expect(await check()).toEqual([0, '']);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const [config, processor] = [read('config.json'), read('preprocessor_config.json')].map(
    (text) => JSON.parse(text) as object,
  );
  const refused = async (file: string, json: object | undefined, change: object, problem: string) => {
    await rig.write(`net/${file}`, JSON.stringify({ ...json, ...change }));
    expect(await check()).toEqual([2, expect.stringContaining(problem)]);
    await rig.write(`net/${file}`, JSON.stringify(json));
  };
  const lacking = '`encoder.stages.0.layers.2.layer.0.convolution.weight`, which should be [6, 6, 3, 3]';
  await refused('config.json', config, { depths: [3, 1, 1] }, lacking);
  await refused('config.json', config, { depths: [1, 1, 1] }, 'for which `config.json` has no layer');
  await refused('config.json', config, { layer_type: 'wide' }, '`layer_type` is "wide"');
  await refused('config.json', config, { hidden_sizes: [6, 7] }, '`hidden_sizes` are 2 and `depths` 3');
  await refused('preprocessor_config.json', processor, { resample: 0 }, '`resample` is 0');
  await rig.write(
    'main.fsl',
    `${data}fine-tune model { model: "./net"  from: parts.train  method: full  train: layers(6) }\n`,
  );
  expect(await check()).toEqual([
    2,
    expect.stringContaining('the last 6 layers cannot be trained: the encoder has 5'),
  ]);
  await rig.write('main.fsl', `${data}fine-tune model { model: "./net"  from: parts.train }\n`);
  const stored = openSafetensors(new Uint8Array(readFileSync(join(folder, weightsFile))), weightsFile);
  const tensors: Record<string, StoredTensor> = Object.fromEntries(
    stored.names.filter((name) => stored.isFloat(name)).map((name) => [name, stored.tensor(name)]),
  );
  const changed = { 'embedder.embedder.normalization.bias': { shape: [4], data: new Float32Array(4) } };
  writeFileSync(join(folder, weightsFile), writeSafetensors({ ...tensors, ...changed }));
  const shapes = '`embedder.embedder.normalization.bias` as [4], and by `config.json` it should be [5]';
  expect(await check()).toEqual([2, expect.stringContaining(shapes)]);
  cpSync(join(folder, weightsFile), join(folder, 'model-00001-of-00001.safetensors'));
  rmSync(join(folder, weightsFile));
  const map = Object.fromEntries(
    Object.keys({ ...tensors, ...changed }).map((name) => [name, 'model-00001-of-00001.safetensors']),
  );
  await rig.write('net/model.safetensors.index.json', JSON.stringify({ weight_map: map }));
  expect(await check()).toEqual([2, expect.stringContaining(shapes)]);
  rmSync(join(folder, 'model.safetensors.index.json'));
  expect(await check()).toEqual([2, expect.stringContaining('has no `model.safetensors`')]);
});
