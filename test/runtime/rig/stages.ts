// Tiny stage kinds that do little, count their runs in a file, and can be made to wait, fail, crash or leave a file alone.
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, wholeSource } from '../../../src/parser/diagnostic.ts';
import type { Artifact, Static } from '../../../src/stages/artifact.ts';
import { bool, int, map, outputPath, string } from '../../../src/stages/option.ts';
import { defineStage, input, type RunContext, type StageDefinition } from '../../../src/stages/stage.ts';

/** Where runs are counted: one line `kind` a run. */
export const logVariable = 'FSL_TEST_LOG';

const dataset: Static = {
  type: 'dataset',
  columns: undefined,
  rows: undefined,
  labelled: true,
  labels: undefined,
  partition: undefined,
};
const common = { doc: 'A stage of the tests.', example: '' };

/** Rows of its files, one a line. */
const source = (version: number): StageDefinition =>
  defineStage({
    ...common,
    name: 'source',
    version,
    options: {
      label_names: map(string({ doc: '' }), { doc: '' }),
      limit: int({ doc: '' }),
      prefix: string({ doc: '', default: '' }),
    },
    inputs: { from: input.required('files', { use: 'transform', doc: '' }) },
    outputs: { '': { type: 'dataset', doc: '' } },
    randomness: () => false,
    check: () => ({ '': dataset }),
    run: async (context) => {
      const { options, inputs } = context;
      count('source');
      const rows: string[] = [];
      for (const name of inputs.from.names) rows.push(...lines(await inputs.from.read(name)));
      const limited = rows.slice(0, options.limit ?? rows.length);
      await context.output().write('rows.txt', limited.map((row) => `${options.prefix}${row}\n`).join(''));
      await context.output().write('about.json', JSON.stringify({ labels: options.label_names ?? {} }));
    },
  });

/** Two parts drawn without overlap. */
const pick = defineStage({
  ...common,
  name: 'pick',
  version: 1,
  options: { train: int({ doc: '', required: true }), wait: int({ doc: '', default: 0, keyed: false }) },
  inputs: { from: input.required('dataset', { use: 'transform', doc: '' }) },
  outputs: { train: { type: 'dataset', doc: '' }, test: { type: 'dataset', doc: '' } },
  randomness: () => true,
  check: () => ({ train: dataset, test: dataset }),
  run: async (context) => {
    const { options, inputs, signal } = context;
    count('pick');
    await sleep(options.wait, undefined, { signal });
    const rows = context.random('rows').shuffle(lines(await inputs.from.read('rows.txt')));
    await context.output('train').write('rows.txt', rows.slice(0, options.train).join('\n'));
    await context.output('test').write('rows.txt', rows.slice(options.train).join('\n'));
  },
});

/** A model of a few files, one of them taken over from `base`. */
const fit = defineStage({
  ...common,
  name: 'fit',
  version: 1,
  options: {
    epochs: int({ doc: '', default: 1 }),
    wait: int({ doc: '', default: 0, keyed: false }),
    fail_unless: string({ doc: '', keyed: false }),
    crash_unless: string({ doc: '', keyed: false }),
    full: bool({ doc: '', default: false, keyed: false }),
    steps: int({ doc: '', default: 0, keyed: false }),
    each: int({ doc: '', default: 0, keyed: false }),
  },
  inputs: {
    from: input.required('dataset', { use: 'fit', doc: '' }),
    base: input.optional('model', { use: 'fit', capability: 'encoder', doc: '' }),
  },
  outputs: { '': { type: 'model', doc: '' } },
  randomness: () => false,
  check: () => ({ '': { type: 'model', capability: 'classifier', labels: undefined } }),
  run: async (context) => {
    const { options, inputs, signal } = context;
    count('fit');
    context.computed?.({
      backend: 'onnx',
      device: 'cpu',
      compiled: 1,
      compileMs: 1,
      cacheHits: 0,
      runs: 1,
      runMs: 1,
      nodes: { Add: 1 },
    });
    context.progress({ done: 1, total: 1, unit: 'steps' });
    context.note('a note');
    if (options.fail_unless !== undefined && !existsSync(options.fail_unless)) {
      throw new Failure({
        code: 'empty-data',
        message: 'the loss is NaN',
        span: wholeSource('step:epochs'),
      });
    }
    if (options.crash_unless !== undefined && !existsSync(options.crash_unless)) {
      process.stderr.write('out of memory\n');
      process.kill(process.pid, 'SIGKILL');
    }
    await sleep(options.wait, undefined, { signal });
    if (options.steps > 0) await stepByStep(options.steps, options.each, context);
    const rows = lines(await inputs.from.read('rows.txt'));
    await context.output().write('rows.json', JSON.stringify({ epochs: options.epochs, rows }));
    await context
      .output()
      .write('deep/weights.bin', new Uint8Array(40_000).fill(rows.length + options.epochs));
    for (const name of inputs.base?.names ?? [])
      await context.output().take(`base/${name}`, inputs.base as Artifact, name);
    if (options.full) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  },
});

/** A report whose figure is the number of rows; judged, and written to a file where asked. */
const score = defineStage({
  ...common,
  name: 'score',
  version: 1,
  options: { require: int({ doc: '', keyed: false }), to: outputPath({ doc: '' }) },
  inputs: {
    model: input.required('model', { use: 'measure', doc: '' }),
    on: input.required('dataset', { use: 'measure', doc: '' }),
  },
  outputs: { '': { type: 'report', doc: '' } },
  randomness: () => false,
  check: () => ({ '': { type: 'report', metrics: ['rows'] } }),
  run: async (context) => {
    const { inputs } = context;
    count('score');
    await inputs.model.read('deep/weights.bin');
    const rows = lines(await inputs.on.read('rows.txt')).length;
    const metrics = { rows: { value: rows } };
    await context.output().write('report.json', JSON.stringify({ type: 'evaluation', metrics, rows }));
  },
  judge: ({ require: least }, report) => {
    if (least === undefined || report.type !== 'evaluation') return undefined;
    return { text: `rows >= ${least}`, held: report.rows >= least, detail: `rows is ${report.rows}` };
  },
  exports: ({ to }) => (to === undefined ? [] : [{ part: '', name: 'report.json', to }]),
});

const gather = defineStage({
  ...common,
  name: 'gather',
  version: 1,
  options: {},
  inputs: { of: input.many('report', { use: 'measure', named: true, doc: '' }) },
  outputs: { '': { type: 'report', doc: '' } },
  randomness: () => false,
  check: () => ({ '': { type: 'report', metrics: [] } }),
  run: async (context) => {
    const { inputs } = context;
    count('gather');
    const found: string[] = [];
    for (const { name, keys, artifact } of inputs.of) {
      found.push(`${name} ${JSON.stringify(keys)} ${text(await artifact.read('report.json'))}`);
    }
    await context.output().write('report.json', JSON.stringify({ type: 'comparison', names: found }));
  },
});

/** Steps that each take a while, and a checkpoint after each that says how many were done. */
async function stepByStep(
  steps: number,
  each: number,
  {
    checkpoint,
    progress,
    note,
    signal,
  }: Pick<RunContext<never, never>, 'checkpoint' | 'progress' | 'note' | 'signal'>,
): Promise<void> {
  const place = checkpoint('steps');
  const saved = await place.load();
  const start = saved === undefined ? 0 : Number(text(saved));
  if (start > 0) note(`resumed at step ${start} of ${steps}`);
  for (let step = start + 1; step <= steps; step++) {
    signal.throwIfAborted();
    await sleep(each);
    count(`step ${step}`);
    const pieces = ['', `${step}`].map((piece) => new TextEncoder().encode(piece));
    if (signal.aborted || place.every === 0) await place.save(pieces);
    progress({ done: step, total: steps, unit: 'steps' });
  }
}

/** `sourceVersion`: to see what a new version of a stage does. */
export function stages(
  sourceVersion = 1,
): Readonly<Record<'source' | 'pick' | 'fit' | 'score' | 'gather', StageDefinition>> {
  return { source: source(sourceVersion), pick, fit, score, gather };
}

function count(kind: string): void {
  const log = process.env[logVariable];
  if (log !== undefined) appendFileSync(log, `${kind}\n`);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function lines(bytes: Uint8Array): string[] {
  return text(bytes)
    .split('\n')
    .filter((line) => line !== '');
}
