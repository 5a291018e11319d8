import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownIdentity } from '../../src/stages/process-identity.ts';
import { listRunning, listRuns, readRun } from '../../src/runtime/run-record.ts';
import { fromStep, pipelineOf } from './rig/pipeline.ts';
import { inProcessExecutor } from './rig/in-process.ts';
import { folderWithData, objectsOf, runCounted, told } from './rig/prepared.ts';
import { storeOf, type RunOptions } from './rig/run.ts';
import { smallProgram, type SmallProgram } from './rig/small-program.ts';
import { stages } from './rig/stages.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

async function runSmall(
  folder: TemporaryFolder,
  program: SmallProgram = {},
  options: Partial<RunOptions> = {},
) {
  const { path } = folder;
  return runCounted(smallProgram(path, program), { folder: path, ...options });
}

/** For runs that must not start anything. */
const noExecutor = {
  run: () => Promise.reject(new Error('a job was started')),
  close: () => Promise.resolve(),
};
const all = ['fit', 'fit', 'gather', 'pick', 'pick', 'score', 'score', 'source'];

describe('a run', () => {
  test('runs every step once, and nothing the second time', async () => {
    using folder = folderWithData();
    const first = await runSmall(folder);
    expect(first.ran).toEqual(all);
    expect(first.result).toMatchObject({ outcome: 'done', executed: 8, cached: 0, failed: 0, skipped: 0 });
    expect(first.result.reports.map(({ step }) => step)).toEqual([
      'score[seed=1]',
      'score[seed=2]',
      'summary',
    ]);
    expect(told(first.events, 'step-progress')).toHaveLength(2);
    expect(told(first.events, 'step-note').map(({ message }) => message)).toEqual(['a note', 'a note']);

    const second = await runSmall(folder, {}, { executor: noExecutor });
    expect(second.ran).toEqual([]);
    expect(second.result).toMatchObject({ outcome: 'done', executed: 0, cached: 8 });
    expect(second.result.reports).toEqual(first.result.reports);
    expect(readdirSync(storeOf(folder.path).path('attempts'))).toEqual([]);
    expect(readdirSync(storeOf(folder.path).path('claims'))).toEqual([]);
    expect(readFileSync(storeOf(folder.path).path('.gitignore'), 'utf8')).toBe('*\n');
  });

  test('stops where an upstream change gives the same bytes', async () => {
    using folder = folderWithData();
    await runSmall(folder);
    appendFileSync(join(folder.path, 'data.txt'), '\n\n'); // blank lines are no rows
    const { planned, ran, result } = await runSmall(folder);
    expect(planned.plan.summary).toEqual({ cached: 0, run: 1, pending: 7 });
    expect(ran).toEqual(['source']);
    expect(result).toMatchObject({ executed: 1, cached: 7 });
  });

  test('runs what the plan said: run, and of pending what changed', async () => {
    using folder = folderWithData();
    await runSmall(folder);
    for (const program of [
      { epochs: 2 },
      { train: 5 },
      { seeds: [1, 2, 3] },
      { limit: 9 },
      { prefix: 'x' },
      {},
    ]) {
      const { planned, events } = await runSmall(folder, program);
      const executed = told(events, 'step-finished').map(({ step }) => step);
      const ids = (...states: readonly string[]): readonly string[] =>
        planned.plan.steps.filter(({ state }) => states.includes(state)).map(({ id }) => id);
      expect(executed).toEqual(expect.arrayContaining([...ids('run')]));
      expect(ids('run', 'pending')).toEqual(expect.arrayContaining(executed));
    }
  });

  test('forced, runs again, and steps that do the same work once', async () => {
    using folder = folderWithData();
    const { source } = stages();
    const inputs = { from: { from: 'files' as const, paths: [join(folder.path, 'data.txt')] } };
    const twins = pipelineOf([
      { name: 'a', definition: source, inputs },
      { name: 'b', definition: source, inputs },
    ]);
    const options = { folder: folder.path };
    expect((await runCounted(twins, options)).ran).toEqual(['source']);
    expect((await runCounted(twins, { ...options, force: true })).ran).toEqual(['source']);
    const { result } = await runCounted(twins, { ...options, force: ['b'] });
    expect(result).toMatchObject({ executed: 1, cached: 1 });
  });

  test('runs what is never cached every time, and what only needs the same bytes not', async () => {
    using folder = folderWithData();
    await runSmall(folder, { fitCommon: { cache: false } });
    expect((await runSmall(folder, { fitCommon: { cache: false } })).ran).toEqual(['fit', 'fit']);
  });

  test('heeds `after`', async () => {
    using folder = folderWithData();
    const { source, pick } = stages();
    const inputs = { from: { from: 'files' as const, paths: [join(folder.path, 'data.txt')] } };
    const pipeline = pipelineOf([
      { name: 'a', definition: source, inputs },
      { name: 'slow', definition: pick, options: { train: 1, wait: 200 }, inputs: { from: fromStep('a') } },
      { name: 'b', definition: source, options: { limit: 1 }, inputs, after: ['slow'] },
    ]);
    const { events } = await runCounted(pipeline, { folder: folder.path });
    const order = events.flatMap((e) =>
      e.type === 'step-started' || e.type === 'step-finished' ? [`${e.type} ${e.step}`] : [],
    );
    expect(order.indexOf('step-started b')).toBeGreaterThan(order.indexOf('step-finished slow'));
  });

  test('gives the same digests with other --jobs', async () => {
    using one = folderWithData();
    using two = folderWithData();
    await runSmall(one, {}, { jobs: 1 });
    await runSmall(two, {}, { jobs: 4 });
    expect(actionsOf(one)).toEqual(actionsOf(two));
  });
});

/** Keys with the digests they led to. */
function actionsOf(folder: TemporaryFolder): readonly string[] {
  const store = storeOf(folder.path);
  return readdirSync(store.path('actions')).map((name) => {
    const lookup = store.action(name.replace('.json', ''));
    if (lookup.state !== 'found') throw new Error(lookup.state);
    return `${name} ${Object.values(lookup.action.outputs)
      .map(({ digest }) => digest)
      .join(' ')}`;
  });
}

describe('a step that fails', () => {
  test('fails with the place the stage could not know, and stops what needs it', async () => {
    using folder = folderWithData();
    const fit = { fail_unless: join(folder.path, 'ready') };
    const { result, events } = await runSmall(folder, { fit }, { jobs: 1 });
    expect(result).toMatchObject({ outcome: 'failed', executed: 3, failed: 1 });
    const [failure] = told(events, 'step-failed');
    expect(failure?.step).toBe('model[seed=1]');
    expect(failure?.diagnostics).toMatchObject([
      { code: 'empty-data', span: { source: { path: 'test.fsl' } } },
    ]);
    expect(told(events, 'step-skipped').map(({ step }) => step)).toContain('score[seed=1]');

    const goingOn = await runSmall(folder, { fit }, { keepGoing: true });
    expect(goingOn.result).toMatchObject({ outcome: 'failed', failed: 2, skipped: 3 });

    writeFileSync(join(folder.path, 'ready'), '');
    const mended = await runSmall(folder, { fit });
    expect(mended.ran).toEqual(['fit', 'fit', 'gather', 'score', 'score']);
    expect(mended.result.outcome).toBe('done');
  });

  test('is tried again as often as `retries` says', async () => {
    using folder = folderWithData();
    const fit = { fail_unless: join(folder.path, 'ready') };
    const program = { fit, fitCommon: { retries: 2 }, seeds: [1] };
    const { ran, events } = await runSmall(folder, program);
    expect(ran.filter((kind) => kind === 'fit')).toHaveLength(3);
    expect(told(events, 'step-started').map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 3]);
  });

  test('because the disk is full leaves nothing behind', async () => {
    using folder = folderWithData();
    const { events } = await runSmall(folder, { fit: { full: true }, seeds: [1] });
    expect(told(events, 'step-failed')[0]?.diagnostics).toMatchObject([{ code: 'disk-full' }]);
    expect(readdirSync(storeOf(folder.path).path('attempts'))).toEqual([]);
  });

  test('because its data is gone', async () => {
    using folder = folderWithData();
    const { events } = await runSmall(folder, { data: ['other.txt'] });
    expect(told(events, 'step-failed')[0]?.diagnostics).toMatchObject([
      { code: 'missing-file', message: 'the file `other.txt` is not there' },
    ]);
  });
});

describe('an input', () => {
  test('that changes while its step runs voids the result', async () => {
    using folder = folderWithData();
    folder.write('base/config.json', '{}');
    folder.write('base/README.md', 'not keyed');
    const base = { from: 'folder' as const, path: join(folder.path, 'base') };
    const program = { base, fit: { wait: 300 }, seeds: [1] };
    const { events, result } = await runSmall(folder, program, {
      emit: (event) => {
        if (event.type === 'step-progress') folder.write('base/config.json', '{"new":1}');
      },
    });
    expect(result.outcome).toBe('failed');
    expect(told(events, 'step-failed')[0]?.diagnostics).toMatchObject([{ code: 'changed-during-run' }]);
    const again = await runSmall(folder, program);
    expect(again.ran).toEqual(['fit', 'gather', 'score']);
    folder.write('base/README.md', 'changed');
    expect((await runSmall(folder, program)).ran).toEqual([]);
  });

  test('that is taken over is stored once, and not copied from the store', async () => {
    using folder = folderWithData();
    folder.write('base/model.safetensors', new Uint8Array(100_000).fill(7));
    folder.write('base/config.json', '{}');
    folder.write('base/tokenizer.json', '{"a":1}');
    const base = { from: 'folder' as const, path: join(folder.path, 'base') };
    await runSmall(folder, { base });
    const large = objectsOf(folder.path).filter(({ path }) => readFileSync(path).byteLength === 100_000);
    expect(large).toHaveLength(1);
    const { fit, source, pick } = stages();
    const onModel = pipelineOf([
      {
        name: 'rows',
        definition: source,
        options: { prefix: '' },
        inputs: { from: { from: 'files', paths: [join(folder.path, 'data.txt')] } },
      },
      {
        name: 'parts',
        definition: pick,
        options: { train: 4, wait: 0 },
        inputs: { from: fromStep('rows') },
        common: { seed: 1 },
      },
      {
        name: 'one',
        definition: fit,
        options: { epochs: 1, wait: 0 },
        inputs: { from: fromStep('parts', 'train'), base },
      },
      {
        name: 'two',
        definition: fit,
        options: { epochs: 9, wait: 0 },
        inputs: { from: fromStep('parts', 'train'), base: fromStep('one') },
      },
    ]);
    const { result, planned } = await runCounted(onModel, { folder: folder.path });
    expect([result.outcome, planned.plan.summary.run + planned.plan.summary.pending]).toEqual(['done', 1]);
    expect(objectsOf(folder.path).filter(({ path }) => readFileSync(path).byteLength === 100_000)).toEqual(
      large,
    );
  });

  test('that proves damaged while it is read is made again in the same run', async () => {
    using folder = folderWithData();
    let hurt = false;
    const { result, events, ran } = await runSmall(
      folder,
      { seeds: [1] },
      {
        jobs: 1,
        emit: (event) => {
          if (event.type !== 'step-finished' || event.step !== 'model[seed=1]' || hurt) return;
          hurt = true;
          for (const { path } of objectsOf(folder.path)) {
            if (readFileSync(path).byteLength !== 40_000) continue;
            chmodSync(path, 0o644);
            writeFileSync(path, 'damaged');
          }
        },
      },
    );
    expect(hurt).toBe(true);
    expect(result.outcome).toBe('done');
    expect(ran).toEqual(['fit', 'fit', 'gather', 'pick', 'score', 'score', 'source']);
    expect(told(events, 'step-note').map(({ message }) => message)).toContain(
      'its stored result proved damaged, so it runs again',
    );
  });
});

test('steps run side by side only as far as the machine suffices', async () => {
  /** How many steps of a kind run at once; the first ones do not finish before so many are there. */
  const most = async (fitCommon: SmallProgram['fitCommon'], together: number): Promise<number> => {
    using folder = folderWithData();
    let running = 0;
    let highest = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const executor = inProcessExecutor(undefined);
    await runSmall(
      folder,
      { seeds: [1, 2, 3, 4], wait: 20, ...(fitCommon === undefined ? {} : { fitCommon }) },
      {
        jobs: 4,
        capacity: { cores: 4, gpus: 1 },
        executor: {
          ...executor,
          run: async (request) => {
            if (request.job.kind !== 'fit') return executor.run(request);
            running += 1;
            highest = Math.max(highest, running);
            if (running === together) meet();
            await met;
            const outcome = await executor.run(request);
            running -= 1;
            return outcome;
          },
        },
      },
    );
    return highest;
  };
  expect(await most(undefined, 4)).toBe(4);
  expect(await most({ resources: { cores: 3 } }, 1)).toBe(1);
  expect(await most({ resources: { gpu: 1 } }, 1)).toBe(1);
  expect(await most({ device: 'gpu' }, 1)).toBe(1);
});

describe('what is done with results', () => {
  test('a requirement is judged on every run', async () => {
    using folder = folderWithData();
    const broken = await runSmall(folder, { require: 7 });
    expect(broken.result.outcome).toBe('requirement-failed');
    expect(told(broken.events, 'requirement')).toContainEqual(
      expect.objectContaining({
        step: 'score[seed=1]',
        text: 'rows >= 7',
        held: false,
        detail: 'rows is 6',
      }),
    );
    const again = await runSmall(folder, { require: 7 });
    expect([again.result.outcome, again.ran]).toEqual(['requirement-failed', []]);
    expect((await runSmall(folder, { require: 6 })).result.outcome).toBe('done');
  });

  test('a file of `to:` comes back, follows new results, and is not taken from whoever changed it', async () => {
    using folder = folderWithData();
    const program = { to: 'report.json', seeds: [1] };
    const file = join(folder.path, '1-report.json');
    await runSmall(folder, program);
    const first = readFileSync(file, 'utf8');
    rmSync(file);
    expect((await runSmall(folder, program)).ran).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe(first);

    await runSmall(folder, { ...program, train: 5 });
    const second = readFileSync(file, 'utf8');
    expect(second).not.toBe(first);

    writeFileSync(file, 'mine');
    const { events, result } = await runSmall(folder, program);
    expect(result.outcome).toBe('done');
    expect(told(events, 'output-left').flatMap(({ diagnostics }) => diagnostics)).toMatchObject([
      { code: 'changed-file', severity: 'warning', hint: '`--force` overwrites it' },
    ]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await runSmall(folder, program, { force: ['model'] });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await runSmall(folder, program, { force: ['score'] });
    expect(readFileSync(file, 'utf8')).toBe(first);
  });

  test('a file that was there before is never taken; the results are kept and the run fails', async () => {
    using folder = folderWithData();
    const program = { to: 'report.json', seeds: [1] };
    const file = join(folder.path, '1-report.json');
    writeFileSync(file, 'mine');
    const { events, result } = await runSmall(folder, program);
    expect(result).toMatchObject({ outcome: 'failed', executed: 5, failed: 0, skipped: 0 });
    expect(told(events, 'output-left').flatMap(({ diagnostics }) => diagnostics)).toMatchObject([
      { code: 'foreign-file', severity: 'error', span: { start: expect.any(Number) as number } },
    ]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const again = await runSmall(folder, program);
    expect([again.ran, again.result.outcome]).toEqual([[], 'failed']);
    expect((await runSmall(folder, program, { force: true })).result.outcome).toBe('done');
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
    expect((await runSmall(folder, { ...program, train: 5 })).result.outcome).toBe('done');

    rmSync(file);
    mkdirSync(file);
    const folderThere = await runSmall(folder, program);
    expect(folderThere.result.outcome).toBe('failed');
    expect(told(folderThere.events, 'output-left')[0]?.diagnostics[0]?.message).toContain('EISDIR');
  });
});

test('runs are recorded, and what is running can be asked', async () => {
  using folder = folderWithData();
  const store = storeOf(folder.path);
  const seen = new Set<string>();
  const look = setInterval(() => {
    for (const { steps } of listRunning(store, ownIdentity())) for (const { id } of steps) seen.add(id);
  }, 50);
  await runSmall(folder, { fit: { wait: 800 }, seeds: [1] });
  clearInterval(look);
  expect([...seen]).toContain('model[seed=1]');
  expect(listRunning(store, ownIdentity())).toEqual([]);
  await runSmall(folder, { seeds: [1] });
  const [latest, first] = listRuns(store).map((id) => readRun(store, id));
  expect(first?.steps.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['rows', 'done'],
    ['parts[seed=1]', 'done'],
    ['model[seed=1]', 'done'],
    ['score[seed=1]', 'done'],
    ['summary', 'done'],
  ]);
  expect(latest?.result).toMatchObject({ outcome: 'done', cached: 5 });
  expect(first?.program).toBe('test.fsl');
});
