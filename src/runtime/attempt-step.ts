// One attempt of a claimed step: run in a private folder, its inputs checked again, its result published as a whole or dropped.
import type { CheckedBlockStage, CheckedStep } from '../compiler/pipeline.ts';
import type { PluginOrigin } from '../stages/plugin.ts';
import { isMixed } from '../stages/precision.ts';
import type { EngineChoice } from '../stages/stage.ts';
import { declaredInput } from './block-inputs.ts';
import { bytesOf, namesOf, storedArtifact, type Action, type StoredArtifact } from './action.ts';
import { checkpointFolder, dropCheckpoints, hasCheckpoint } from './checkpoints.ts';
import type { JobOutcome } from './executors/executor.ts';
import { workerInput } from './input-contents.ts';
import { keyParts, type KeyParts } from './key.ts';
import type { StepOutcome, StepRun } from './run-step.ts';
import { redactedDiagnostic, redactor, secretsOf } from './secrets.ts';
import { differing, locationsOf, resolveInputs } from './step-inputs.ts';
import { changedDuringRun, died, placed, timedOut } from './step-problem.ts';
import type { PublishedFile } from './store.ts';
import type { JobResult, JobStage, WorkerInput } from './worker-message.ts';

export interface Work {
  readonly step: CheckedStep;
  readonly key: string;
  readonly parts: KeyParts;
  readonly run: StepRun;
  /** Of the processor. */
  readonly threads: number;
}

/** Throws `Failure` (`disk-full`) where the result cannot be published. */
export async function runAttempt(work: Work): Promise<StepOutcome> {
  const { step, run } = work;
  const asked = step.common.device === 'auto' ? run.settings.engine.device : step.common.device;
  const notes: string[] = [];
  const first = await attemptOn(asked, work, notes);
  if (!('gpuFailed' in first)) return first;
  // Nobody has asked for the GPU, so its failure is none of the step.
  const note = `the GPU failed (${first.gpuFailed}), so the step starts again on the processor`;
  notes.push(note);
  run.tell({ type: 'step-note', step: step.id, message: note });
  const second = await attemptOn('cpu', work, notes);
  if ('gpuFailed' in second) throw new Error('a GPU failed that was not used');
  return second;
}

/** With `auto`, a failure of the GPU is told apart from one of the step. */
async function attemptOn(
  device: EngineChoice['device'],
  work: Work,
  notes: string[],
): Promise<StepOutcome | { readonly gpuFailed: string }> {
  const { step, key, run } = work;
  const folder = run.attempts.open();
  const kept = (): boolean => hasCheckpoint(run.settings.store, key);
  try {
    const start = run.settings.now();
    let onGpu = false;
    const outcome = await runJob(work, folder, device, notes, (used) => (onGpu = used === 'gpu'));
    const gpuFailed = device === 'auto' && onGpu ? failureOfGpu(outcome) : undefined;
    if (gpuFailed !== undefined) return { gpuFailed };
    switch (outcome.state) {
      case 'finished':
        return await publish(work, outcome.result, notes, (run.settings.now() - start) / 1000);
      case 'failed': {
        const { corrupt } = outcome.failure;
        const diagnostics = outcome.failure.diagnostics.map((one) => placed(one, step));
        if (corrupt.length > 0) return { state: 'corrupt', objects: corrupt, diagnostics };
        return { state: 'failed', diagnostics };
      }
      case 'died':
        return { state: 'failed', diagnostics: [died(step, outcome, onGpu ? 'gpu' : 'cpu', kept())] };
      case 'timeout':
        return { state: 'failed', diagnostics: [timedOut(step, kept())] };
      case 'stopped':
        return { state: 'interrupted', started: true, checkpoint: kept() };
      default:
        return outcome satisfies never;
    }
  } finally {
    await run.attempts.discard(folder);
  }
}

/** Why it may go well on the processor. */
function failureOfGpu(outcome: JobOutcome): string | undefined {
  switch (outcome.state) {
    case 'died':
      return `its process ${outcome.how}`;
    case 'failed':
      return outcome.failure.diagnostics.find(
        ({ code }) => code === 'device-failed' || code === 'out-of-memory' || code === 'unsupported-kernel',
      )?.message;
    case 'finished':
    case 'timeout':
    case 'stopped':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

async function runJob(
  { step, key, parts, run, threads }: Work,
  folder: string,
  device: EngineChoice['device'],
  notes: string[],
  using: (device: 'cpu' | 'gpu') => void,
): Promise<JobOutcome> {
  const { settings } = run;
  const locations = locationsOf(run);
  const inputs: Record<string, WorkerInput> = {};
  for (const [name, input] of Object.entries(step.inputs)) {
    const [contents, declared] = [parts.inputs[name], declaredInput(step, name)];
    if (contents === undefined || declared === undefined) throw new Error(`${step.id} has no input ${name}`);
    inputs[name] = workerInput(input, contents, declared.accepts, locations);
  }
  const redact = redactor(secretsOf(step), settings.env);
  const outcome = await settings.executor.run({
    job: {
      kind: step.definition.name,
      plugins: pluginsOf(step),
      options: step.options,
      seed: step.common.seed,
      inputs,
      ...(step.block === undefined ? {} : { block: step.block.stages.map(jobStage) }),
      parts: writtenParts(step),
      folder,
      objects: settings.store.path('objects'),
      engine: {
        threads,
        ...settings.engine,
        device,
        ...(isMixed(step, step.block?.stages) && { precision: 'mixed' }),
      },
      cacheDirectory: settings.store.path('cache'),
      checkpoints: checkpointFolder(settings.store, key),
    },
    signal: settings.signal,
    timeout: step.common.timeout,
    progress: ({ detail, ...progress }) => {
      const told = detail === undefined ? progress : { ...progress, detail: redact(detail) };
      run.tell({ type: 'step-progress', step: step.id, ...told });
    },
    using,
    note: (text) => {
      const message = redact(text);
      notes.push(message);
      run.tell({ type: 'step-note', step: step.id, message });
    },
  });
  return redacted(outcome, redact);
}

/** Whatever a stage says, no value of a secret is in it. */
function redacted(outcome: JobOutcome, redact: (text: string) => string): JobOutcome {
  switch (outcome.state) {
    case 'failed': {
      const { failure } = outcome;
      const diagnostics = failure.diagnostics.map((one) => redactedDiagnostic(one, redact));
      return { ...outcome, failure: { ...failure, diagnostics } };
    }
    case 'died':
      return { ...outcome, last: redact(outcome.last) };
    case 'finished':
    case 'timeout':
    case 'stopped':
      return outcome;
    default:
      return outcome satisfies never;
  }
}

function pluginsOf({ definition, block }: CheckedStep): readonly PluginOrigin[] {
  const kinds = [definition, ...(block?.stages.map((stage) => stage.definition) ?? [])];
  const origins = kinds.flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  return [...new Map(origins.map((origin) => [origin.url, origin])).values()];
}

/** Its own parts, and those of stages inside it that are handed out. */
function writtenParts({ definition, options, block }: CheckedStep): readonly string[] {
  const absent = definition.absent?.(options) ?? [];
  const own = Object.keys(definition.outputs).filter((part) => !absent.includes(part));
  return [...own, ...(block?.stages.flatMap(({ handed }) => Object.values(handed)) ?? [])];
}

function jobStage({ definition: _, ...stage }: CheckedBlockStage): JobStage {
  return stage;
}

/** The result becomes visible, unless what it was made from is not what it was. */
async function publish(
  work: Work,
  result: JobResult,
  notes: readonly string[],
  seconds: number,
): Promise<StepOutcome> {
  const { step, key, parts, run } = work;
  const { settings } = run;
  const again = resolveInputs(step, run);
  const changed =
    'missing' in again ? again.missing.input : differing(parts.inputs, keyParts(step, again.known).inputs);
  if (changed !== undefined)
    return { state: 'failed', diagnostics: [changedDuringRun(step, changed, settings)] };

  const outputs: Record<string, StoredArtifact> = {};
  const files: PublishedFile[] = [];
  for (const [part, written] of Object.entries(result.outputs)) {
    const type = step.definition.outputs[part]?.type ?? step.outputs[part]?.type ?? 'files';
    outputs[part] = storedArtifact(
      type,
      written.map(({ name, digest, size }) => ({ name, digest, size })),
    );
    for (const { path, digest } of written) if (path !== undefined) files.push({ path, digest });
  }
  const action: Action = {
    version: 1,
    key,
    parts,
    outputs,
    seconds: result.seconds,
    ...(result.computed === undefined ? {} : { computed: result.computed }),
    notes,
    versions: {
      ...settings.versions,
      ...Object.fromEntries(pluginsOf(step).map((origin) => [origin.package, origin.version])),
    },
    time: settings.now(),
  };
  run.attempts.use(namesOf(action)); // before they have their names
  await settings.store.publish({ action, files, drafts: run.attempts.drafts, fault: settings.fault });
  await dropCheckpoints(settings.store, key);
  run.fresh.add(key);
  const { computed } = result;
  const trace = computed === undefined ? {} : { computed };
  run.tell({ type: 'step-finished', step: step.id, key, seconds, bytes: bytesOf(action), ...trace });
  return { state: 'done', action };
}
