// Compiles a program over a small vocabulary and made-up facts; problems come back as one line each.
import { posix } from 'node:path';
import { compile } from '../../src/compiler/compile.ts';
import type { Pipeline } from '../../src/compiler/pipeline.ts';
import { parse } from '../../src/parser/parse.ts';
import { wholeSource } from '../../src/parser/diagnostic.ts';
import { positionAt } from '../../src/parser/source.ts';
import type { StaticDataset } from '../../src/stages/artifact.ts';
import type { Facts } from '../../src/stages/facts.ts';
import * as option from '../../src/stages/option.ts';
import { precisionOption } from '../../src/stages/precision.ts';
import { createRegistry } from '../../src/stages/registry.ts';
import { defineStage, input } from '../../src/stages/stage.ts';

const noRun = (): Promise<void> => Promise.reject(new Error('the compiler never runs a stage'));
const rows: StaticDataset = {
  type: 'dataset',
  columns: ['text', 'label'],
  rows: 100,
  labelled: true,
  labels: [
    { name: 'a', rows: 60 },
    { name: 'b', rows: 40 },
  ],
  partition: undefined,
};

const load = defineStage({
  name: 'load',
  version: 1,
  doc: 'Reads rows.',
  example: 'load d { from: "d.csv" }',
  options: {
    text: option.template({ doc: 'The text.' }),
    label: option.column({ doc: 'The label.' }),
    where: option.condition({ doc: 'Which rows.' }),
    label_names: option.map(option.string({ doc: 'a name' }), { doc: 'Names of labels.' }),
    limit: option.int({ min: 1, doc: 'How many.' }),
  },
  inputs: { from: input.required('files', { use: 'transform', doc: 'The files.' }) },
  outputs: { '': { type: 'dataset', doc: 'The rows.' } },
  randomness: () => false,
  check: () => ({ '': rows }),
  run: noRun,
});

const split = defineStage({
  name: 'split',
  version: 1,
  doc: 'Draws parts.',
  example: 'split p { from: d train: 8 per label test: rest }',
  options: {
    train: option.count({ doc: 'Rows to learn from.' }),
    test: option.count({ doc: 'Rows to measure on.' }),
    share: option.share({ default: 0.5, doc: 'A share.' }),
    wait: option.duration({ doc: 'A duration.' }),
    memory: option.size({ doc: 'A size.' }),
    margin: option.deviation({ doc: 'A deviation.' }),
    stratify: option.bool({ default: true, doc: 'Whether to keep proportions.' }),
  },
  inputs: { from: input.required('dataset', { use: 'transform', doc: 'The rows.' }) },
  outputs: {
    train: { type: 'dataset', doc: 'To learn from.' },
    test: { type: 'dataset', doc: 'To measure on.' },
  },
  randomness: () => true,
  absent: (options) => (options.test === undefined ? ['test'] : []),
  check: ({ inputs }) => {
    const from = inputs.dataset('from') ?? rows;
    return { train: { ...from, partition: 'train' }, test: { ...from, partition: 'test' } };
  },
  run: noRun,
});

const learn = defineStage({
  name: 'learn',
  version: 1,
  doc: 'Learns.',
  example: 'learn m { model: "builtin:plain" from: p.train }',
  options: {
    precision: precisionOption,
    method: option.call(
      {
        head: {
          doc: 'A head.',
          arguments: {
            kind: option.word(
              { logistic: 'logistic', knn: 'neighbours' },
              { default: 'logistic', doc: 'Which.' },
            ),
            c: option.float({ above: 0, default: 1, doc: 'Strength.' }),
          },
        },
        lora: {
          doc: 'Adapters.',
          arguments: { rank: option.int({ min: 1, required: true, doc: 'The rank.' }) },
        },
        plain: { doc: 'Nothing.', arguments: {} },
      },
      { default: { name: 'head', arguments: { kind: 'logistic', c: 1 } }, doc: 'How.' },
    ),
    with: option.list(
      option.call(
        {
          swap: { doc: 'Swaps.', arguments: { rate: option.share({ default: 0.1, doc: 'How much.' }) } },
          ask: {
            doc: 'Asks a model.',
            arguments: {
              model: option.model({ input: 'asked', required: true, doc: 'Which.' }),
              rate: option.share({ default: 0.1, doc: 'How much.' }),
            },
          },
        },
        { doc: 'what' },
      ),
      { doc: 'Calls.' },
    ),
    rate: option.float({ default: 0.01, doc: 'The rate.' }),
    noisy: option.bool({ default: false, doc: 'Whether it draws.' }),
    mode: option.either(
      option.int({ min: 1, doc: 'a number' }),
      option.word({ auto: 'chosen' }, { doc: 'a word' }),
      {
        default: 'auto',
        doc: 'A number or a word.',
      },
    ),
  },
  inputs: {
    model: input.required('model', { use: 'apply', capability: 'encoder', doc: 'What to start from.' }),
    from: input.required('dataset', { use: 'fit', doc: 'Rows to learn from.' }),
    asked: input.inCalls('model', {
      within: 'with',
      capability: 'encoder',
      use: 'apply',
      doc: 'Who is asked.',
    }),
    validation: input.optional('dataset', { use: 'select', doc: 'Rows to choose with.' }),
  },
  outputs: { '': { type: 'model', doc: 'The model.' } },
  randomness: (options) => options.noisy,
  check: () => ({ '': { type: 'model', capability: 'classifier', labels: ['a', 'b'] } }),
  run: noRun,
});

const measure = defineStage({
  name: 'measure',
  version: 1,
  doc: 'Measures.',
  example: 'measure s { model: m on: p.test }',
  options: {
    metrics: option.list(
      option.word({ accuracy: 'share of right answers', macro_f1: 'mean F1' }, { doc: 'a metric' }),
      { default: ['accuracy'], distinct: true, doc: 'Which figures.' },
    ),
    require: option.requirement({ metrics: ['accuracy', 'macro_f1'], keyed: false, doc: 'What must hold.' }),
    to: option.outputPath({ doc: 'Where to write.' }),
  },
  inputs: {
    model: input.required('model', { use: 'apply', capability: 'classifier', doc: 'The model.' }),
    on: input.required('dataset', { use: 'measure', doc: 'The rows.' }),
  },
  outputs: { '': { type: 'report', doc: 'The report.' } },
  randomness: () => false,
  check: () => ({ '': { type: 'report', metrics: ['accuracy'] } }),
  run: noRun,
});

const summary = defineStage({
  name: 'summary',
  version: 1,
  doc: 'Compares.',
  example: 'summary all { of: s }',
  options: {},
  inputs: { of: input.many('report', { use: 'apply', doc: 'The reports.' }) },
  outputs: { '': { type: 'report', doc: 'The report.' } },
  randomness: () => false,
  check: () => ({ '': { type: 'report', metrics: ['accuracy'] } }),
  run: noRun,
});

const tune = defineStage({
  name: 'tune',
  version: 1,
  doc: 'Searches.',
  example: '',
  options: {
    search: option.map(option.space({ doc: 'a space' }), { doc: 'What to search.' }),
    maximize: option.objective({ doc: 'What to maximise.' }),
    minimize: option.objective({ doc: 'What to minimise.' }),
    folds: option.int({ min: 2, default: 4, doc: 'How many.' }),
  },
  inputs: {
    from: input.required('dataset', { use: 'fit', doc: 'The rows.' }),
    on: input.optional('dataset', { use: 'select', doc: 'Rows to choose with.' }),
  },
  outputs: { trials: { type: 'dataset', doc: 'The trials.' } },
  block: {
    search: 'search',
    folds: 'fold',
    parts: {
      train: { of: ['from'], partition: 'train', doc: 'To learn from.' },
      validation: { of: ['on', 'from'], partition: 'validation', doc: 'To measure on.' },
    },
    objectives: ['maximize', 'minimize'],
    held: 'validation',
  },
  randomness: () => true,
  check: () => ({ trials: { ...rows, columns: ['trial', 'score'], labelled: false } }),
  run: noRun,
});

/** Models from models, and rows from rows, for graphs in which many ways lead to the same. */
const merge = defineStage({
  name: 'merge',
  version: 1,
  doc: 'Merges.',
  example: 'merge m { of: [a, b] from: [p.train, q.train] }',
  options: {},
  inputs: {
    of: input.many('model', { use: 'apply', doc: 'Models.' }),
    from: input.many('dataset', { use: 'transform', doc: 'Rows.' }),
  },
  outputs: { '': { type: 'model', doc: 'A model.' }, rows: { type: 'dataset', doc: 'All rows.' } },
  randomness: () => false,
  check: () => ({ '': { type: 'model', capability: 'classifier', labels: ['a', 'b'] }, rows }),
  run: noRun,
});

export const registry = createRegistry(
  [load, split, learn, measure, summary, tune, merge],
  [{ name: 'plain', capability: 'encoder', doc: 'A model.', from: { code: '1' } }],
);

const factsOf = (sources: ReadonlyMap<string, string>): Facts => ({
  files: (pattern) =>
    pattern.endsWith('missing.csv')
      ? { state: 'wrong', problem: { code: 'missing-file', message: 'there is no file `missing.csv`' } }
      : { state: 'known', value: [pattern] },
  table: () => ({ state: 'unknown' }),
  json: () => ({ state: 'known', value: { a: [1, 2], b: 'x' } }),
  source: (path) => {
    const text = sources.get(path.replace('/program/', ''));
    return text === undefined
      ? { state: 'wrong', problem: { code: 'missing-file', message: `there is no file \`${path}\`` } }
      : { state: 'known', value: { path: path.replace('/program/', ''), text } };
  },
  env: (name) => (name === 'HOME_TOWN' ? 'Ulm' : undefined),
  modelFolder: (path) =>
    path.endsWith('/broken')
      ? {
          state: 'wrong',
          problem: { code: 'missing-model-file', message: '`broken` has no `model.safetensors`' },
        }
      : { state: 'known', value: { capability: 'encoder', labels: undefined } },
  machine: () => ({ cores: 4, memory: 16e9, gpus: 0 }),
});

export interface Compiled {
  readonly pipeline: Pipeline | undefined;
  /** `3:5 code: message` in the order shown to people; warnings start with `warning`. */
  readonly problems: readonly string[];
}

/** `files` are those that the program may import and read, by their path beside it. */
export function compileText(
  text: string,
  params: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Compiled {
  const { file, diagnostics } = parse({ path: 'test.fsl', text });
  const result = compile(file, diagnostics, {
    registry,
    facts: factsOf(new Map(Object.entries(files))),
    params: Object.entries(params).map(([name, value]) => ({
      name,
      value: { form: 'text', text: value },
      from: 'set',
      span: wholeSource('<command line>', `${name}=${value}`),
      resolvePath: (path) => `/cwd/${path}`,
    })),
    resolvePath: (path, from = '/program/test.fsl') => posix.resolve(posix.dirname(from), path),
  });
  const problems = result.diagnostics.map(({ severity, code, message, span }) => {
    const { line, column } = positionAt(span.source, span.start);
    const inside = span.source.path === 'test.fsl' ? '' : `${span.source.path}:`;
    const place = span.source.path.startsWith('<') ? span.source.path : `${inside}${line}:${column}`;
    return `${severity === 'warning' ? 'warning ' : ''}${place} ${code}: ${message}`;
  });
  return { pipeline: result.pipeline, problems };
}

/** A complete program around some changes; `{}` gives a clean one. */
export const base = `load d { from: "d.csv" text: "text" label: "label" }
split p { from: d train: 8 per label test: 40 }
learn m { model: "builtin:plain" from: p.train }
measure s { model: m on: p.test }
`;
