// Streams of drawn vectors: what is foretold, learnt, undone and told, and that a stream which was stopped ends the same.
import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/learning/adapt/canary.ts';
import { rowsToAsk } from '../../../src/learning/adapt/queries.ts';
import { recursiveRidge } from '../../../src/learning/adapt/recursive-ridge.ts';
import {
  runStream,
  type LabelledVectors,
  type Start,
  type StreamProgress,
  type StreamSettings,
} from '../../../src/learning/adapt/stream.ts';
import { fitRidge } from '../../../src/learning/heads/ridge.ts';
import { createRandom } from '../../../src/learning/random.ts';

const width = 12;

interface Drawn {
  readonly rows: number;
  readonly seed?: number;
  /** Of a row by its place. */
  readonly label?: (i: number, drawn: string) => string;
  /** Added to every number of the vector. */
  readonly shift?: (i: number) => number;
  readonly names?: readonly string[];
}

/** Each label has a centre of its own; rows lie around it. */
function drawn({
  rows,
  seed = 1,
  label = (_, name) => name,
  shift = () => 0,
  names = ['a', 'b', 'c', 'd'],
}: Drawn): LabelledVectors {
  const random = createRandom(seed, 'drawn');
  const labels: string[] = [];
  const data: number[] = [];
  for (let i = 0; i < rows; i += 1) {
    const name = names[random.below(names.length)] ?? '';
    const centre = createRandom(name);
    for (let k = 0; k < width; k += 1) data.push(0.5 * centre.normal() + 0.4 * random.normal() + shift(i));
    labels.push(label(i, name));
  }
  return { vectors: { rows, columns: width, data: Float32Array.from(data) }, labels };
}

function started(rows: LabelledVectors): Start {
  const labels = [...new Set(rows.labels)].sort();
  const targets = Int32Array.from(rows.labels, (label) => labels.indexOf(label));
  const learner = recursiveRidge(width, labels.length, 1).learn(
    { vectors: rows.vectors, targets },
    labels.length,
  );
  return { learner, labels };
}

const settings = (more: Partial<StreamSettings> = {}): StreamSettings => ({
  batch: 16,
  asking: 'all',
  drift: { name: 'none' },
  random: createRandom(0, 'stream'),
  signal: new AbortController().signal,
  onBatch: async () => undefined,
  ...more,
});

const few = started(drawn({ rows: 20, seed: 2 }));
const accuracyOf = (rows: LabelledVectors, foretold: readonly { readonly predicted: string }[], from = 0) =>
  foretold.slice(from).filter(({ predicted }, i) => predicted === rows.labels[from + i]).length /
  (foretold.length - from);

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

  test.each([100, 7, 16 * 8])('that was stopped after some %i rows ends the same', async (stopped) => {
    const rows = drawn({ rows: 200, shift: (i) => (i > 100 ? 0.5 : 0) });
    const whole = (drift: StreamSettings['drift']) =>
      settings({
        drift,
        asking: { budget: 90, query: 'random' },
        canary: { ...drawn({ rows: 40, seed: 5 }), deviations: 2 },
      });
    for (const drift of [
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

describe('canary rows', () => {
  const shuffled = (from: number, to: number) => {
    const random = createRandom('poison');
    return (i: number, name: string): string =>
      i >= from && i < to ? (['a', 'b', 'c', 'd'][random.below(4)] ?? name) : name;
  };
  const canary = { ...drawn({ rows: 100, seed: 7 }), deviations: 2 };
  const test1 = drawn({ rows: 400, seed: 9 });

  test('undo what a stretch of shuffled labels does, and keep the rest', async () => {
    const rows = drawn({ rows: 640, label: shuffled(160, 480) });
    const clean = await runStream(few, drawn({ rows: 640 }), settings({ canary }));
    const guarded = await runStream(few, rows, settings({ canary }));
    const open = await runStream(few, rows, settings({ canary: { ...canary, deviations: undefined } }));
    expect(clean.updates.filter(({ kept }) => !kept)).toEqual([]);
    expect(open.updates.filter(({ kept }) => !kept)).toEqual([]);
    const undone = guarded.updates.filter(({ kept }) => !kept);
    expect(undone.length).toBeGreaterThan(5);
    for (const { canary: seen } of undone)
      expect((seen?.after ?? NaN) / 100).toBeLessThan(seen?.least ?? NaN);
    const outside = guarded.updates.filter(({ first }) => first < 160 || first >= 480);
    expect(outside.filter(({ kept }) => kept).length / outside.length).toBeGreaterThan(0.5);
    // In the middle of the stretch the open model is worse on fresh rows.
    const upTo = async (deviations: number | undefined) => {
      const part = { vectors: { ...rows.vectors, rows: 480 }, labels: rows.labels.slice(0, 480) };
      const end = await runStream(few, part, settings({ canary: { ...canary, deviations } }));
      return accuracyOf(test1, (await runStream(end, test1, settings({ batch: 400 }))).foretold);
    };
    expect(await upTo(2)).toBeGreaterThan((await upTo(undefined)) + 0.03);
  });

  test('allow what lies within so many deviations below the best', () => {
    const least = (deviations: number, best: number) => judge({ rows: 100, deviations }, best, 0).least;
    expect(least(2, 80)).toBeCloseTo(0.8 - 2 * Math.sqrt(((81 / 102) * (21 / 102)) / 100), 12);
    expect(least(1, 100)).toBeLessThan(1);
    expect(judge({ rows: 100, deviations: 2 }, 80, 73).kept).toBe(true);
    expect(judge({ rows: 100, deviations: 2 }, 80, 71).kept).toBe(false);
    expect(judge({ rows: 100, deviations: undefined }, 80, 0).kept).toBe(true);
  });
});

describe('drift', () => {
  const tests = [
    { name: 'adwin', delta: 0.002 },
    { name: 'ddm', deviations: 3 },
    { name: 'psi', threshold: 0.2, window: 100 },
  ] as const;

  test.each(tests)('half-way is told within 100 rows, and seldom before: $name', async (drift) => {
    let early = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      // From there on the labels have changed places, and the vectors lie elsewhere.
      const turned = { a: 'b', b: 'c', c: 'd', d: 'a' } as Readonly<Record<string, string>>;
      const label = (i: number, name: string) => (i < 500 ? name : (turned[name] ?? name));
      const rows = drawn({ rows: 1000, seed, label, shift: (i) => (i < 500 ? 0 : 0.6) });
      const { updates } = await runStream(started(drawn({ rows: 60, seed: 2 })), rows, settings({ drift }));
      const alarms = updates.flatMap((update) => update.alarms);
      if (alarms.some((i) => i < 500)) early += 1;
      expect(alarms.find((i) => i >= 500)).toBeLessThan(600);
    }
    // DDM tests at every row with a bound that is made for one test.
    expect(early).toBeLessThanOrEqual(drift.name === 'ddm' ? 2 : 0);
  });
});
