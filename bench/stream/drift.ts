// Streams that become others half-way, and streams that do not: when the drift tests say so.
import type { DriftTest } from '../../src/learning/adapt/drift-watch.ts';
import type { LabelledVectors } from '../../src/learning/adapt/stream.ts';
import { adapted } from './goes-through.ts';
import { half, type Streams } from './streams.ts';
import { listed, table } from './table.ts';

const tests: Readonly<Record<string, DriftTest>> = {
  surprise: { name: 'surprise', between: 100_000 },
  mmd: { name: 'mmd', delta: 1e-5 },
  adwin: { name: 'adwin', delta: 0.002 },
  ddm: { name: 'ddm', deviations: 3 },
  psi: { name: 'psi', threshold: 0.2, window: 100 },
};

const kinds: Readonly<Record<string, (streams: Streams) => LabelledVectors>> = {
  'a third of the intents go by the name of another': ({ steady }) => renamed(steady, 3),
  'a fifth of them do': ({ steady }) => renamed(steady, 5),
  'the texts are mistyped': ({ mistyped }) => mistyped,
  '20 intents appear': ({ late }) => late,
  'only 19 of the intents come': ({ narrowed }) => narrowed,
};

/** From half-way on one in so many intents has the name of the next. */
function renamed({ vectors, labels }: LabelledVectors, every: number): LabelledVectors {
  const names = [...new Set(labels)].sort();
  const next = (label: string): string => names[(names.indexOf(label) + 1) % names.length] ?? label;
  const changes = (label: string, i: number): boolean => i >= half && names.indexOf(label) % every === 0;
  return { vectors, labels: labels.map((label, i) => (changes(label, i) ? next(label) : label)) };
}

export async function drift(all: readonly Streams[]): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const [name, test] of Object.entries(tests)) {
    const alarms = async (streams: Streams, stream: LabelledVectors): Promise<readonly number[]> =>
      (await adapted(streams.start, stream, { drift: test })).updates.flatMap((update) => update.alarms);
    let early = 0;
    const cells: string[] = [];
    for (const make of Object.values(kinds)) {
      const delays: (number | undefined)[] = [];
      for (const streams of all) {
        const first = (await alarms(streams, make(streams))).find((i) => i >= half);
        delays.push(first === undefined ? undefined : first - half);
      }
      const soon = delays.filter((delay) => delay !== undefined && delay < 100).length;
      cells.push(`${soon} of ${all.length}: ${listed(delays)}`);
    }
    for (const streams of all) early += (await alarms(streams, streams.steady)).length;
    rows.push([`\`${name}\``, ...cells, `${early} in ${all.length * 2 * half} rows`]);
  }
  table(['half-way: flagged within 100 rows, and rows it took', ...Object.keys(kinds), 'false alarms'], rows);
}
