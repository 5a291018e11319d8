import { appendFileSync, chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlannedStep, Reason } from '../../src/runtime/plan.ts';
import { fromStep, pipelineOf } from './rig/pipeline.ts';
import { copyOf, folderWithData, runCounted } from './rig/prepared.ts';
import { planOf, storeOf } from './rig/run.ts';
import { smallProgram, type SmallProgram } from './rig/small-program.ts';
import { stages } from './rig/stages.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

const original = folderWithData();
beforeAll(async () => {
  await runCounted(smallProgram(original.path), { folder: original.path });
});
afterAll(() => original[Symbol.dispose]());

/** Steps that are not cached, with their state and why. */
function decisions(
  folder: TemporaryFolder,
  program: SmallProgram = {},
  choices = {},
): Record<string, string> {
  const { plan } = planOf(smallProgram(folder.path, program), { folder: folder.path, ...choices });
  const open = plan.steps.filter(({ state }) => state !== 'cached');
  return Object.fromEntries(open.map(({ id, state, why }) => [id, `${state}: ${folder.hide(why)}`]));
}

function stepOf(folder: TemporaryFolder, id: string, program: SmallProgram = {}): PlannedStep {
  const { plan } = planOf(smallProgram(folder.path, program), { folder: folder.path });
  return plan.steps.find((step) => step.id === id) as PlannedStep;
}

/** The reasons of the only step that runs. */
function reasons(folder: TemporaryFolder, program: SmallProgram = {}): readonly Reason[] {
  const { plan } = planOf(smallProgram(folder.path, program), { folder: folder.path });
  const running = plan.steps.filter(({ state }) => state === 'run');
  expect(running).toHaveLength(1);
  return running[0]?.reasons ?? [];
}

function objectOf(folder: TemporaryFolder, id: string, name: string): string {
  const { steps } = planOf(smallProgram(folder.path), { folder: folder.path });
  const { action } = steps.find(({ step }) => step.id === id) ?? {};
  const file = Object.values(action?.outputs ?? {}).flatMap(({ files }) =>
    files.filter((one) => one.name === name),
  )[0];
  return storeOf(folder.path).objectPath(file?.digest ?? '');
}

const afterRows = {
  'parts[seed=1]': 'pending: waits for `rows`',
  'model[seed=1]': 'pending: waits for `parts[seed=1]`',
  'score[seed=1]': 'pending: waits for `model[seed=1]` and 1 more',
  'parts[seed=2]': 'pending: waits for `rows`',
  'model[seed=2]': 'pending: waits for `parts[seed=2]`',
  'score[seed=2]': 'pending: waits for `model[seed=2]` and 1 more',
  summary: 'pending: waits for `score[seed=1]` and 1 more',
};

describe('a change has its one reason', () => {
  test('an option', () => {
    using folder = copyOf(original.path);
    expect(decisions(folder, { epochs: 3 })).toEqual({
      'model[seed=1]': 'run: `epochs` 1 -> 3 at test.fsl:8:1',
      'score[seed=1]': 'pending: waits for `model[seed=1]`',
      'model[seed=2]': 'run: `epochs` 1 -> 3 at test.fsl:17:1',
      'score[seed=2]': 'pending: waits for `model[seed=2]`',
      summary: 'pending: waits for `score[seed=1]` and 1 more',
    });
    expect(stepOf(folder, 'model[seed=1]', { epochs: 3 }).reasons).toEqual([
      { code: 'option_changed', path: 'epochs', before: 1, after: 3, file: 'test.fsl', line: 8, column: 1 },
    ]);
  });

  test('an edited data file', () => {
    using folder = copyOf(original.path);
    folder.write('data.txt', 'row one\n' + readFileSync(join(folder.path, 'data.txt'), 'utf8').slice(6));
    expect(decisions(folder)).toEqual({ rows: 'run: `data.txt` changed', ...afterRows });
    const [reason] = reasons(folder);
    expect(reason).toMatchObject({ code: 'input_changed', path: 'from' });
    expect(reason?.before).not.toEqual(reason?.after);
  });

  test('an edited data file whose times did not change', () => {
    using folder = copyOf(original.path);
    folder.age('data.txt', 1000);
    decisions(folder);
    folder.write('data.txt', readFileSync(join(folder.path, 'data.txt'), 'utf8').replace('row 0', 'row X'));
    folder.age('data.txt', 1000);
    expect(reasons(folder).map(({ code }) => code)).toEqual(['input_changed']);
  });

  test('an added row', () => {
    using folder = copyOf(original.path);
    appendFileSync(join(folder.path, 'data.txt'), 'row 10\n');
    expect(reasons(folder).map(({ code, path }) => [code, path])).toEqual([['input_changed', 'from']]);
  });

  test('a new version of a stage', () => {
    using folder = copyOf(original.path);
    expect(reasons(folder, { sourceVersion: 2 })).toEqual([
      { code: 'stage_changed', path: 'source', before: 1, after: 2 },
    ]);
  });

  test('a label map', () => {
    using folder = copyOf(original.path);
    expect(reasons(folder, { labelNames: { '1': 'World' } })).toEqual([
      {
        code: 'option_changed',
        path: 'label_names',
        before: undefined,
        after: { '1': 'World' },
        file: 'test.fsl',
        line: 3,
        column: 1,
      },
    ]);
  });

  test('a seed', () => {
    using folder = copyOf(original.path);
    const { reasons } = stepOf(folder, 'parts[seed=1]', { seedOffset: 10 });
    expect(reasons).toMatchObject([{ code: 'option_changed', path: 'seed', before: 1, after: 11 }]);
    // Stages that draw nothing do not mind their seed.
    expect(decisions(folder, { fitCommon: { seed: 7 } })).toEqual({});
  });

  test('another seed in the list', () => {
    using folder = copyOf(original.path);
    const { state, reasons } = stepOf(folder, 'parts[seed=3]', { seeds: [1, 3] });
    expect([state, reasons]).toMatchObject([
      'run',
      [{ code: 'option_changed', path: 'seed', before: 2, after: 3 }],
    ]);
    expect(stepOf(folder, 'parts[seed=3]', { seeds: [1, 2, 3] }).reasons).toEqual([{ code: 'never_ran' }]);
  });

  test('a missing object', () => {
    using folder = copyOf(original.path);
    rmSync(objectOf(folder, 'model[seed=1]', 'rows.json'));
    expect(reasons(folder)).toEqual([{ code: 'output_missing', path: 'rows.json' }]);
  });

  test('a damaged object, whatever its size and times say', () => {
    using folder = copyOf(original.path);
    const object = objectOf(folder, 'model[seed=1]', 'rows.json');
    const bytes = readFileSync(object);
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    chmodSync(object, 0o644);
    writeFileSync(object, bytes);
    expect(reasons(folder)).toEqual([{ code: 'output_corrupt', path: 'rows.json' }]);
  });

  test('a missing object of two steps: the second may do without running', () => {
    using folder = copyOf(original.path);
    rmSync(objectOf(folder, 'model[seed=1]', 'deep/weights.bin'));
    expect(reasons(folder)).toEqual([{ code: 'output_missing', path: 'deep/weights.bin' }]);
    expect(decisions(folder)['model[seed=2]']).toBe('pending: waits for `model[seed=1]`');
  });

  test('a missing and a damaged record', () => {
    using folder = copyOf(original.path);
    const record = storeOf(folder.path).path('actions', `${stepOf(folder, 'rows').key}.json`);
    const text = readFileSync(record, 'utf8');
    for (const at of [5, 30, 90, text.length - 3]) {
      const flipped = Buffer.from(text);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      writeFileSync(record, flipped);
      expect(reasons(folder)).toMatchObject([{ code: 'output_corrupt' }]);
    }
    rmSync(record);
    expect(reasons(folder)).toMatchObject([{ code: 'output_missing' }]);
  });

  test('a missing data file', () => {
    using folder = copyOf(original.path);
    rmSync(join(folder.path, 'data.txt'));
    expect(decisions(folder).rows).toBe('run: `data.txt` is not there');
    expect(reasons(folder)).toMatchObject([{ code: 'input_missing', path: 'from' }]);
  });

  test('force, and a stage that is never cached', () => {
    using folder = copyOf(original.path);
    expect(decisions(folder, {}, { force: ['parts[seed: 1]'] })).toEqual({
      'parts[seed=1]': 'run: forced',
      'model[seed=1]': 'pending: waits for `parts[seed=1]`',
      'score[seed=1]': 'pending: waits for `model[seed=1]` and 1 more',
      summary: 'pending: waits for `score[seed=1]`',
    });
    const forced = planOf(smallProgram(folder.path), { folder: folder.path, force: true }).plan;
    expect(forced.summary).toEqual({ cached: 0, run: 8, pending: 0 });
    expect(stepOf(folder, 'model[seed=1]', { fitCommon: { cache: false } }).reasons).toEqual([
      { code: 'not_cached' },
    ]);
  });

  test('another device than the result was computed on', () => {
    using folder = copyOf(original.path);
    expect(decisions(folder, { fitCommon: { device: 'cpu' } })).toEqual({});
    expect(stepOf(folder, 'model[seed=1]', { fitCommon: { device: 'gpu' } }).reasons).toEqual([
      { code: 'device_changed', path: 'device', before: 'cpu', after: 'gpu' },
    ]);
    // Asked for on the command line: only what computes tensors runs again.
    expect(Object.keys(decisions(folder, {}, { device: 'gpu' }))).toEqual([
      'model[seed=1]',
      'score[seed=1]',
      'model[seed=2]',
      'score[seed=2]',
      'summary',
    ]);
  });

  test('nothing ran before', () => {
    using folder = folderWithData();
    const { plan } = planOf(smallProgram(folder.path), { folder: folder.path });
    expect(plan.summary).toEqual({ cached: 0, run: 1, pending: 7 });
    expect(plan.steps[0]?.reasons).toEqual([{ code: 'never_ran' }]);
  });
});

describe('no reason', () => {
  test('a renamed stage', () => {
    using folder = copyOf(original.path);
    expect(decisions(folder, { pickName: 'pieces' })).toEqual({});
  });

  test('a moved data file', () => {
    using folder = copyOf(original.path);
    folder.write('deep/other.txt', '');
    renameSync(join(folder.path, 'data.txt'), join(folder.path, 'deep/other.txt'));
    expect(decisions(folder, { data: ['deep/other.txt'] })).toEqual({});
  });

  test('a comment, which only moves places', () => {
    using folder = copyOf(original.path);
    const plain = smallProgram(folder.path);
    const source = { path: 'test.fsl', text: '# why\n' + plain.source.text };
    const { plan } = planOf({ ...plain, source }, { folder: folder.path });
    expect(plan.summary).toEqual({ cached: 8, run: 0, pending: 0 });
  });

  test('another order of the instances', () => {
    using folder = copyOf(original.path);
    expect(decisions(folder, { reversed: true })).toEqual({});
  });

  test('an option that does not reach the output', () => {
    using folder = copyOf(original.path);
    expect(decisions(folder, { require: 3, to: 'report.json', wait: 1 })).toEqual({});
  });
});

test('a renamed stage that also changed says what changed', () => {
  using folder = copyOf(original.path);
  const renamed = decisions(folder, { pickName: 'pieces', train: 5 });
  expect(renamed['pieces[seed=1]']).toBe('run: `train` 4 -> 5 at test.fsl:4:1');
  expect(renamed['pieces[seed=2]']).toBe('run: `train` 4 -> 5 at test.fsl:13:1');
});

test('a step that failed says so, and only where nothing else changed', async () => {
  using folder = folderWithData();
  const failing = { fit: { fail_unless: join(folder.path, 'ready') } };
  const { result } = await runCounted(smallProgram(folder.path, failing), {
    folder: folder.path,
    keepGoing: true,
  });
  expect(result).toMatchObject({ outcome: 'failed', failed: 2, skipped: 3 });
  expect(stepOf(folder, 'model[seed=1]').reasons).toEqual([{ code: 'previous_failed' }]);
  expect(stepOf(folder, 'model[seed=1]', { epochs: 2 }).reasons).toMatchObject([{ code: 'option_changed' }]);
});

test('steps that do the same work run once', () => {
  using folder = folderWithData();
  const { source, pick } = stages();
  const inputs = { from: { from: 'files' as const, paths: [join(folder.path, 'data.txt')] } };
  const pipeline = pipelineOf([
    { name: 'a', definition: source, inputs },
    { name: 'b', definition: source, inputs },
    { name: 'c', definition: pick, options: { train: 1 }, inputs: { from: fromStep('b') } },
  ]);
  const { plan } = planOf(pipeline, { folder: folder.path });
  expect(plan.steps.map(({ id, state, why }) => [id, state, why])).toEqual([
    ['a', 'run', 'never ran'],
    ['b', 'pending', 'waits for `a`'],
    ['c', 'pending', 'waits for `b`'],
  ]);
});

test('a plan covers what its targets need, and no more', () => {
  using folder = folderWithData();
  const plans = (targets: readonly string[]): readonly string[] =>
    planOf(smallProgram(folder.path), { folder: folder.path, targets }).plan.steps.map(({ id }) => id);
  expect(plans(['model[seed=2]'])).toEqual(['rows', 'parts[seed=2]', 'model[seed=2]']);
  expect(plans(['parts'])).toEqual(['rows', 'parts[seed=1]', 'parts[seed=2]']);
  expect(() => plans(['modell'])).toThrow('the program has no target or stage `modell`');
});

test('planning writes nothing where nothing has run', () => {
  using folder = folderWithData();
  planOf(smallProgram(folder.path), { folder: folder.path });
  expect(() => readFileSync(join(folder.path, '.fsl', 'format'))).toThrow('ENOENT');
});
