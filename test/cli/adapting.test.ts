// Nets of `meta-learn` that adapt, from files to figures: validation classes choose the weights, episodes adapt the net as it was trained, and one `compare` has it beside
// frozen and fitted baselines.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

interface Shown {
  readonly metrics: { readonly accuracy: { readonly value: number; readonly low: number } };
  readonly labels_used: number;
  readonly checks: readonly { readonly name: string; readonly message: string }[];
  readonly episodes: { readonly method: string };
}

test('maml, anil and reptile tell new classes apart, far above chance', { timeout: 240_000 }, async () => {
  await using rig = await openRig(worker);
  await stripes(rig, 'many', [0, 2, 4, 6, 8, 10], 12);
  await stripes(rig, 'others', [3, 7, 11], 12);
  await stripes(rig, 'novel', [1, 5, 9], 12);
  await stripes(rig, 'again', [3, 7, 11], 6);
  const loads = `load many { from: "many-*" }
load others { from: "others-*" }
load novel { from: "novel-*" }
defaults meta-learn { from: many  ways: 3  shots: 1  queries: 4  learning_rate: 0.003 }
`;
  await rig.write(
    'main.fsl',
    `${loads}meta-learn first { method: maml(tasks: 2)  episodes: 60 }
meta-learn second { method: anil(tasks: 2, inner_steps: 2)  episodes: 60 }
meta-learn chosen { method: maml(tasks: 1)  episodes: 2  validation: others }
meta-learn third { method: reptile(tasks: 2, inner_steps: 3)  episodes: 80 }
defaults evaluate { on: novel  episodes: 40  ways: 3  queries: 5  seed: 3 }
evaluate maml { model: first  require: accuracy > 0.6 }
evaluate anil { model: second  require: accuracy > 0.6 }
evaluate reptile { model: third  require: accuracy > 0.6 }
evaluate frozen { model: "builtin:pixels"  method: head(kind: logistic) }
evaluate early { model: chosen }
evaluate vectors { model: first  method: prototype }
compare all { of: [maml, anil, reptile, frozen, vectors] }
`,
  );
  const ran = await rig.run(['main.fsl']);
  expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
  const shown = async (name: string): Promise<Shown> =>
    JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as never;
  const [maml, anil, reptile] = [await shown('maml'), await shown('anil'), await shown('reptile')];
  expect(maml.episodes.method).toBe('maml(inner_steps: 1, inner_rate: 0.4, order: 2)');
  expect(anil.episodes.method).toBe('anil(inner_steps: 2, inner_rate: 0.1, order: 2)');
  expect(reptile.episodes.method).toBe('reptile(inner_steps: 3, inner_rate: 0.1)');
  expect((await shown('vectors')).episodes.method).toBe('prototype(distance: cosine)');
  expect(maml.checks).toContainEqual({
    name: 'transductive',
    message: expect.stringContaining('1 step of 0.4 that change all its weights') as string,
  });
  expect(maml.labels_used).toBe(6 * 12);
  expect((await shown('early')).labels_used).toBe(9 * 12); // those that chose the weights count
  expect((await rig.run(['show', 'main.fsl', 'all'])).stdout).toMatch(/maml - frozen[^]*40/);

  await rig.write(
    'ways.fsl',
    `${loads}meta-learn net { method: anil }\nevaluate a { model: net  on: novel  ways: 2  queries: 5 }\n`,
  );
  expect((await rig.run(['check', 'ways.fsl'])).stderr).toContain('the net adapts to 3 classes');
  await rig.write(
    'known.fsl',
    `${loads}load again { from: "again-*" }
meta-learn net { method: anil(tasks: 1)  validation: others  episodes: 1 }
evaluate a { model: net  on: again  ways: 3  queries: 5 }
`,
  );
  expect((await rig.run(['known.fsl'])).stderr).toMatch(/error\[shared-classes\][^]*3 of the 3 classes/);
});
