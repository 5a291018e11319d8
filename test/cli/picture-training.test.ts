// Nets of pictures that are trained, on rows with changed copies: from files to figures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../src/learning/random.ts';
import { buildWorker, openRig, removeWorker } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const data = `load many { from: "many-*" }
load novel { from: "novel-*" }
split parts { from: novel  train: 2 per label  test: rest  seed: 3 }
meta-learn slopes { from: many  ways: 3  shots: 1  queries: 4  episodes: 2 }
`;

test(
  'a net is trained on a few pictures and their copies, and kept for the next run',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker);
    await stripes(rig, 'many', [0, 2, 4, 6, 8, 10], 12);
    await stripes(rig, 'novel', [1, 5, 9], 12);
    await rig.write(
      'main.fsl',
      `${data}
augment more { from: parts.train  with: [shift(share: 20%), noise]  copies: 4 }
fine-tune frozen { model: slopes  from: parts.train  method: head(kind: logistic) }
fine-tune whole { model: slopes  from: more  method: full  steps: 40 }
fine-tune biases { model: slopes  from: parts.train  method: bitfit  steps: 10  train: layers(1) }
fine-tune pairs { model: slopes  from: parts.train  method: contrastive(iterations: 2) }
evaluate score { model: whole  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
evaluate others { model: biases  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
evaluate paired { model: pairs  on: parts.test  metrics: [accuracy]  bootstrap: 0 }
`,
    );
    const ran = await rig.run(['main.fsl']);
    expect(ran.stderr).not.toContain('error[');
    const shown = async (name: string): Promise<Shown> =>
      JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as Shown;
    const score = await shown('score');
    expect(score.metrics.accuracy.value).toBeGreaterThanOrEqual(score.baselines.frozen_probe.accuracy);
    const [, first, last] =
      /whole: trained in 40 steps on \d+ pictures: loss (\S+) at first, (\S+) at last/.exec(ran.stderr) ?? [];
    expect(Number(last)).toBeLessThan(Number(first) / 3);
    expect(score.labels_used).toBe(6 * 12 + 6); // copies are no labels of their own
    expect((await shown('others')).metrics.accuracy.value).toBeGreaterThan(0.3);
    const again = await rig.run(['main.fsl']);
    expect(again.stdout).toContain('Everything is cached');
  },
);

interface Shown {
  readonly metrics: { readonly accuracy: { readonly value: number } };
  readonly baselines: { readonly frozen_probe: { readonly accuracy: number } };
  readonly labels_used: number;
}

test('what pictures and nets cannot do is said before anything runs', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 3, 6], 6);
  await stripes(rig, 'novel', [1, 5, 9], 6);
  const problems = async (text: string): Promise<string> => {
    await rig.write('main.fsl', `${data}${text}`);
    const { code, stderr } = await rig.run(['check', 'main.fsl']);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await problems('fine-tune m { model: slopes  from: parts.train  method: lora }')).toContain(
    'nets of pictures have none',
  );
  expect(
    await problems('fine-tune m { model: "builtin:pixels"  from: parts.train  method: full }'),
  ).toContain('this model of pictures stays as it is');
  const words = await problems('augment more { from: parts.train  with: [synonyms, shift] }');
  expect(words).toContain('`synonyms` changes texts, and these rows are pictures');
  expect(words).toContain('changes of pictures are `crop`, `flip`');
  expect(
    await problems('augment more { from: parts.train  with: [shift]  model: "builtin:ngrams"  gate: cv }'),
  ).toContain('this model reads texts');
});

test('pictures prove themselves at the gate, on vectors of pixels', { timeout: 60_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'novel', [1, 5, 9], 8);
  await rig.write(
    'main.fsl',
    `load novel { from: "novel-*" }
split parts { from: novel  train: 4 per label  seed: 3 }
augment more { from: parts.train  with: [shift, crop, erase, jitter]  copies: 3  gate: cv(folds: 2, repeats: 2)  filter: similarity(min: 50%) }
fine-tune model { model: "builtin:pixels"  from: more }
`,
  );
  const ran = await rig.run(['main.fsl']);
  expect(ran.stderr).toMatch(/the copies (help and are used|do not help)/);
  expect(ran.code).toBe(0);
});

test('pictures have several labels, and the threshold is chosen on those that were not learnt', async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 3, 6], 6);
  const random = createRandom(7);
  const rows = Array.from({ length: 16 }, (_, i) => {
    const grey = Array.from({ length: 256 }, (_, at) =>
      Math.round(40 * random.next() + ((at % 16 < 8 ? i & 1 : i & 2) === 0 ? 0 : 200)),
    );
    writeFileSync(join(rig.folder, `${i}.bmp`), bitmap(grey));
    return { path: `${i}.bmp`, labels: ['left', 'right'].filter((_, bit) => ((i >> bit) & 1) === 1) };
  });
  await rig.write('list.json', JSON.stringify(rows));
  await rig.write(
    'main.fsl',
    `load many { from: "many-*" }
load listed { from: "list.json"  image: "path"  label: "labels" }
meta-learn slopes { from: many  ways: 3  shots: 1  queries: 4  episodes: 2 }
fine-tune pairs { model: slopes  from: listed  method: contrastive(iterations: 2) }
`,
  );
  const ran = await rig.run(['main.fsl', 'pairs']);
  expect(ran.stderr).toContain('for which the encoder was trained 4 more times');
  expect(ran.code).toBe(0);
});

test('a net learns further from episodes of other classes, and is measured by the rule that it was trained by last', async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 2, 4, 6], 6);
  await stripes(rig, 'more', [8, 10], 6);
  await stripes(rig, 'novel', [1, 5, 9], 6);
  await rig.write(
    'main.fsl',
    `load many { from: "many-*" }
load more { from: "more-*" }
load novel { from: "novel-*" }
meta-learn slopes { from: many  ways: 3  shots: 1  queries: 4  episodes: 2 }
meta-learn further { model: slopes  from: more  method: matching  ways: 2  shots: 1  queries: 4  episodes: 2 }
export folder { model: further  to: "further" }
evaluate score { model: further  on: novel  episodes: 5  ways: 2  shots: 1  queries: 3 }
`,
  );
  const ran = await rig.run(['main.fsl']);
  expect(ran.stderr).toMatch(/trained in 2 steps on 20 pictures/);
  const { stdout } = await rig.run(['show', 'main.fsl', 'score', '--format', 'json']);
  const { episodes } = JSON.parse(stdout) as { episodes: { method: string } };
  expect(episodes.method).toBe('matching');
  // Its folder knows the classes of both trainings.
  for (const name of ['many', 'more']) {
    const again = `load known { from: "${name}-*" }
evaluate again { model: "./further"  on: known  episodes: 5  ways: 2  shots: 1  queries: 3 }
`;
    await rig.write('again.fsl', again);
    expect((await rig.run(['again.fsl'])).stderr).toContain('error[shared-classes]');
  }
  for (const name of ['0', '8']) {
    mkdirSync(join(rig.folder, 'known', name), { recursive: true });
    writeFileSync(join(rig.folder, 'known', name, '1.png'), '');
  }
  await rig.write(
    'again.fsl',
    'load known { from: "known" }\nevaluate again { model: "./further"  on: known  episodes: 5  ways: 2 }\n',
  );
  expect((await rig.run(['check', 'again.fsl'])).stderr).toContain(
    'learnt 2 of the 2 classes of these rows: `0`, `8`',
  );
});

/** A picture of 16 x 16 as BMP. */
function bitmap(grey: readonly number[]): Buffer {
  const head = Buffer.alloc(54);
  head.write('BM');
  const size = 54 + 3 * grey.length;
  for (const [at, value] of [[2, size], [10, 54], [14, 40], [18, 16], [22, 16]] as const) head.writeUInt32LE(value, at); // prettier-ignore
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, Buffer.from(grey.flatMap((value) => [value, value, value]))]);
}
