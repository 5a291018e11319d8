// Runs and checks single stages on artifacts in memory, as the compiler and a worker would.
import type { Artifact, Static } from '../../../src/stages/artifact.ts';
import { builtinContents, builtinFile, builtins } from '../../../src/stages/builtins.ts';
import { codeVersion } from '../../../src/stages/registry.ts';
import { noCheckpoint, type Checkpoint } from '../../../src/stages/checkpoint.ts';
import { loadClassifier } from '../../../src/stages/classifier.ts';
import { classify } from '../../../src/stages/classify.ts';
import { labelBudget, type LabelBudget } from '../../../src/stages/consumed.ts';
import type { Dataset } from '../../../src/stages/dataset.ts';
import { writeDataset } from '../../../src/stages/dataset-file.ts';
import type { Member, RunContext, StageDefinition } from '../../../src/stages/stage.ts';
import { createRandom } from '../../../src/learning/random.ts';
import type { Failure } from '../../../src/parser/diagnostic.ts';
import { artifactOf, collectingOutput } from '../data/memory.ts';

export type Row = readonly [text: string, label: string];

export function datasetOf(
  rows: readonly Row[],
  more: Partial<Pick<Dataset, 'labels' | 'source' | 'partition'>> & {
    readonly columns?: Readonly<Record<string, readonly (string | number | null)[]>>;
  } = {},
): Dataset {
  const { columns = {}, ...rest } = more;
  return {
    rows: rows.length,
    columns: new Map<string, readonly (string | number | null)[]>([
      ['text', rows.map(([text]) => text)],
      ['label', rows.map(([, label]) => label)],
      ...Object.entries(columns),
    ]),
    roles: { text: 'text', label: 'label' },
    labels: [...new Set(rows.map(([, label]) => label))].sort(),
    multiLabel: false,
    partition: 'train',
    source: Int32Array.from(rows.keys()),
    ...rest,
  };
}

/** Rows with texts alone. */
export function textsOnly(texts: readonly string[]): Dataset {
  const { columns, ...rest } = datasetOf(texts.map((text) => [text, '']));
  return {
    ...rest,
    columns: new Map([['text', columns.get('text') ?? []]]),
    roles: { text: 'text' },
    labels: [],
  };
}

export async function datasetArtifact(dataset: Dataset): Promise<Artifact> {
  const { output, files } = collectingOutput();
  await writeDataset(output, dataset);
  return artifactOf('dataset', files);
}

export function ngrams(): Artifact {
  const model = builtins.find(({ name }) => name === 'ngrams');
  const version = codeVersion(model) ?? '';
  return artifactOf('model', { [builtinFile]: builtinContents({ name: 'ngrams', version }) });
}

/** Logistic regression whose penalty is as strong as usual, for tests that want one that is not very sure. */
export const gentleHead = {
  name: 'head',
  arguments: { kind: 'logistic', c: 1, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
} as const;

/** What models are loaded with. */
export const context = {
  signal: new AbortController().signal,
  engine: { backend: 'onnx', device: 'auto' },
  cacheDirectory: undefined,
  progress: () => undefined,
  note: () => undefined,
} as const;

/** What a classifier says of rows: [rows, labels]. */
export async function said(model: Artifact, rows: Dataset): Promise<Float64Array> {
  const classifier = await loadClassifier(model, context);
  const [found = new Float64Array()] = await classify(classifier, [classifier.head], rows, () => undefined);
  await classifier.dispose();
  return found;
}

/** The labels that a classifier has seen. */
export async function budgetOf(model: Artifact): Promise<LabelBudget> {
  return labelBudget(await (await loadClassifier(model, context)).consumed());
}

export interface Setting {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Artifact | readonly Member[]>>;
  readonly seed?: number;
  readonly cacheDirectory?: string;
  readonly checkpoint?: Checkpoint;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, unit: string) => void;
}

export interface Ran {
  /** The part without a name. */
  readonly artifact: Artifact;
  readonly parts: Readonly<Record<string, Artifact>>;
  readonly notes: readonly string[];
  /** The last progress that was reported. */
  readonly progress: { readonly done: number; readonly total: number } | undefined;
}

/** One run of a stage; options that are not given have their declared defaults. */
export async function run(stage: StageDefinition, setting: Setting): Promise<Ran> {
  const outputs = new Map(Object.keys(stage.outputs).map((part) => [part, collectingOutput()]));
  const notes: string[] = [];
  let progress: Ran['progress'];
  const context: RunContext<never, never> = {
    options: withDefaults(stage, setting.options) as never,
    inputs: setting.inputs as never,
    random: (purpose) => createRandom(setting.seed ?? 0, stage.name, purpose),
    output: (part = '') => {
      const own = outputs.get(part);
      if (own === undefined) throw new Error(`no part ${part}`);
      return own.output;
    },
    progress: (now) => {
      progress = now;
      setting.onProgress?.(now.done, now.unit);
    },
    secret: () => {
      throw new Error('no secrets here');
    },
    note: (message) => notes.push(message),
    signal: setting.signal ?? new AbortController().signal,
    engine: { backend: 'onnx', device: 'auto' },
    checkpoint: () => setting.checkpoint ?? noCheckpoint,
    cacheDirectory: setting.cacheDirectory,
  };
  await stage.run(context);
  const parts = Object.fromEntries(
    [...outputs].map(([part, { files }]) => [part, artifactOf(stage.outputs[part]?.type ?? 'files', files)]),
  );
  return { artifact: parts[''] ?? artifactOf('files', {}), parts, notes, progress };
}

/** What a stage says before anything runs: `at code: message`, one a line. */
export function check(
  stage: StageDefinition,
  setting: {
    readonly options?: Readonly<Record<string, unknown>>;
    readonly inputs: Readonly<Record<string, Static>>;
    readonly many?: readonly {
      readonly name: string;
      readonly keys?: Member['keys'];
      readonly static: Static;
    }[];
  },
): { readonly problems: string; readonly outputs: Readonly<Record<string, Static>> } {
  const problems: string[] = [];
  const find = (name: string, type: Static['type']) => {
    const found = setting.inputs[name];
    return found?.type === type ? (found as never) : undefined;
  };
  const outputs = stage.check({
    options: withDefaults(stage, setting.options),
    given: (name) => setting.options?.[name] !== undefined || setting.inputs[name] !== undefined,
    inputs: {
      dataset: (name) => find(name, 'dataset'),
      model: (name) => find(name, 'model'),
      report: (name) => find(name, 'report'),
      files: (name) => find(name, 'files'),
      many: () => (setting.many ?? []).map((member) => ({ keys: {}, ...member })),
    },
    facts: {} as never, // none of these stages asks for facts
    report: (at, { code, message, severity }) =>
      problems.push(`${at} ${severity === 'warning' ? 'warns ' : ''}${code}: ${message}`),
    leak: (at, { code, message }) => problems.push(`${at} leak ${code}: ${message}`),
  });
  return { problems: problems.join('\n'), outputs };
}

/** `at code: message` of the failure that a run ends with. */
export async function failure(running: Promise<unknown>): Promise<string> {
  try {
    await running;
  } catch (error) {
    const { diagnostics } = error as Failure;
    if (diagnostics === undefined) throw error;
    return diagnostics.map(({ code, message, span }) => `${span.source.path} ${code}: ${message}`).join('\n');
  }
  throw new Error('expected a failure');
}

export async function json(artifact: Artifact, name: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await artifact.read(name)));
}

function withDefaults(
  stage: StageDefinition,
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(stage.options).map(([name, option]) => [name, option.fallback] as const);
  return { ...Object.fromEntries(defaults), ...given };
}
