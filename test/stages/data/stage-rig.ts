// Checks and runs one stage in memory, with options as the compiler resolves them.
import { createRandom } from '../../../src/learning/random.ts';
import { Failure, wholeSource } from '../../../src/parser/diagnostic.ts';
import type { Artifact, Static, StaticDataset } from '../../../src/stages/artifact.ts';
import { noCheckpoint } from '../../../src/stages/checkpoint.ts';
import type { Dataset } from '../../../src/stages/dataset.ts';
import { readDataset, writeDataset } from '../../../src/stages/dataset-file.ts';
import type { Facts } from '../../../src/stages/facts.ts';
import type { StageDefinition } from '../../../src/stages/stage.ts';
import { stepPlace } from '../../../src/stages/step-failure.ts';
import { artifactOf, collectingOutput } from './memory.ts';
import { show } from './show.ts';

export type Given = Readonly<Record<string, unknown>>;

function withDefaults(stage: StageDefinition, given: Given): Record<string, never> {
  const defaults = Object.entries(stage.options).map(([name, option]) => [name, option.fallback]);
  return { ...Object.fromEntries(defaults), ...given } as Record<string, never>;
}

export interface Checked {
  readonly statics: Readonly<Record<string, Static>>;
  /** The problems, one after the other; empty where there is none. */
  readonly text: string;
}

export interface CheckInputs {
  readonly paths?: readonly string[];
  readonly dataset?: StaticDataset;
  readonly facts?: Facts;
}

export function checkStage(stage: StageDefinition, given: Given, from: CheckInputs): Checked {
  const problems: string[] = [];
  const nothing = (): undefined => undefined;
  const statics = stage.check({
    options: withDefaults(stage, given),
    given: (option) => option in given,
    inputs: {
      dataset: () => from.dataset,
      files: () => (from.paths === undefined ? undefined : { type: 'files', paths: from.paths }),
      model: nothing,
      report: nothing,
      many: () => [],
    },
    facts: from.facts as Facts,
    report: (at, problem) => problems.push(show({ span: wholeSource(`at ${at}`), ...problem })),
    leak: (at, problem) => problems.push(show({ span: wholeSource(`at ${at}`), ...problem })),
  });
  return { statics, text: problems.join('\n') };
}

export interface Ran {
  /** By part. */
  readonly parts: Readonly<Record<string, Dataset>>;
  readonly files: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
  readonly notes: readonly string[];
}

/** What the stage wrote, or the text of its failure. */
export async function runStage(
  stage: StageDefinition,
  given: Given,
  from: Artifact,
  seed = 0,
): Promise<Ran | string> {
  const outputs = new Map<string, ReturnType<typeof collectingOutput>>();
  const notes: string[] = [];
  try {
    await stage.run({
      options: withDefaults(stage, given),
      inputs: { from },
      random: (purpose) => createRandom(seed, stage.name, purpose),
      output: (part = '') => {
        const made = outputs.get(part) ?? collectingOutput();
        outputs.set(part, made);
        return made.output;
      },
      progress: () => undefined,
      secret: () => {
        throw new Error('no secrets here');
      },
      note: (message) => notes.push(message),
      signal: new AbortController().signal,
      engine: { backend: 'reference', device: 'cpu' },
      checkpoint: () => noCheckpoint,
      cacheDirectory: undefined,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.diagnostics
      .map((problem) => {
        const place = stepPlace(problem.span.source.path);
        return show(place === undefined ? problem : { ...problem, span: wholeSource(`at ${place}`) });
      })
      .join('\n');
  }
  const parts: Record<string, Dataset> = {};
  const files: Record<string, Readonly<Record<string, Uint8Array>>> = {};
  for (const [part, made] of outputs) {
    files[part] = made.files;
    parts[part] = await readDataset(artifactOf('dataset', made.files));
  }
  return { parts, files, notes };
}

export async function datasetArtifact(dataset: Dataset): Promise<Artifact> {
  const { output, files } = collectingOutput();
  await writeDataset(output, dataset);
  return artifactOf('dataset', files);
}
