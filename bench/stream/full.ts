// `update: full` on the middle of a stream in which twenty intents appear, beside the updates that leave the encoder as it is: what is foretold right,
// and the processor time, that of encoding the rows included.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine } from '../../src/engine/engine.ts';
import { runningPrototypes } from '../../src/learning/adapt/running-prototypes.ts';
import { headOfMeans, temperatureOf } from '../../src/learning/adapt/grown-head.ts';
import { goThrough } from '../../src/learning/adapt/stream.ts';
import { freshState, trainedModel, type TrainedSettings } from '../../src/learning/adapt/trained-model.ts';
import { loadTrainable } from '../../src/learning/encoders/trainable.ts';
import { createRandom } from '../../src/learning/random.ts';
import { textsNet } from '../../src/learning/training/tune-encoder.ts';
import { accuracy, adapted, part, signal, timed } from './goes-through.ts';
import { half, type Streams } from './streams.ts';
import { table } from './table.ts';
import type { Banking } from './vectors.ts';

const cosine = { distance: 'cosine', temperature: 0.1 } as const;

export async function full(
  { texts }: Banking,
  streams: Streams,
  folder: string,
  rowsAround: number,
): Promise<void> {
  const engine = await openEngine({ backend: 'onnx', threads: 1 });
  const encoder = await loadTrainable({
    has: async (name) => existsSync(join(folder, name)),
    read: (name) => readFile(join(folder, name)),
  });
  const { start, places } = streams;
  const [from, to] = [half - rowsAround, half + rowsAround];
  const rows = part(streams.late, from, to);
  const labels = [...new Set(start.labels)].sort();
  const fitted = Int32Array.from(start.labels, (label) => labels.indexOf(label));
  const isLate = (i: number): boolean => streams.lateLabels.has(rows.labels[i] ?? '');
  const isNew = (i: number): boolean => i >= rowsAround;
  const printed: (readonly string[])[] = [];
  const tell = (name: string, said: readonly string[], seconds: number): void => {
    const shown = [
      accuracy(said, rows.labels),
      accuracy(said, rows.labels, (i) => !isNew(i)),
      accuracy(said, rows.labels, isNew),
      accuracy(said, rows.labels, isLate),
    ].map((value) => value.toFixed(1));
    printed.push([name, ...shown, seconds.toFixed(1)]);
  };
  const words = ({ foretold }: { readonly foretold: readonly { readonly predicted: string }[] }) =>
    foretold.map(({ predicted }) => predicted);
  for (const [name, make] of [
    ['`ridge`', undefined],
    ['`prototypes`', (width: number, count: number) => runningPrototypes(width, count, cosine)],
  ] as const) {
    const [streamed, seconds] = await timed(() => adapted(start, rows, {}, make));
    tell(name, words(streamed), seconds);
  }
  const known = { vectors: start.vectors, targets: fitted };
  const temperature = temperatureOf(known, labels.length);
  const head = headOfMeans(known, labels.length, temperature);
  const read = [...places.start, ...places.late.slice(from, to)].map((row) => texts[row] ?? '');
  for (const [name, rate] of [
    ['`full`', 5e-5],
    ['`full`, with an encoder that hardly changes', 1e-12],
  ] as const) {
    const { net, dispose } = await textsNet(encoder, read);
    const settings: TrainedSettings = {
      engine,
      net,
      fitted,
      labels: rows.labels,
      canaryRows: 0,
      temperature,
      passes: 2,
      rate,
      headRate: 1e-2,
      replay: 'all',
      random: createRandom(0, 'full'),
      signal,
    };
    const model = trainedModel(freshState(labels, head, settings), settings);
    const [streamed, seconds] = await timed(() =>
      goThrough(model, rows, {
        batch: 16,
        asking: 'all',
        drift: { name: 'none' },
        random: createRandom(0),
        signal,
        onBatch: async () => undefined,
      }),
    );
    dispose();
    tell(name, words(streamed), seconds);
  }
  encoder.dispose();
  await engine.dispose();
  table(
    ['', '% right', 'before 20 intents appear', 'after', 'of the late intents', 's of processor time'],
    printed,
  );
}
