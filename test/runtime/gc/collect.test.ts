import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namesOf } from '../../../src/runtime/action.ts';
import { openAttempts } from '../../../src/runtime/attempt.ts';
import { openClaims } from '../../../src/runtime/claim.ts';
import { damageOf } from '../../../src/runtime/cli/store-damage.ts';
import { seal } from '../../../src/runtime/durable.ts';
import { holdResult } from '../../../src/runtime/hold-result.ts';
import { ownIdentity } from '../../../src/stages/process-identity.ts';
import { collect, judge, told } from '../rig/collect.ts';
import { copyOf, folderWithData, objectsOf, runCounted } from '../rig/prepared.ts';
import { planOf, run, runPlanned, storeOf } from '../rig/run.ts';
import { smallProgram, type SmallProgram } from '../rig/small-program.ts';

const own = ownIdentity();
const older: SmallProgram = { train: 5 };
/** Everything that its newest run does not need. */
const all = { olderThan: -1 };

/** A program that has run with other settings before. */
const original = folderWithData();
beforeAll(async () => {
  await runCounted(smallProgram(original.path, older), { folder: original.path });
  await runCounted(smallProgram(original.path), { folder: original.path });
  original.write('test.fsl', 'fsl 1\n'); // a program that is gone has no newest run
});
afterAll(() => original[Symbol.dispose]());

const olderResults = [
  'result fit unused',
  'result fit unused',
  'result gather unused',
  'result pick unused',
  'result pick unused',
  'result score unused',
  'result score unused',
];

/** States of the steps that the program would have. */
function states(folder: string, program: SmallProgram = {}): readonly string[] {
  const { plan } = planOf(smallProgram(folder, program), { folder });
  return plan.steps.map(({ state, why }) => (why === '' ? state : `${state}: ${why}`));
}

async function expectWhole(folder: string): Promise<void> {
  expect((await damageOf(storeOf(folder))).damaged).toEqual([]);
}

describe('without limits', () => {
  test('results stay, whoever used them', async () => {
    using folder = copyOf(original.path);
    const before = objectsOf(folder.path);
    const { removed, choice } = await collect(folder.path);
    expect(told(removed.done)).toEqual([]);
    expect(choice.stays).toMatchObject({ running: 0, newest: 8, recent: 7 });
    expect(objectsOf(folder.path)).toEqual(before);
    expect(readdirSync(join(folder.path, '.fsl/attempts'))).toEqual([]);
    expect(readdirSync(join(folder.path, '.fsl/claims'))).toEqual([]);
    expect(existsSync(join(folder.path, '.fsl/gc/trash'))).toBe(false);
  });

  test('what nothing refers to goes, each for its reason', async () => {
    using folder = copyOf(original.path);
    const store = storeOf(folder.path);
    const key = planOf(smallProgram(folder.path), { folder: folder.path }).plan.steps[0]?.key ?? '';
    const unfinished = 'e'.repeat(64);
    const dead = { ...own, start: '1' };
    folder.write(`.fsl/objects/ab/ab${'0'.repeat(62)}`, 'nobody has it');
    folder.write(`.fsl/actions/${'d'.repeat(64)}.json`, 'damaged');
    folder.write('.fsl/attempts/1-boot-nonce/owner.json', JSON.stringify(dead));
    folder.write('.fsl/attempts/1-boot-nonce/1/part-0/0', 'half of a result');
    folder.write(`.fsl/claims/${key}.nonce.json`, JSON.stringify({ owner: dead, since: 1 }));
    folder.write('.fsl/running/old.json', JSON.stringify({ owner: dead, program: 'test.fsl', steps: [] }));
    folder.write(`.fsl/checkpoints/${key}/model.safetensors`, 'of a step that is finished');
    folder.write(`.fsl/checkpoints/${unfinished}/model.safetensors`, 'of one that is not');
    folder.write('.fsl/cache/.draft-1-abc', 'unfinished');
    const { removed } = await collect(folder.path, { now: Date.now() + 2 * 3_600_000 });
    expect(told(removed.done)).toEqual([
      'attempt process-gone',
      'checkpoint step-finished',
      'claim process-gone',
      'claim process-gone',
      'draft never-finished',
      'object unreferenced',
      'record damaged',
    ]);
    expect(existsSync(store.path('checkpoints', unfinished))).toBe(true);
    expect(states(folder.path)).toEqual(Array(8).fill('cached'));
    await expectWhole(folder.path);
  });

  test('a checkpoint of a step that somebody works on stays, also where its result is there', async () => {
    using folder = copyOf(original.path);
    const store = storeOf(folder.path);
    const key = planOf(smallProgram(folder.path), { folder: folder.path }).plan.steps[0]?.key ?? '';
    folder.write(`.fsl/checkpoints/${key}/model.safetensors`, 'of a step that is forced to run again');
    const attempts = openAttempts(store, own);
    const claim = openClaims(store, attempts.drafts, own, Date.now).take(key);
    expect(told((await collect(folder.path, { limits: all })).removed.done)).not.toContain(
      'checkpoint step-finished',
    );
    if ('release' in claim) claim.release();
    expect(told((await collect(folder.path)).removed.done)).toEqual(['checkpoint step-finished']);
    await attempts.close();
  });

  test('a result that has lost a part goes with what is left of it, and runs again', async () => {
    using folder = copyOf(original.path);
    const step = planOf(smallProgram(folder.path), { folder: folder.path }).steps.find(
      ({ step: { id } }) => id === 'model[seed=1]',
    );
    const [file] = step?.action?.outputs['']?.files ?? [];
    rmSync(storeOf(folder.path).objectPath(file?.digest ?? ''));
    expect(told((await collect(folder.path)).removed.done)).toContain('result fit incomplete');
    expect(states(folder.path)[2]).toMatch(/^run: the result is not in the store any more/);
    const { result } = await runCounted(smallProgram(folder.path), { folder: folder.path });
    expect(result.outcome).toBe('done');
    expect(states(folder.path)).toEqual(Array(8).fill('cached'));
  });
});

describe('with limits', () => {
  test('what was used longest ago goes; the newest run of the program stays, and what it shares', async () => {
    using folder = copyOf(original.path);
    const { removed } = await collect(folder.path, { limits: all });
    expect(told(removed.done).filter((one) => one.startsWith('result'))).toEqual(olderResults);
    expect(states(folder.path)).toEqual(Array(8).fill('cached'));
    await expectWhole(folder.path);
  });

  test('a plan says who has removed what, and a run makes it again, the same', async () => {
    using folder = copyOf(original.path);
    const keys = readdirSync(join(folder.path, '.fsl/actions'));
    await collect(folder.path, { limits: all });
    const date = new Date().toISOString().slice(0, 10);
    const [rows, parts, model] = states(folder.path, older);
    expect([rows, parts]).toEqual(['cached', `run: removed by \`fslrun gc\` on ${date}, to be made again`]);
    expect(model).toMatch(/^pending: .*waits for/);
    const { result, ran } = await runCounted(smallProgram(folder.path, older), { folder: folder.path });
    expect([result.outcome, ran.length]).toEqual(['done', 7]);
    expect(readdirSync(join(folder.path, '.fsl/actions'))).toEqual(keys);
    expect(states(folder.path, older)).toEqual(Array(8).fill('cached'));
    // What is there again is no longer remembered as removed.
    expect(told((await collect(folder.path)).removed.done)).toEqual(Array(7).fill('removed there-again'));
  });

  test('what a later run has used is as young as that run', async () => {
    using folder = copyOf(original.path);
    const { plan } = planOf(smallProgram(folder.path, older), { folder: folder.path });
    const before = Date.now();
    await runCounted(smallProgram(folder.path, older), { folder: folder.path });
    await runCounted(smallProgram(folder.path), { folder: folder.path });
    const now = Date.now();
    const { removed } = await collect(folder.path, { limits: { olderThan: now - before }, now });
    expect(plan.summary.cached).toBe(8);
    expect(told(removed.done)).toEqual([]);
  });

  test('what was shown or used for predictions is as young as that', async () => {
    using folder = copyOf(original.path);
    const { steps } = planOf(smallProgram(folder.path, older), { folder: folder.path });
    const model = steps.find(({ step }) => step.id === 'model[seed=1]')?.planned.key ?? '';
    const later = Date.now() + 100;
    await new Promise((resolve) => setTimeout(resolve, 150));
    storeOf(folder.path).touch(model);
    const now = Date.now();
    const { removed } = await collect(folder.path, { limits: { olderThan: now - later }, now });
    // The model and the draw it was made from stay, and what was made from it does not.
    expect(told(removed.done)).toEqual([
      'result fit unused',
      'result gather unused',
      'result pick unused',
      'result score unused',
      'result score unused',
    ]);
  });

  test('of a program that is gone everything may go, of one elsewhere its newest run stays', async () => {
    using folder = copyOf(original.path);
    rmSync(join(folder.path, 'test.fsl'));
    expect((await judge(folder.path, all)).choice.stays).toMatchObject({ newest: 0, recent: 0 });
    using other = copyOf(original.path);
    mkdirSync(join(other.path, 'deep'));
    cpSync(join(other.path, '.fsl'), join(other.path, 'deep/.fsl'), { recursive: true });
    await runCounted(smallProgram(other.path), { folder: other.path, store: join(other.path, 'deep/.fsl') });
    rmSync(join(other.path, 'test.fsl'));
    expect((await judge(join(other.path, 'deep'), all)).choice.stays).toMatchObject({ newest: 8 });
  });

  test('the size that was asked for, and no smaller', async () => {
    using folder = copyOf(original.path);
    const { inventory } = await judge(folder.path);
    const { removed, choice } = await collect(folder.path, { limits: { maxSize: inventory.size - 1 } });
    expect(removed.done).toHaveLength(1);
    expect(choice.left).toBeLessThan(inventory.size);
    const tight = await collect(folder.path, { limits: { maxSize: 0 } });
    expect(tight.choice.left).toBeGreaterThan(0);
    expect(states(folder.path)).toEqual(Array(8).fill('cached'));
  });
});

describe('a runner that is at work', () => {
  test('keeps what it uses, whoever else needs it no more', async () => {
    using folder = copyOf(original.path);
    const store = storeOf(folder.path);
    const { steps } = planOf(smallProgram(folder.path, older), { folder: folder.path });
    const attempts = openAttempts(store, own);
    attempts.use(steps.flatMap(({ action }) => (action === undefined ? [] : namesOf(action))));
    const { removed, choice } = await collect(folder.path, { limits: all });
    expect(told(removed.done).filter((one) => one.startsWith('result'))).toEqual([]);
    expect(choice.stays).toMatchObject({ running: 8, newest: 7 });
    await attempts.close();
    expect(told((await collect(folder.path, { limits: all })).removed.done)).toEqual(olderResults);
  });

  test('that begins while things are out of the way gets them back', async () => {
    using folder = copyOf(original.path);
    const store = storeOf(folder.path);
    const { steps } = planOf(smallProgram(folder.path, older), { folder: folder.path });
    const model = steps.find(({ step }) => step.id === 'model[seed=1]')?.action;
    const attempts = openAttempts(store, own);
    const { removed } = await collect(folder.path, {
      limits: all,
      fault: (point) => {
        if (point === 'gc-record-moved' && model !== undefined) attempts.use(namesOf(model));
      },
    });
    expect(told(removed.spared)).toEqual(['result fit unused']);
    expect(store.action(model?.key ?? '')).toMatchObject({ state: 'found' });
    await expectWhole(folder.path);
    await attempts.close();
  });

  test('that publishes while things are out of the way, and is gone at once, loses nothing', async () => {
    using folder = copyOf(original.path);
    const store = storeOf(folder.path);
    const { steps } = planOf(smallProgram(folder.path, older), { folder: folder.path });
    const model = steps.find(({ step }) => step.id === 'model[seed=1]')?.action;
    if (model === undefined) throw new Error('the model is not there');
    const published = { ...model, key: 'f'.repeat(64), time: Date.now() };
    let done = false;
    await collect(folder.path, {
      limits: all,
      fault: (point) => {
        if (point !== 'gc-record-moved' || done) return;
        done = true;
        // A record that has objects in common with what is being removed.
        folder.write(`.fsl/actions/${published.key}.json`, seal(published));
      },
    });
    expect(store.action(published.key)).toMatchObject({ state: 'found' });
    await expectWhole(folder.path);
  });

  test('names what it looks up before it does', async () => {
    using folder = copyOf(original.path);
    const named = (): readonly string[] =>
      readdirSync(join(folder.path, '.fsl/attempts')).flatMap((one) =>
        readFileSync(join(folder.path, '.fsl/attempts', one, 'uses'), 'utf8').split('\n'),
      );
    const unnamed: string[] = [];
    let looked = 0;
    const { planned } = await run(smallProgram(folder.path, { train: 3 }), {
      folder: folder.path,
      looksUp: (key) => {
        looked += 1;
        if (!named().includes(key)) unnamed.push(key);
      },
    });
    expect(planned.plan.summary).toMatchObject({ cached: 1 });
    expect(looked).toBeGreaterThan(6);
    expect(unnamed).toEqual([]);
  });

  test('that publishes a result anew while it is being moved keeps the new one', async () => {
    using folder = copyOf(original.path);
    const store = storeOf(folder.path);
    const { steps } = planOf(smallProgram(folder.path, older), { folder: folder.path });
    const results = steps.flatMap(({ action }) => action ?? []);
    const again = new Map<string, number>();
    await collect(folder.path, {
      limits: all,
      fault: (point) => {
        if (point !== 'gc-record-moved' || again.size > 0) return;
        for (const action of results) {
          if (store.action(action.key).state !== 'found') continue;
          again.set(action.key, action.time + 1);
          folder.write(`.fsl/actions/${action.key}.json`, seal({ ...action, time: action.time + 1 }));
        }
      },
    });
    expect(again.size).toBeGreaterThan(3);
    for (const [key, time] of again)
      expect(store.action(key)).toMatchObject({ state: 'found', action: { time } });
    await expectWhole(folder.path);
  });

  test('that has planned before something went runs that again', async () => {
    using folder = copyOf(original.path);
    const pipeline = smallProgram(folder.path, older);
    const planned = planOf(pipeline, { folder: folder.path });
    await collect(folder.path, { limits: all });
    const { result } = await runPlanned(planned, { folder: folder.path });
    expect(result).toMatchObject({ outcome: 'done', executed: 7 });
    await expectWhole(folder.path);
  });
});

test('a model that is served stays until it is let go', async () => {
  using folder = copyOf(original.path);
  const store = storeOf(folder.path);
  const { steps } = planOf(smallProgram(folder.path, older), { folder: folder.path });
  const model = steps.find(({ step }) => step.id === 'model[seed=1]')?.action;
  if (model === undefined) throw new Error('the model is not there');
  const letGo = holdResult(store, model);
  await collect(folder.path, { limits: all });
  expect(store.action(model.key).state).toBe('found');
  await expectWhole(folder.path);
  await letGo();
  await collect(folder.path, { limits: all });
  expect(store.action(model.key).state).toBe('missing');
});

describe('links', () => {
  test('are not followed, and what they lead to stays', async () => {
    using folder = copyOf(original.path);
    using outside = folderWithData();
    const digest = `cd${'1'.repeat(62)}`;
    outside.write(digest, 'not ours');
    outside.write('.draft-1-abc', 'not ours');
    mkdirSync(join(folder.path, '.fsl/objects/ab'), { recursive: true });
    symlinkSync(outside.path, join(folder.path, '.fsl/objects/cd'));
    symlinkSync(join(outside.path, 'data.txt'), join(folder.path, `.fsl/objects/ab/ab${'2'.repeat(62)}`));
    symlinkSync(outside.path, join(folder.path, `.fsl/checkpoints/${'3'.repeat(64)}`));
    rmSync(join(folder.path, '.fsl/cache'), { recursive: true });
    symlinkSync(outside.path, join(folder.path, '.fsl/cache'));
    const before = readdirSync(outside.path);
    const { inventory } = await collect(folder.path, { limits: all, now: Date.now() + 1e12 });
    expect(readdirSync(outside.path)).toEqual(before);
    expect(inventory.foreign).toEqual(['cache', `objects/ab/ab${'2'.repeat(62)}`, 'objects/cd']);
  });

  test.each(['objects', 'actions'])('in the place of %s: then no result goes', async (name) => {
    using folder = copyOf(original.path);
    using outside = folderWithData();
    const moved = join(outside.path, name);
    cpSync(join(folder.path, '.fsl', name), moved, { recursive: true });
    rmSync(join(folder.path, '.fsl', name), { recursive: true });
    symlinkSync(moved, join(folder.path, '.fsl', name));
    const before = readdirSync(moved, { recursive: true });
    await collect(folder.path, { limits: all });
    expect(readdirSync(moved, { recursive: true })).toEqual(before);
    expect(states(folder.path, older)).toEqual(Array(8).fill('cached'));
  });
});

test('two at once: one after the other', async () => {
  using folder = copyOf(original.path);
  const both = await Promise.all([1, 2].map(() => collect(folder.path, { limits: all })));
  const results = both.flatMap(({ removed }) => told(removed.done)).filter((one) => one.startsWith('result'));
  expect(results.sort()).toEqual(olderResults);
  await expectWhole(folder.path);
});

test('what is interrupted has freed some, and the next goes on', async () => {
  using folder = copyOf(original.path);
  for (let i = 0; i < 1200; i += 1) folder.write(`.fsl/objects/ab/ab${String(i).padStart(62, '0')}`, 'x');
  const stop = new AbortController();
  const { removed } = await collect(folder.path, {
    signal: stop.signal,
    fault: (point) => {
      if (point === 'gc-moved') stop.abort();
    },
  });
  expect(removed).toMatchObject({ interrupted: true, bytes: 500 });
  expect((await collect(folder.path)).removed).toMatchObject({ interrupted: false, bytes: 700 });
  await expectWhole(folder.path);
});
