// Streams of drawn vectors: what is foretold, learnt and told, and that a stream which was stopped ends the same.
import { describe, expect, test } from 'vitest';
import type { Learner } from '../../../src/learning/adapt/learner.ts';
import { rowsToAsk } from '../../../src/learning/adapt/queries.ts';
import type { StreamProgress, StreamSettings } from '../../../src/learning/adapt/stream.ts';
import { runStream } from '../../../src/learning/adapt/vector-stream.ts';
import { fitRidge } from '../../../src/learning/heads/ridge.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { accuracyOf, drawn, few, settings, started, width } from './streams.ts';

describe('a stream', () => {
  test('is foretold before it is learnt, and is learnt like all rows at once', async () => {
    const rows = drawn({ rows: 300 });
    const { head, foretold, labels, updates } = await runStream(few, rows, settings());
    const start = drawn({ rows: 20, seed: 2 });
    const all = {
      rows: 320,
      columns: width,
      data: Float32Array.from([...start.vectors.data, ...rows.vectors.data]),
    };
    const targets = Int32Array.from([...start.labels, ...rows.labels], (label) => labels.indexOf(label));
    const wanted = fitRidge(all, targets, 4, { alpha: 1 });
    wanted.tensors['weight']?.data.forEach((value, i) =>
      expect(Math.abs(value - (head.tensors['weight']?.data[i] ?? NaN))).toBeLessThan(1e-5),
    );
    expect([foretold.length, updates.length, updates.at(-1)?.last]).toEqual([300, 19, 299]);
    expect(accuracyOf(rows, foretold, 200)).toBeGreaterThan(accuracyOf(rows, foretold.slice(0, 50)));
    // Whatever labels the rows of a batch have, what is foretold of them is the same.
    const other = { ...rows, labels: rows.labels.map((label, i) => (i < 16 ? 'z' : label)) };
    const again = await runStream(few, other, settings());
    expect(again.foretold.slice(0, 16)).toEqual(foretold.slice(0, 16));
    expect(again.foretold.slice(16, 32)).not.toEqual(foretold.slice(16, 32));
  });

  test('brings new labels, which are foretold from the next batch on', async () => {
    const names = ['a', 'b', 'c', 'd', 'new', 'newer'];
    const rows = drawn({
      rows: 400,
      names,
      label: (i, name) => (i < 160 && name.startsWith('new') ? 'a' : name),
    });
    const { labels, updates, foretold } = await runStream(few, rows, settings());
    expect([...labels].sort()).toEqual([...names].sort());
    const firstNew = rows.labels.findIndex((label) => label.startsWith('new'));
    const brought = updates.find(({ added }) => added.length > 0);
    expect(brought?.first).toBe(Math.floor(firstNew / 16) * 16);
    expect(foretold.findIndex(({ predicted }) => predicted.startsWith('new'))).toBeGreaterThan(
      brought?.last ?? NaN,
    );
    expect(accuracyOf(rows, foretold, 300)).toBeGreaterThan(0.65);
  });

  test.each([100, 7, 16 * 8, 290])('that was stopped after some %i rows ends the same', async (stopped) => {
    const rows = drawn({ rows: 330, shift: (i) => (i > 100 ? 0.5 : 0) });
    const whole = (drift: StreamSettings['drift']) =>
      settings({
        drift,
        asking: { budget: 150, query: 'random' },
        canary: { ...drawn({ rows: 40, seed: 5 }), deviations: 2 },
      });
    for (const drift of [
      { name: 'surprise', between: 300 },
      { name: 'mmd', delta: 0.01 },
      { name: 'adwin', delta: 0.05 },
      { name: 'ddm', deviations: 2 },
      { name: 'psi', threshold: 0.2, window: 40 },
    ] as const) {
      const wanted = await runStream(few, rows, whole(drift));
      const stop = new AbortController();
      let kept: StreamProgress | undefined;
      const onBatch = async (progress: StreamProgress): Promise<void> => {
        if (progress.foretold.length < stopped) return;
        kept ??= JSON.parse(JSON.stringify(progress)) as StreamProgress;
        stop.abort();
      };
      await expect(runStream(few, rows, { ...whole(drift), signal: stop.signal, onBatch })).rejects.toThrow();
      const { head, foretold, updates, labels } = await runStream(few, rows, whole(drift), kept);
      expect({ head, foretold, updates, labels }).toEqual({
        head: wanted.head,
        foretold: wanted.foretold,
        updates: wanted.updates,
        labels: wanted.labels,
      });
    }
  });
});

test.each(['none', 'adwin'] as const)(
  'a stream that was stopped in the middle of an update ends the same: drift %s',
  async (name) => {
    const rows = drawn({ rows: 330, shift: (i) => (i > 100 ? 0.5 : 0) });
    const drift = name === 'none' ? ({ name } as const) : ({ name, delta: 0.05 } as const);
    const wanted = await runStream(few, rows, settings({ drift }));
    let told: StreamProgress | undefined;
    const onBatch = async (progress: StreamProgress): Promise<void> => void (told = progress);
    const stopped = { ...few, learner: stoppedAfter(7, few.learner) };
    await expect(runStream(stopped, rows, settings({ drift, onBatch }))).rejects.toThrow('stopped');
    expect([told?.foretold.length, told?.updates.length]).toEqual([7 * 16, 7]);
    const { head, foretold, updates } = await runStream(few, rows, settings({ drift }), told);
    expect({ head, foretold, updates }).toEqual({
      head: wanted.head,
      foretold: wanted.foretold,
      updates: wanted.updates,
    });
  },
);

function stoppedAfter(updates: number, learner: Learner): Learner {
  return {
    ...learner,
    learn: (rows, labels) => {
      if (updates === 0) throw new Error('stopped');
      return stoppedAfter(updates - 1, learner.learn(rows, labels));
    },
  };
}

describe('labels that are paid for', () => {
  test.each(['uncertainty', 'margin', 'random'] as const)(
    'are as many as the budget, all along the stream: %s',
    async (query) => {
      const rows = drawn({ rows: 330 });
      const { updates } = await runStream(few, rows, settings({ asking: { budget: 50, query } }));
      const asked = updates.flatMap((update) => update.asked);
      expect(asked).toHaveLength(50);
      expect(new Set(asked).size).toBe(50);
      for (const part of [0, 1, 2, 3, 4])
        expect(asked.filter((i) => Math.floor(i / 66) === part).length).toBeGreaterThan(7);
    },
  );

  test('are those of the rows the model is least sure of', () => {
    const probabilities = Float64Array.from([
      0.5, 0.3, 0.2, 0.45, 0.44, 0.11, 0.9, 0.05, 0.05, 0.42, 0.29, 0.29,
    ]);
    const ask = (query: 'uncertainty' | 'margin', budget: number) =>
      rowsToAsk({ budget, query, rows: 4, random: createRandom(0) }, probabilities, 3, {
        first: 0,
        spent: 0,
      });
    expect([ask('uncertainty', 1), ask('uncertainty', 2)]).toEqual([[3], [1, 3]]);
    expect([ask('margin', 1), ask('margin', 2), ask('margin', 3)]).toEqual([[1], [1, 3], [0, 1, 3]]);
    expect(ask('margin', 99)).toEqual([0, 1, 2, 3]);
  });

  test('that are not paid for change nothing', async () => {
    const rows = drawn({ rows: 200 });
    const asking = { budget: 40, query: 'uncertainty' } as const;
    const one = await runStream(few, rows, settings({ asking, drift: { name: 'ddm', deviations: 3 } }));
    const asked = new Set(one.updates.flatMap((update) => update.asked));
    const others = { ...rows, labels: rows.labels.map((label, i) => (asked.has(i) ? label : 'unknown')) };
    const two = await runStream(few, others, settings({ asking, drift: { name: 'ddm', deviations: 3 } }));
    expect([two.head, two.foretold, two.updates]).toEqual([one.head, one.foretold, one.updates]);
  });
});

describe('drift', () => {
  const tests = {
    surprise: { name: 'surprise', between: 100_000 },
    mmd: { name: 'mmd', delta: 1e-5 },
    adwin: { name: 'adwin', delta: 0.002 },
    ddm: { name: 'ddm', deviations: 3 },
    psi: { name: 'psi', threshold: 0.2, window: 100 },
  } as const;

  /** Of streams that change half-way: whether there was an alarm before, and how many rows the first one behind it took. */
  const watched = (drift: StreamSettings['drift']) =>
    Promise.all(
      [...Array(10).keys()].map(async (seed) => {
        // From there on the labels have changed places, and the vectors lie elsewhere.
        const turned = { a: 'b', b: 'c', c: 'd', d: 'a' } as Readonly<Record<string, string>>;
        const label = (i: number, name: string) => (i < 500 ? name : (turned[name] ?? name));
        const rows = drawn({ rows: 1000, seed, label, shift: (i) => (i < 500 ? 0 : 0.6) });
        const { updates } = await runStream(started(drawn({ rows: 60, seed: 2 })), rows, settings({ drift }));
        const alarms = updates.flatMap((update) => update.alarms);
        return { early: alarms.some((i) => i < 500), delay: (alarms.find((i) => i >= 500) ?? NaN) - 500 };
      }),
    );

  test.each(['surprise', 'mmd', 'adwin', 'psi'] as const)(
    'half-way is told within 50 rows, and none before: %s',
    async (name) => {
      for (const { early, delay } of await watched(tests[name])) {
        expect(early).toBe(false);
        expect(delay).toBeLessThan(50);
      }
    },
  );

  test('is told by ddm sooner than by adwin, and where there is none, too, in most streams of few errors', async () => {
    const [quick, slow] = [await watched(tests.ddm), await watched(tests.adwin)];
    const total = (found: typeof quick) => found.reduce((sum, { delay }) => sum + delay, 0);
    expect(total(quick)).toBeLessThan(total(slow));
    expect(quick.filter(({ early }) => early).length).toBeGreaterThan(5);
  });
});
