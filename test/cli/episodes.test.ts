// `evaluate` by episodes from files to figures: a net that `meta-learn` has trained, frozen pixels, and classes that were learnt.
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
  readonly baselines: Readonly<Record<string, { readonly accuracy: number }>>;
  readonly labels_used: number;
  readonly checks: readonly { readonly name: string; readonly message: string }[];
  readonly episodes: {
    readonly method: string;
    readonly accuracies: readonly number[];
    readonly differences: readonly {
      readonly difference: { readonly value: number; readonly low: number };
    }[];
  };
}

test(
  'new classes in episodes: a learnt net is above the nearest picture by pixels, on the same episodes',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker);
    await stripes(rig, 'many', [0, 2, 4, 6, 8, 10], 12);
    await stripes(rig, 'novel', [1, 5, 9, 6], 12);
    const program = `load many { from: "many-*" }
load novel { from: "novel-*"  where: label != 6 }
load all { from: "novel-*" }
meta-learn slopes { from: many  ways: 3  shots: 1  queries: 4  episodes: 40 }
`;
    await rig.write(
      'main.fsl',
      `${program}
evaluate learnt { model: slopes  on: novel  episodes: 60  ways: 3  queries: 5  seed: 3  require: accuracy > pixels.accuracy at 95% }
evaluate plain { model: "builtin:pixels"  on: novel  episodes: 60  ways: 3  queries: 5  seed: 3  method: head(kind: knn, k: 1, distance: euclidean, weights: uniform) }
evaluate dropped { model: slopes  on: all  episodes: 60  ways: 3  queries: 5  seed: 3  overlap: drop }
`,
    );
    const ran = await rig.run(['main.fsl']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    await rig.write(
      'refused.fsl',
      `${program}evaluate refused { model: slopes  on: all  ways: 3  queries: 5 }\n`,
    );
    const refused = await rig.run(['refused.fsl']);
    expect(refused.stderr).toMatch(/error\[shared-classes\][^]*one of the 4 classes of these rows: `6`/);
    const shown = async (name: string): Promise<Shown> =>
      JSON.parse((await rig.run(['show', 'main.fsl', name, '--format', 'json'])).stdout) as never;
    const [learnt, plain, dropped] = [await shown('learnt'), await shown('plain'), await shown('dropped')];
    expect(learnt.episodes.method).toBe('prototype(distance: euclidean)');
    expect(learnt.baselines['pixels']?.accuracy).toBeCloseTo(plain.metrics.accuracy.value, 12);
    expect(learnt.baselines['chance']?.accuracy).toBeCloseTo(1 / 3, 12);
    expect(learnt.episodes.differences[0]?.difference.low).toBeGreaterThan(0);
    expect(learnt.labels_used).toBe(6 * 12);
    expect(plain.labels_used).toBe(0);
    expect(dropped.episodes.accuracies).toEqual(learnt.episodes.accuracies);
    expect(dropped.checks).toContainEqual({
      name: 'shared_classes',
      message: '1 of the 4 classes were left out: the model has learnt them (`6`)',
    });
    expect((await rig.run(['show', 'main.fsl', 'learnt'])).stdout).toMatch(
      /60 episodes of 3 new classes, 1 row of each to learn from and 5 to be asked about, by `prototype\(distance: euclidean\)`/,
    );
  },
);
