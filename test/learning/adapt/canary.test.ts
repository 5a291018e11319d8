// What the canary rows undo, and what they let pass, on streams of drawn vectors.
import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/learning/adapt/canary.ts';
import type { LabelledVectors, Update } from '../../../src/learning/adapt/stream.ts';
import { runStream, type Start } from '../../../src/learning/adapt/vector-stream.ts';
import { takeRows } from '../../../src/learning/matrix.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { accuracyOf, drawn, few, settings, shuffled, started } from './streams.ts';

const suspicious = (updates: readonly Update[]): readonly Update[] =>
  updates.filter(({ suspicion }) => suspicion?.suspicious === true);

describe('canary rows', () => {
  const canary = { ...drawn({ rows: 100, seed: 7 }), deviations: 2 };
  const test1 = drawn({ rows: 400, seed: 9 });

  test('keep a stretch of shuffled labels from being learnt, and nothing else', async () => {
    for (const seed of [1, 2, 3]) {
      const rows = drawn({ rows: 640, seed, label: shuffled(160, 480, seed) });
      const upTo = async (end: number, deviations: number | undefined) => {
        const part = { vectors: { ...rows.vectors, rows: end }, labels: rows.labels.slice(0, end) };
        const streamed = await runStream(few, part, settings({ canary: { ...canary, deviations } }));
        const { foretold } = await runStream(streamed, test1, settings({ batch: 400 }));
        return { updates: streamed.updates, accuracy: accuracyOf(test1, foretold) };
      };
      const [before, behind, open] = [await upTo(160, 2), await upTo(480, 2), await upTo(480, undefined)];
      expect(open.updates.filter(({ kept }) => !kept)).toEqual([]);
      expect(open.updates.every(({ suspicion }) => suspicion === null)).toBe(true);
      expect(behind.accuracy).toBeGreaterThan(before.accuracy - 0.01);
      expect(behind.accuracy).toBeGreaterThan(open.accuracy + 0.02);
      const { updates } = await upTo(640, 2);
      const inside = ({ first }: { first: number }) => first >= 160 && first < 480;
      const kept = (which: typeof updates) => which.filter((update) => update.kept).length / which.length;
      expect(kept(updates.filter(inside))).toBeLessThan(0.1);
      expect(suspicious(updates.filter((update) => !inside(update)))).toEqual([]);
      for (const { suspicion } of suspicious(updates)) expect(suspicion?.judged).toBe(16);
    }
  });

  test('keep labels from being learnt that are shuffled in part, which the update before it tells, too', async () => {
    let inside = 0;
    for (const seed of [1, 2, 3]) {
      const [random, any] = [createRandom('some', seed), shuffled(160, 480, seed)];
      const half = (i: number, name: string): string => {
        const other = any(i, name);
        return random.next() < 0.5 ? other : name;
      };
      const { updates } = await runStream(few, drawn({ rows: 640, seed, label: half }), settings({ canary }));
      const undone = suspicious(updates).map(({ first }) => first);
      expect(undone.filter((i) => i < 160 || i >= 480)).toEqual([]);
      inside += undone.length;
    }
    expect(inside).toBeGreaterThan(20); // by its own 16 rows alone: 5 of 60
  });

  test('keep labels that come one at a time from being learnt, too, once there are some of them', async () => {
    const rows = drawn({ rows: 320, label: shuffled(160, 240, 4) });
    const { updates } = await runStream(few, rows, settings({ canary, batch: 1 }));
    const undone = suspicious(updates).map(({ first }) => first);
    expect(undone.filter((i) => i >= 160 && i < 240).length).toBeGreaterThan(50);
    expect(undone.filter((i) => i < 160 || i >= 256)).toEqual([]);
  });

  test('let labels be learnt that are new, and those that the canary rows have come to say, too', async () => {
    const names = ['a', 'b', 'c', 'd', 'new', 'newer'];
    const early = (i: number, name: string) => (i < 160 && name.startsWith('new') ? 'a' : name);
    const late = await runStream(few, drawn({ rows: 640, names, label: early }), settings({ canary }));
    expect(suspicious(late.updates)).toEqual([]);
    const turned = { a: 'b', b: 'c', c: 'd', d: 'a' } as Readonly<Record<string, string>>;
    const turn = (i: number, name: string) => (i < 160 ? name : (turned[name] ?? name));
    const rows = drawn({ rows: 640, label: turn });
    const through = async (labels: readonly string[]) =>
      suspicious((await runStream(few, rows, settings({ canary: { ...canary, labels } }))).updates).filter(
        ({ first }) => first >= 160,
      ).length;
    expect(await through(canary.labels)).toBeGreaterThan(25);
    expect(await through(canary.labels.map((label) => turned[label] ?? label))).toBe(0);
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

/** Whether a state may stay: which canary rows the best state that was kept got right, and which this one gets. */
type Rule = (best: readonly boolean[], now: readonly boolean[]) => boolean;

const count = (right: readonly boolean[]): number => right.filter(Boolean).length;
const byShare: Rule = (best, now) =>
  judge({ rows: best.length, deviations: 2 }, count(best), count(now)).kept;
/** As McNemar compares two models. */
const byRow: Rule = (best, now) => {
  const lost = best.filter((right, i) => right && now[i] === false).length;
  const gained = best.filter((right, i) => !right && now[i] === true).length;
  return lost - gained <= 2 * Math.sqrt(lost + gained);
};

describe('canary rows compared one by one, instead of by the share that is right,', () => {
  const noise = 0.8;
  const fresh = drawn({ rows: 1000, seed: 100, noise });
  const rightOf = async (state: Start, rows: LabelledVectors) =>
    (await runStream(state, rows, settings({ batch: rows.labels.length }))).foretold.map(
      ({ predicted }, i) => predicted === rows.labels[i],
    );

  /** Of six streams: the share of their updates that the rule undoes, and the accuracy on fresh rows at the end. */
  async function through(rule: Rule, poison?: (seed: number) => (i: number, name: string) => string) {
    const [seeds, rows, batch] = [[1, 2, 3, 4, 5, 6], 640, 16];
    let [undone, accuracy] = [0, 0];
    for (const seed of seeds) {
      const stream = drawn({ rows, seed: seed + 40, noise, ...(poison && { label: poison(seed) }) });
      const canary = drawn({ rows: 300, seed: seed + 20, noise });
      let state = started(drawn({ rows: 60, seed: seed + 60, noise }));
      let best = await rightOf(state, canary);
      for (let first = 0; first < rows; first += batch) {
        const places = Array.from({ length: batch }, (_, i) => first + i);
        const labels = stream.labels.slice(first, first + batch);
        const next = await runStream(
          state,
          { vectors: takeRows(stream.vectors, places), labels },
          settings(),
        );
        const now = await rightOf(next, canary);
        if (!rule(best, now)) undone += 1;
        else [state, best] = [next, count(now) > count(best) ? now : best];
      }
      accuracy += count(await rightOf(state, fresh)) / fresh.labels.length;
    }
    return { undone: undone / (seeds.length * (rows / batch)), accuracy: accuracy / seeds.length };
  }

  test('would undo more updates where all labels are right', async () => {
    expect((await through(byShare)).undone).toBeLessThan(0.01);
    expect((await through(byRow)).undone).toBeGreaterThan(0.01);
  });

  const slowly = (seed: number) => {
    const random = createRandom('slow', seed);
    const any = shuffled(0, Infinity, seed);
    return (i: number, name: string) => (random.next() < i / 640 ? any(i, name) : name);
  };
  test.each([
    ['in a stretch', (seed: number) => shuffled(160, 480, seed)],
    ['little by little', slowly],
  ] as const)('would end within a percentage point where labels become wrong %s', async (_, poison) => {
    const [taken, other] = [await through(byShare, poison), await through(byRow, poison)];
    expect(Math.abs(taken.accuracy - other.accuracy)).toBeLessThan(0.01);
  });
});
