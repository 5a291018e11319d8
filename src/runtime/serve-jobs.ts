// A worker: runs one step after the other as the runner asks, and ends when the runner does. Publishes nothing.
import { join } from 'node:path';
import { Failure, diagnostic } from '../parser/diagnostic.ts';
import { createRandom } from '../learning/random.ts';
import type { Computation } from '../stages/stage.ts';
import type { Artifact, Output } from '../stages/artifact.ts';
import { noCheckpoint } from '../stages/checkpoint.ts';
import { together } from '../stages/computation.ts';
import type { Member, Progress, RunContext, StageDefinition } from '../stages/stage.ts';
import type { PluginOrigin } from '../stages/plugin.ts';
import { stepFailure } from '../stages/step-failure.ts';
import { attemptOutput, type AttemptOutput } from './attempt-output.ts';
import { blockRun } from './block-run.ts';
import { openCheckpoint } from './checkpoints.ts';
import { asDiskFull } from './durable.ts';
import type { Fault } from './fault.ts';
import { secretNames, secretValue, type Environment } from './secrets.ts';
import { verifiedArtifact, type Verification } from './verified-artifact.ts';
import type {
  Job,
  JobFailure,
  JobResult,
  RunnerMessage,
  WorkerInput,
  WorkerMessage,
  WrittenFile,
} from './worker-message.ts';

/** The worker's side of the channel; `process` of a forked Node.js. */
export interface Channel {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect' | 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  send?(message: WorkerMessage): unknown;
  exit(code: number): never;
}

export interface JobHost {
  readonly channel: Channel;
  /** The stage kinds that come with FSL. */
  kind(name: string): StageDefinition | undefined;
  /** Those of a package. */
  plugin(origin: PluginOrigin): Promise<readonly StageDefinition[]>;
  readonly env: Environment;
  readonly fault: Fault;
  /** The program of this process, where it tries devices when it is asked to. */
  readonly program?: string | undefined;
}

const progressEveryMs = 100;
/** How long a stage may take to stop by itself, and how long one that keeps checkpoints, whose step may be a long one. */
const graceMs = 500;
const keepingGraceMs = 10_000;
const defaultCheckpointSeconds = 30;

export function serveJobs(host: JobHost): void {
  const { channel } = host;
  const stop = new AbortController();
  let running = 0;
  const keeping = new Set<number>();
  const leave = (): void => {
    stop.abort();
    if (running === 0) channel.exit(0);
    setTimeout(() => channel.exit(0), keeping.size > 0 ? keepingGraceMs : graceMs);
  };
  channel.on('SIGINT', () => undefined); // Ctrl-C reaches the whole terminal; what to do is the runner's decision
  channel.on('SIGTERM', leave);
  channel.on('disconnect', () => channel.exit(0));
  channel.on('message', (message) => {
    const request = message as RunnerMessage; // the runner is the same program
    if (request.type === 'stop') return leave();
    running += 1;
    void answer(request, host, keeping, stop.signal).then((reply) => {
      running -= 1;
      keeping.delete(request.id);
      channel.send?.(reply);
      if (stop.signal.aborted) channel.exit(0);
    });
  });
}

async function answer(
  job: Job,
  host: JobHost,
  keeping: Set<number>,
  signal: AbortSignal,
): Promise<WorkerMessage> {
  const corrupt: string[] = [];
  const verification: Verification = { folder: job.folder, corrupt: (digest) => corrupt.push(digest) };
  try {
    const result = await runJob(job, host, verification, keeping, signal);
    return { type: 'finished', id: job.id, result };
  } catch (error) {
    const own = host.kind(job.kind) !== undefined;
    return { type: 'failed', id: job.id, failure: { ...failureOf(error, job, own), corrupt } };
  }
}

async function runJob(
  job: Job,
  host: JobHost,
  verification: Verification,
  keeping: Set<number>,
  signal: AbortSignal,
): Promise<JobResult> {
  const kinds = new Map<string, StageDefinition>();
  for (const origin of job.plugins) for (const one of await host.plugin(origin)) kinds.set(one.name, one);
  const kind = (name: string): StageDefinition | undefined => kinds.get(name) ?? host.kind(name);
  const definition = kind(job.kind);
  if (definition === undefined) throw new Error(`the worker knows no stage kind ${job.kind}`);
  const outputs = new Map<string, AttemptOutput>();
  let computed: Computation | undefined;
  const insideOptions = job.block?.flatMap((stage) => Object.values(stage.options)) ?? [];
  const secrets = secretNames([...Object.values(job.options), ...insideOptions]).map((name) => ({
    name,
    value: secretValue(name, host.env),
  }));
  const inputs = openInputs(job.inputs, verification);
  const note = (message: string): void => void host.channel.send?.({ type: 'note', id: job.id, message });
  const base: RunContext<never, never> = {
    options: job.options as never, // the compiler has checked them against this declaration
    inputs: inputs as never,
    random: (purpose) => createRandom(job.seed, job.kind, purpose),
    output: (part = ''): Output => {
      if (!job.parts.includes(part)) throw new Error(`${job.kind} has no part "${part}"`);
      let output = outputs.get(part);
      if (output === undefined) {
        const folder = join(job.folder, `part-${outputs.size}`);
        output = attemptOutput({ folder, objects: job.objects, fault: host.fault, secrets });
        outputs.set(part, output);
      }
      return output;
    },
    progress: throttled(job.id, host.channel),
    secret: ({ $secret }) => secretValue($secret, host.env),
    note,
    using: (device) => host.channel.send?.({ type: 'using', id: job.id, device }),
    probeProgram: host.program,
    computed: (computation) => (computed = together(computed, computation)),
    signal,
    engine: job.engine,
    checkpoint: (name) => {
      if (job.checkpoints === undefined) return noCheckpoint;
      return openCheckpoint(name, {
        folder: job.checkpoints,
        drafts: job.folder,
        every: checkpointSeconds(host.env),
        signal,
        note,
        used: () => {
          keeping.add(job.id);
          host.channel.send?.({ type: 'keeps-checkpoints', id: job.id });
        },
      });
    },
    cacheDirectory: job.cacheDirectory,
  };
  const block = job.block && blockRun(job.block, { job, inputs, kind, verification, context: base });
  const context = block === undefined ? base : { ...base, block };
  const start = performance.now();
  await definition.run(context);
  signal.throwIfAborted();
  const written: Record<string, readonly WrittenFile[]> = {};
  for (const part of job.parts) {
    const files = await outputs.get(part)?.finish();
    if (files === undefined || files.length === 0)
      throw new Error(`${job.kind} has not written its part "${part}"`);
    written[part] = files;
  }
  const seconds = (performance.now() - start) / 1000;
  return { outputs: written, seconds, ...(computed === undefined ? {} : { computed }) };
}

/** For machines that may be taken away at any time, and for tests. */
function checkpointSeconds(env: Environment): number {
  const given = Number(env['FSL_CHECKPOINT_SECONDS'] || defaultCheckpointSeconds);
  return given >= 0 ? given : defaultCheckpointSeconds;
}

function openInputs(
  inputs: Readonly<Record<string, WorkerInput>>,
  verification: Verification,
): Readonly<Record<string, Artifact | readonly Member[]>> {
  const opened: Record<string, Artifact | readonly Member[]> = {};
  for (const [name, input] of Object.entries(inputs)) {
    opened[name] =
      input.shape === 'one'
        ? verifiedArtifact(input.artifact, verification)
        : input.members.map((member) => ({
            ...member,
            artifact: verifiedArtifact(member.artifact, verification),
          }));
  }
  return opened;
}

/** At most ten reports a second, and always the last one. */
function throttled(id: number, channel: Channel): (progress: Progress) => void {
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - last < progressEveryMs && progress.done < progress.total) return;
    last = now;
    channel.send?.({ type: 'progress', id, progress });
  };
}

/** `own`: of a kind that comes with FSL. */
function failureOf(error: unknown, job: Job, own: boolean): Omit<JobFailure, 'corrupt'> {
  const expected = asDiskFull(error, job.folder);
  if (expected instanceof Failure) return { diagnostics: expected.diagnostics };
  const text = expected instanceof Error ? (expected.stack ?? expected.message) : String(expected);
  const message = expected instanceof Error ? expected.message : text;
  const bug = stepFailure({
    code: 'internal',
    message: `\`${job.kind}\` stopped by a mistake in ${own ? 'FSL' : packagesOf(job)}: ${message}`,
    hint: text,
  });
  return { diagnostics: bug.diagnostics.map(diagnostic) };
}

function packagesOf({ plugins }: Job): string {
  return plugins.map((origin) => `the package \`${origin.package}\``).join(' or ');
}
