// Twenty intents appear half-way: what is foretold right, and in how much processor time, beside heads that are fitted anew every 50
// labels. Vectors are there before the clock runs, for all alike.
import { refittedHead } from '../../src/learning/adapt/refitted-head.ts';
import { runningPrototypes } from '../../src/learning/adapt/running-prototypes.ts';
import { fitLogistic } from '../../src/learning/heads/logistic.ts';
import { fitPrototype } from '../../src/learning/heads/prototype.ts';
import { fitRidge } from '../../src/learning/heads/ridge.ts';
import { createRandom } from '../../src/learning/random.ts';
import { accuracy, adapted, anew, signal, timed, type Fit, type MakeLearner } from './goes-through.ts';
import type { Streams } from './streams.ts';
import { spread, table } from './table.ts';

const cosine = { distance: 'cosine', temperature: 0.1 } as const;
const logistic: Fit = (vectors, targets, labels) =>
  fitLogistic(vectors, targets, labels, { c: 1, tolerance: 1e-4, maxIterations: 1000, signal });
const ridge: Fit = (vectors, targets, labels) => fitRidge(vectors, targets, labels, { alpha: 1 });
const prototypes: Fit = (vectors, targets, labels) => fitPrototype(vectors, targets, labels, cosine);
const byMeans: MakeLearner = (width, labels) => runningPrototypes(width, labels, cosine);
const byHead: MakeLearner = (width, labels) =>
  refittedHead(width, labels, {
    fit: async (rows, known) => logistic(rows.vectors, rows.targets, known),
    replay: 20,
    random: createRandom(0, 'replay'),
  });

interface Way {
  readonly name: string;
  readonly go: (streams: Streams) => Promise<readonly string[]>;
  /** Takes minutes a seed: once is enough. */
  readonly slow?: boolean;
}

const said = async (streams: Streams, more = {}, make?: MakeLearner): Promise<readonly string[]> =>
  (await adapted(streams.start, streams.late, more, make)).foretold.map(({ predicted }) => predicted);

const byUpdates: Way = { name: '`adapt`, `update: ridge`', go: (streams) => said(streams) };
const ridgeAgain: Way = {
  name: 'ridge, anew every 50 labels',
  go: ({ start, late }) => anew(start, late, ridge),
};

const ways: readonly Way[] = [
  byUpdates,
  {
    name: 'the same with 200 canary rows',
    go: (streams) => said(streams, { canary: { ...streams.canary, deviations: 2 } }),
  },
  {
    name: 'the same with `drift: mmd`',
    go: (streams) => said(streams, { drift: { name: 'mmd', delta: 1e-5 } }),
  },
  ridgeAgain,
  { name: 'ridge, never again', go: ({ start, late }) => anew(start, late, ridge, true) },
  { name: '`adapt`, `update: prototypes`', go: (streams) => said(streams, {}, byMeans) },
  { name: 'prototypes, anew every 50 labels', go: ({ start, late }) => anew(start, late, prototypes) },
  {
    name: '`adapt`, `update: head`, `replay: 20 per label`, logistic regression',
    go: (streams) => said(streams, {}, byHead),
    slow: true,
  },
  {
    name: 'logistic regression, anew every 50 labels',
    go: ({ start, late }) => anew(start, late, logistic),
    slow: true,
  },
];

export async function lateIntents(all: readonly Streams[], slow: boolean): Promise<void> {
  const rows: (readonly string[])[] = [];
  let [first, ridgeAnew]: (readonly Measured[])[] = [[], []];
  for (const { name, go, slow: isSlow = false } of ways) {
    if (isSlow && !slow) continue;
    const measured: Measured[] = [];
    for (const streams of isSlow ? all.slice(0, 1) : all) measured.push(await measure(streams, go));
    if (name === byUpdates.name) first = measured;
    if (name === ridgeAgain.name) ridgeAnew = measured;
    rows.push([
      `${name}${isSlow ? ', one seed' : ''}`,
      spread(measured.map(({ right }) => right)),
      spread(measured.map(({ late }) => late)),
      spread(
        measured.map(({ seconds }) => seconds),
        2,
      ),
      spread(measured.map(({ seconds }, i) => (100 * (first[i]?.seconds ?? NaN)) / seconds)),
    ]);
  }
  table(
    [
      'over the seeds: mean (least … most)',
      '% right',
      '% right of the late intents',
      's of processor time',
      '`update: ridge` takes % of it',
    ],
    rows,
  );
  const gains = first.map(({ right }, i) => right - (ridgeAnew[i]?.right ?? NaN));
  console.log(`\`adapt\` less ridge anew every 50 labels, in points: ${spread(gains, 2)}`);
}

interface Measured {
  readonly right: number;
  readonly late: number;
  readonly seconds: number;
}

async function measure(streams: Streams, go: Way['go']): Promise<Measured> {
  const [foretold, seconds] = await timed(() => go(streams));
  const { labels } = streams.late;
  const isLate = (i: number): boolean => streams.lateLabels.has(labels[i] ?? '');
  return { right: accuracy(foretold, labels), late: accuracy(foretold, labels, isLate), seconds };
}
