// Searches from the program to what is stored: which of them are equal, and what a search hands out.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const data = `text,kind\n${Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0
    ? `a ripe sweet apple number ${i} in the basket,fruit`
    : `the heavy steel hammer number ${i} on the bench,tool`,
).join('\n')}\n`;

const head = `load d { from: "d.csv" text: "text" label: "kind" }
split p { from: d test: 4 per label validation: 4 per label train: 8 per label }
`;
const search = (
  change: { readonly tune?: string; readonly candidate?: string; readonly more?: string } = {},
): string => `${head}
tune best {
  search: { c: choice(0.01, 1, 100) } method: grid maximize: score.macro_f1 from: p.train ${change.tune ?? 'folds: 2'}
  fine-tune candidate { model: "builtin:ngrams" from: fold.train method: head(c: search.c) ${change.candidate ?? ''} }
  evaluate score { model: candidate on: fold.validation metrics: macro_f1 bootstrap: 0 }
}
evaluate final { model: best.candidate on: p.test metrics: accuracy bootstrap: 0 }
${change.more ?? ''}`;

async function ran(rig: Rig, text: string, ...flags: readonly string[]): Promise<string> {
  await rig.write('d.csv', data);
  await rig.write('main.fsl', text);
  const { code, stdout, stderr } = await rig.run(['main.fsl', ...flags]);
  expect(code, stderr).toBe(0);
  return stdout + stderr;
}

/** Digests of the files of an artifact by name, as `show` prints them. */
async function digests(rig: Rig, name: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await rig.run(['show', 'main.fsl', name]);
  return new Map(
    [...stdout.matchAll(/^(\S+\.\w+) .* ([0-9a-f]{12})$/gm)].map(([, file = '', digest = '']) => [
      file,
      digest,
    ]),
  );
}

async function shown(rig: Rig, name: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await rig.run(['show', 'main.fsl', name, '--format', 'json']);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

describe('a search', () => {
  test('tells what changed in a call without the place of its model', async () => {
    await using rig = await openRig(worker);
    const filler = join(import.meta.dirname, '../fixtures/fill-mask/distilbert');
    const filled = (rate: string): string => `${head}
tune best {
  search: { c: choice(0.1, 1) } method: grid maximize: score.macro_f1 from: p.train folds: 2
  augment more { from: fold.train with: fill(model: ${JSON.stringify(filler)}, rate: ${rate}) copies: 1 }
  fine-tune candidate { model: "builtin:ngrams" from: more method: head(c: search.c) }
  evaluate score { model: candidate on: fold.validation metrics: macro_f1 bootstrap: 0 }
}
`;
    await ran(rig, filled('20%'));
    expect(await ran(rig, filled('30%'), '--dry-run')).toContain(
      '`more.with` [fill(rate: 0.2)] -> [fill(rate: 0.3)]',
    );
  });

  test('gives the same bytes when it is run again', async () => {
    await using rig = await openRig(worker);
    await ran(rig, search());
    const first = [
      await shown(rig, 'best.trials'),
      await shown(rig, 'best.report'),
      await digests(rig, 'best.candidate'),
    ];
    await ran(rig, search(), '--force');
    expect([
      await shown(rig, 'best.trials'),
      await shown(rig, 'best.report'),
      await digests(rig, 'best.candidate'),
    ]).toEqual(first);
  });

  test('hands out what a stage outside would make with the same options', async () => {
    await using rig = await openRig(worker);
    await ran(rig, search());
    const { best } = (await shown(rig, 'best.report')) as { best: { values: { c: number } } };
    await ran(
      rig,
      search({
        more: `fine-tune own { model: "builtin:ngrams" from: p.train method: head(c: ${best.values.c}) }
evaluate own_score { model: own on: p.test }`,
      }),
    );
    const [own, handed] = [await digests(rig, 'own'), await digests(rig, 'best.candidate')];
    expect([...handed.keys()]).toEqual([...own.keys()]);
    expect(own.size).toBeGreaterThan(3);
    // What chose a model has been consumed too.
    for (const [file, digest] of own)
      if (file !== 'consumed.parquet') expect(handed.get(file), file).toBe(digest);
  });

  test('is cached whatever its stages are called and in which order they stand', async () => {
    await using rig = await openRig(worker);
    await ran(rig, search());
    const renamed = search().replaceAll('candidate', 'winner').replaceAll('score', 'figure');
    expect(await ran(rig, renamed)).toContain('Everything is cached');
  });

  test('runs again when an option inside it changes, and says so', async () => {
    await using rig = await openRig(worker);
    await ran(rig, search());
    const plan = await ran(rig, search({ candidate: 'class_weights: balanced' }), '--dry-run');
    expect(plan).toMatch(
      /tune best +run +`candidate.class_weights` .*none.*balanced.* at main\.fsl:6:\d+ \(3 trials x 2 folds\)/,
    );
  });

  test('counts the rows it chose with in the label budget', async () => {
    await using rig = await openRig(worker);
    await ran(rig, search());
    expect(await shown(rig, 'final')).toMatchObject({ label_budget: { fitted: 16, selected: 0 } });
    await ran(rig, search({ tune: 'on: p.validation' }));
    expect(await shown(rig, 'final')).toMatchObject({
      label_budget: { fitted: 16, selected: 8 },
      labels_used: 24,
    });
    expect(await shown(rig, 'best.report')).toMatchObject({ folds: null, optimism: null, labels_used: 24 });
  });

  test('puts the defaults beside the best, where every place has one', async () => {
    await using rig = await openRig(worker);
    const text = await ran(rig, search());
    expect(text).toMatch(/^defaults +/m);
    expect(await shown(rig, 'best.report')).toMatchObject({
      defaults: { scores: [expect.any(Number), expect.any(Number)] },
    });
    const augmented = search()
      .replace('c: choice(0.01, 1, 100)', 'change: choice(swap(rate: 10%), delete(rate: 10%))')
      .replace('from: fold.train method: head(c: search.c)', 'from: copies')
      .replace(
        '  evaluate score',
        '  augment copies { from: fold.train with: search.change copies: 1 }\n  evaluate score',
      );
    await ran(rig, augmented);
    expect(await shown(rig, 'best.copies')).toMatchObject({ rows: 32 });
    expect(await shown(rig, 'best.report')).toMatchObject({
      defaults: null,
      difference: null,
      notes: [expect.stringContaining('a place of the search has no default')],
    });
  });

  test('in which every trial fails ends with what was wrong, at its place', async () => {
    await using rig = await openRig(worker);
    await rig.write('d.csv', data);
    await rig.write('again.csv', data); // the same texts, which only the data shows
    const again = 'load again { from: "again.csv" text: "text" label: "kind" }';
    await rig.write('main.fsl', search({ tune: 'on: again', more: again }));
    const { code, stderr } = await rig.run(['main.fsl']);
    expect(code).toBe(1);
    expect(stderr).toContain('error[overlap]');
    expect(stderr).toMatch(
      /--> main\.fsl:7:\d+\n.*\n.*evaluate score \{ model: candidate on: fold\.validation/,
    );
  });

  test('stops when it is told to in the middle, and leaves nothing half done', async () => {
    await using rig = await openRig(worker);
    await rig.write('d.csv', data);
    const long = search().replace('c: choice(0.01, 1, 100)', 'c: log_uniform(0.01, 100)');
    await rig.write('main.fsl', long.replace('method: grid', 'method: random(trials: 5000)'));
    const told: string[] = [];
    const stopped = await rig.run(['main.fsl', '--json'], {
      prepare: (host) => {
        host.stdout.heard = (text) => {
          for (const line of text.split('\n'))
            if (line.includes('"step-progress"')) {
              if (told.length === 0) host.interrupt();
              told.push(line);
            }
        };
      },
    });
    expect(stopped.code).toBe(130);
    expect(JSON.parse(told[0] ?? '{}')).toMatchObject({
      step: 'best',
      total: 10_000,
      unit: 'folds',
      detail: expect.stringMatching(/^trial \d+ of 5000, best [01]\.\d+$/) as unknown,
    });
    const plan = await rig.run(['plan', 'main.fsl', '--format', 'json']);
    const { steps } = JSON.parse(plan.stdout) as { steps: { id: string; state: string }[] };
    expect(steps.find(({ id }) => id === 'best')?.state).toBe('run');
  });
});
