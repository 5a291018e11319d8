// The stages inside a step while it runs: each runs here, in the worker of the step, on artifacts that live as long as they
// are needed. Knows nothing of what the step does with them.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../learning/random.ts';
import { Failure } from '../parser/diagnostic.ts';
import type { Artifact } from '../stages/artifact.ts';
import { noCheckpoint } from '../stages/checkpoint.ts';
import type { BlockRun, Member, RunContext, StageDefinition, TrialValues } from '../stages/stage.ts';
import { failureInside } from '../stages/step-failure.ts';
import { outsideInputs } from './block-inputs.ts';
import { hasDefaults, searchedNames, trialOptions } from '../stages/block-values.ts';
import { stageIdentity } from './key.ts';
import { temporaryOutput, type TemporaryOutput } from './temporary-artifact.ts';
import type { Verification } from './verified-artifact.ts';
import type { Job, JobStage } from './worker-message.ts';

export interface BlockSetting {
  readonly job: Job;
  /** The inputs of the step, opened. */
  readonly inputs: Readonly<Record<string, Artifact | readonly Member[]>>;
  readonly kind: (name: string) => StageDefinition | undefined;
  readonly verification: Verification;
  /** What the stages share with the step they are in. */
  readonly context: Pick<
    RunContext<never, never>,
    'output' | 'computed' | 'secret' | 'signal' | 'engine' | 'using' | 'probeProgram' | 'cacheDirectory'
  >;
}

export function blockRun(stages: readonly JobStage[], setting: BlockSetting): BlockRun {
  const { job, inputs, kind, verification, context } = setting;
  const start = performance.now();
  const folders = new Map<Artifact, string>();
  let count = 0;

  const draft = (label: string): { readonly folder: string; readonly output: TemporaryOutput } => {
    const folder = join(job.folder, `block-${count}`);
    count += 1;
    return { folder, output: temporaryOutput(folder, label, verification) };
  };
  const definitionOf = (
    stage: number,
  ): { readonly stage: JobStage; readonly definition: StageDefinition } => {
    const found = stages[stage];
    const definition = found === undefined ? undefined : kind(found.kind);
    if (found === undefined || definition === undefined)
      throw new Error(`the worker knows no stage ${stage} inside ${job.kind}`);
    return { stage: found, definition };
  };
  const optionsOf = (position: number, values: TrialValues) => {
    const { stage, definition } = definitionOf(position);
    return trialOptions(definition.options, stage.options, values);
  };
  const fromOutside = (position: number, values: TrialValues) =>
    outsideInputs(inputs, position, definitionOf(position).stage.chosen, values);

  return {
    stages: stages.map((stage) => ({
      ...stage,
      searched: [
        ...new Set([...searchedNames(Object.values(stage.options)), ...Object.values(stage.chosen)]),
      ],
    })),
    defaults: defaultsOf(stages, (stage) => definitionOf(stage).definition),
    seconds: () => (performance.now() - start) / 1000,

    make: async (type, write) => {
      const { folder, output } = draft(job.kind);
      await write(output);
      const artifact = output.artifact(type);
      folders.set(artifact, folder);
      return artifact;
    },

    identity: (position, values, given) => {
      const { stage, definition } = definitionOf(position);
      const outside = Object.entries(fromOutside(position, values)).map(
        ([name, input]) => [name, contentsOf(input)] as const,
      );
      const read = { ...Object.fromEntries(outside), ...given };
      return stageIdentity({ definition, seed: stage.seed }, optionsOf(position, values), {
        ...read,
        engine: [job.engine.backend, job.engine.device],
      });
    },

    run: async (position, values, given, note = () => undefined) => {
      const { stage, definition } = definitionOf(position);
      const outputs = new Map<string, ReturnType<typeof draft>>();
      const options = optionsOf(position, values);
      try {
        await definition.run({
          options: options, // the compiler has checked every value that a trial may choose
          inputs: { ...fromOutside(position, values), ...given },
          random: (purpose) => createRandom(stage.seed, stage.kind, purpose),
          output: (part = '') => {
            if (!stage.outputs.includes(part)) throw new Error(`${stage.kind} has no part "${part}"`);
            const output = outputs.get(part) ?? draft(stage.name);
            outputs.set(part, output);
            return output.output;
          },
          progress: () => undefined,
          secret: (option) => context.secret(option),
          note: (message) => note(`\`${stage.kind}\`: ${message}`),
          computed: (computation) => context.computed?.(computation),
          signal: context.signal,
          engine: context.engine,
          using: (device) => context.using?.(device),
          probeProgram: context.probeProgram,
          checkpoint: () => noCheckpoint,
          cacheDirectory: context.cacheDirectory,
        });
      } catch (error) {
        await Promise.all([...outputs.values()].map(({ folder }) => remove(folder)));
        throw error instanceof Failure ? failureInside(error, position) : error;
      }
      context.signal.throwIfAborted();
      const parts: Record<string, Artifact> = {};
      for (const [part, { folder, output }] of outputs) {
        const artifact = output.artifact(definition.outputs[part]?.type ?? 'files');
        folders.set(artifact, folder);
        parts[part] = artifact;
      }
      const absent = definition.absent?.(options) ?? [];
      for (const part of stage.outputs)
        if (outputs.get(part)?.output.written !== true && !absent.includes(part))
          throw new Error(`${stage.kind} has not written its part "${part}"`);
      return parts;
    },

    drop: async (artifacts) => {
      for (const artifact of artifacts) {
        const folder = folders.get(artifact);
        folders.delete(artifact);
        if (folder !== undefined) await remove(folder);
      }
    },

    hand: async (part, artifact) => {
      const output = context.output(part);
      for (const name of artifact.names) await output.take(name, artifact, name);
    },
  };
}

function defaultsOf(
  stages: readonly JobStage[],
  definitionOf: (stage: number) => StageDefinition,
): TrialValues | undefined {
  const names = new Set<string>();
  for (const [position, { options, chosen, required }] of stages.entries()) {
    if (!hasDefaults(definitionOf(position).options, options)) return undefined;
    if (Object.keys(chosen).some((input) => required.includes(input))) return undefined;
    for (const name of [...searchedNames(Object.values(options)), ...Object.values(chosen)]) names.add(name);
  }
  return Object.fromEntries([...names].map((name) => [name, null]));
}

function contentsOf(input: Artifact | readonly Member[]) {
  return 'digest' in input
    ? input.digest
    : input.map(({ name, keys, artifact }) => ({ name, keys, digest: artifact.digest }));
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
