// `export`: a model as a folder, which is a model again.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSafetensors } from '../../src/learning/safetensors.ts';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const head = `load messages { from: "messages.csv"  text: "text"  label: "kind" }
fine-tune model { model: "builtin:fsl-mini"  from: messages  method: head(kind: logistic) }
`;

test(
  'the folder of the built-in encoder is read by others, and is the same model',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker, example);
    await rig.write(
      'main.fsl',
      `${head}export whole { model: model  to: "out/whole"  parity: messages }
export small { model: "builtin:fsl-mini"  to: "out/small"  precision: int8 }
export half { model: model  to: "out/half"  precision: fp16  parity: messages }
`,
    );
    const ran = await rig.run(['main.fsl']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    const whole = join(rig.folder, 'out/whole');
    const parity = JSON.parse(readFileSync(join(whole, 'parity.json'), 'utf8')) as Record<string, number>;
    expect(parity).toMatchObject({ bound: 0.001, labels_agree: parity['rows'] });
    expect(parity['largest_difference']).toBeLessThan(1e-5);
    expect(ran.stdout + ran.stderr).toMatch(/parity: all labels of \d+ rows agree/);
    expect(readdirSync(whole)).toEqual(
      expect.arrayContaining([
        'config.json',
        'tokenizer.json',
        'modules.json',
        'classifier.json',
        'head.safetensors',
      ]),
    );
    const tensors = readSafetensors(readFileSync(join(whole, 'model.safetensors')), 'model.safetensors');
    expect(tensors['bert.embeddings.word_embeddings.weight']?.shape).toEqual([16_000, 384]);
    const size = (folder: string): number => statSync(join(rig.folder, folder, 'model.safetensors')).size;
    expect(size('out/small')).toBeLessThan(size('out/whole') / 3.9);
    expect(size('out/half')).toBeLessThan(size('out/whole') / 1.99);

    await rig.write(
      'again.fsl',
      head.replace('builtin:fsl-mini', './out/whole') +
        'predict labelled { model: model  from: messages  to: "again.csv" }\n',
    );
    await rig.write(
      'first.fsl',
      `${head}predict labelled { model: model  from: messages  to: "first.csv" }\n`,
    );
    for (const name of ['again', 'first']) expect((await rig.run([`${name}.fsl`])).code).toBe(0);
    const rows = (name: string): string => readFileSync(join(rig.folder, name), 'utf8');
    expect(rows('again.csv')).toBe(rows('first.csv'));
  },
);

test('files that are missing are written again, and those of others stay', { timeout: 120_000 }, async () => {
  await using rig = await openRig(worker, example);
  await rig.write('main.fsl', 'export small { model: "builtin:fsl-mini"  to: "out"  precision: int8 }\n');
  expect((await rig.run(['main.fsl'])).code).toBe(0);
  const [config, card] = [join(rig.folder, 'out/config.json'), join(rig.folder, 'out/README.md')];
  const before = readFileSync(config);
  writeFileSync(card, 'mine');
  rmSync(config);
  expect((await rig.run(['main.fsl'])).stdout).toContain('Everything is cached');
  expect([readFileSync(config), readFileSync(card, 'utf8')]).toEqual([before, 'mine']);
  writeFileSync(config, '{}');
  expect((await rig.run(['main.fsl'])).stderr).toContain('was changed by hand');
});

test('what has no files, and what would write over what is read, is refused', async () => {
  await using rig = await openRig(worker, example);
  const problem = async (text: string): Promise<string> => {
    await rig.write('main.fsl', `${head.replace('fsl-mini', 'ngrams')}${text}`);
    const { code, stderr } = await rig.run(['check', 'main.fsl']);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await problem('export out { model: model  to: "out" }')).toContain('has no weights to export');
  expect(await problem('export out { model: "builtin:pixels"  to: "out" }')).toContain(
    'there is nothing to export here',
  );
  expect(await problem('export out { model: "builtin:fsl-mini"  to: "out"  parity: messages }')).toContain(
    'this model gives vectors',
  );
  expect(await problem('export out { model: "builtin:fsl-mini"  to: "." }')).toContain('would write over');
  expect(await problem('export out { model: "builtin:fsl-mini" }')).toContain('`to`');
  expect(await problem('export out { model: "builtin:fsl-mini"  to: "https://example.org/m" }')).toContain(
    'writes folders on this machine',
  );
});
