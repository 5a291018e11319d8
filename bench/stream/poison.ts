// Streams with a stretch of wrong labels: how good the model is behind it, and at the end, beside one that never saw the stretch.
import type { LabelledVectors } from '../../src/learning/adapt/stream.ts';
import { createRandom } from '../../src/learning/random.ts';
import { accuracy, adapted, joined, part, said } from './goes-through.ts';
import type { Streams } from './streams.ts';
import { spread, table } from './table.ts';

const [from, to] = [512, 1008];

const ways = [
  ['`rollback: 2 sd`', 2],
  ['`rollback: none`', undefined],
] as const;

/** Labels of the stretch change places with each other, of that share of the rows. */
function poisoned({ vectors, labels }: LabelledVectors, share: number, seed: number): LabelledVectors {
  const random = createRandom('poison', seed);
  const places = Array.from({ length: to - from }, (_, i) => from + i).filter(() => random.next() < share);
  const wrong = random.shuffle(places.map((i) => labels[i] ?? ''));
  const changed = new Map(places.map((place, i) => [place, wrong[i] ?? '']));
  return { vectors, labels: labels.map((label, i) => changed.get(i) ?? label) };
}

export async function poison(all: readonly Streams[]): Promise<void> {
  const rows: (readonly string[])[] = [];
  const right = async (streams: Streams, stream: LabelledVectors, deviations: number | undefined) => {
    const { start, canary, test } = streams;
    const { head, labels, updates } = await adapted(start, stream, { canary: { ...canary, deviations } });
    return { right: accuracy(said(head, labels, test.vectors), test.labels), updates };
  };
  for (const share of [1, 0.5, 0.25])
    for (const [name, deviations] of ways) {
      const behind: number[] = [];
      const end: number[] = [];
      const inside: number[] = [];
      const outside: number[] = [];
      for (const [i, streams] of all.entries()) {
        const { steady } = streams;
        const stream = poisoned(steady, share, i + 1);
        const before = await right(streams, part(steady, 0, from), undefined);
        const twin = joined(part(steady, 0, from), part(steady, to, steady.labels.length));
        behind.push((await right(streams, part(stream, 0, to), deviations)).right - before.right);
        const whole = await right(streams, stream, deviations);
        end.push(whole.right - (await right(streams, twin, undefined)).right);
        const lost = whole.updates.filter(({ kept }) => !kept);
        inside.push(lost.filter(({ first }) => first >= from && first < to).length);
        outside.push(lost.filter(({ first }) => first < from || first >= to).length);
      }
      rows.push([
        `${100 * share} %`,
        name,
        spread(behind, 2),
        spread(end, 2),
        `${spread(inside)} of ${(to - from) / 16}`,
        spread(outside),
      ]);
    }
  table(
    [
      `labels shuffled of rows ${from} to ${to - 1}`,
      '',
      'behind them, less before, in points',
      'at the end, less the twin, in points',
      'updates undone in the stretch',
      'outside',
    ],
    rows,
  );
}

/** Of streams in which all labels are right: the updates that are undone. */
export async function undoneOfGood(all: readonly Streams[]): Promise<void> {
  const kinds = { steady: 'nothing changes', late: '20 intents appear', mistyped: 'texts become mistyped' };
  const rows: (readonly string[])[] = [];
  for (const [kind, told] of Object.entries(kinds)) {
    const stream = kind as keyof typeof kinds;
    let [undone, updates] = [0, 0];
    const lost: number[] = [];
    for (const streams of all) {
      const { start, canary } = streams;
      const rows = streams[stream];
      const [guarded, open] = [
        await adapted(start, rows, { canary: { ...canary, deviations: 2 } }),
        await adapted(start, rows),
      ];
      undone += guarded.updates.filter(({ kept }) => !kept).length;
      updates += guarded.updates.length;
      const right = ({ foretold }: typeof open): number =>
        accuracy(
          foretold.map(({ predicted }) => predicted),
          rows.labels,
        );
      lost.push(right(guarded) - right(open));
    }
    rows.push([told, `${undone} of ${updates}`, spread(lost, 2)]);
  }
  table(['all labels right', 'updates undone', '% foretold right, less `rollback: none`, in points'], rows);
}
