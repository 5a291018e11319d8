// `show --format html`: a page of a report, with the pictures that were missed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';
import { stripes } from './stripes.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

interface Shown {
  readonly confusion: readonly (readonly number[])[];
}

test(
  'the page shows the pictures that were missed, few of many, and safely',
  { timeout: 60_000 },
  async () => {
    await using rig = await openRig(worker);
    await stripes(rig, 'all', [0, 1, 2, 3], 40);
    await rig.write(
      'main.fsl',
      `load all { from: "all-*"  label_names: { "0": "<script>", "1": "one", "2": "two", "3": "three" } }
split parts { from: all  test: 30 per label  train: 4 per label  seed: 1 }
fine-tune model { model: "builtin:pixels"  from: parts.train  method: prototype }
fine-tune odd { model: "builtin:pixels"  from: parts.train  method: one_class(normal: "one", distance: cosine, prototypes: 2) }
evaluate score { model: model  on: parts.test  metrics: [accuracy] }
evaluate alarms { model: odd  on: parts.test }
`,
    );
    expect((await rig.run(['main.fsl'])).stderr).not.toContain('error[');
    const shown = JSON.parse(
      (await rig.run(['show', 'main.fsl', 'score', '--format', 'json'])).stdout,
    ) as Shown;
    const missed = shown.confusion
      .flatMap((counts, i) => counts.filter((_, j) => i !== j))
      .reduce((a, b) => a + b, 0);
    expect(missed).toBeGreaterThan(48); // more than a page shows
    const { stdout: page } = await rig.run(['show', 'main.fsl', 'score', '--format', 'html']);
    const figures = page.match(/<figure>.*?<\/figure>/g) ?? [];
    expect(figures).toHaveLength(48);
    expect(page).toContain(`48 of ${missed} pictures that got another label than their own`);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;');
    const surety = figures.map((one) => Number(/<br>\S+ ([\d.]+)<br>/.exec(one)?.[1]));
    expect(surety).toEqual(surety.toSorted((a, b) => b - a));
    for (const one of figures) {
      const [, own, given] = /<b>(.*?)<\/b><br>(\S+) /.exec(one) ?? [];
      expect(own).not.toBe(given);
      expect(one).toMatch(/src="data:image\/png;base64,iVBORw0KGgo/);
    }
    const alarms = await rig.run(['show', 'main.fsl', 'alarms', '--format', 'html', '-o', 'alarms.html']);
    expect([alarms.code, alarms.stdout]).toEqual([0, '']);
    const refused = await rig.run(['show', 'main.fsl', 'model', '--format', 'html']);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('pages are made of one report'),
    ]);
  },
);
