// Labels rows with a stored classifier: the stage `predict`, run once by a worker; its result is handed back and not kept.
import { join } from 'node:path';
import type { Diagnostic, Failure } from '../../parser/diagnostic.ts';
import { readDataset, writeDataset } from '../../stages/dataset-file.ts';
import type { Dataset } from '../../stages/dataset.ts';
import { openAttempts } from '../attempt.ts';
import { attemptOutput } from '../attempt-output.ts';
import { artifactDigest, namesOf } from '../action.ts';
import type { JobOutcome } from '../executors/executor.ts';
import { localExecutor } from '../executors/local.ts';
import { noFault } from '../fault.ts';
import { ownIdentity } from '../../stages/process-identity.ts';
import { verifiedArtifact } from '../verified-artifact.ts';
import type { InputArtifact, WrittenFile } from '../worker-message.ts';
import { usage, type Context } from './context.ts';
import { onCommandLine } from './on-command-line.ts';
import type { OpenProgram } from './open-program.ts';
import type { EngineFlags } from './options.ts';
import { storedInput, type StoredStep } from './stored-step.ts';

export type Labelled = { readonly dataset: Dataset } | { readonly problems: readonly Diagnostic[] };

export async function labelTexts(
  context: Context,
  open: OpenProgram,
  { step, action, part }: StoredStep & { readonly part: string },
  asked: Dataset,
  flags: EngineFlags & { readonly top: number; readonly neighbours: number },
): Promise<Labelled> {
  const attempts = openAttempts(open.store, ownIdentity());
  attempts.use(namesOf(action));
  const executor = localExecutor({ workerPath: context.workerPath });
  const stop = new AbortController();
  const release = context.host.onInterrupt(() => stop.abort());
  const folder = attempts.open();
  try {
    const rows = await rowsArtifact(asked, join(folder, 'asked'), open);
    const outcome = await executor.run({
      job: {
        kind: 'predict',
        plugins: [],
        options: { top: flags.top, neighbours: flags.neighbours },
        seed: 0,
        inputs: {
          model: { shape: 'one', artifact: storedInput(open, { step, action }, part) },
          from: { shape: 'one', artifact: rows },
        },
        parts: [''],
        folder,
        objects: open.store.path('objects'),
        engine: { backend: flags.backend, device: flags.device ?? step.common.device },
        cacheDirectory: open.store.path('cache'),
      },
      signal: stop.signal,
      timeout: undefined,
      progress: () => undefined,
      note: () => undefined,
      using: () => undefined,
    });
    if (outcome.state !== 'finished') return { problems: problemsOfOutcome(context, outcome) };
    const written = artifactOf(outcome.result.outputs[''] ?? [], 'predictions', open);
    const artifact = verifiedArtifact(written, { folder, corrupt: () => undefined });
    return { dataset: await readDataset(artifact) };
  } finally {
    release();
    await executor.close();
    await attempts.close();
  }
}

async function rowsArtifact(asked: Dataset, folder: string, open: OpenProgram): Promise<InputArtifact> {
  const output = attemptOutput({ folder, objects: open.store.path('objects'), fault: noFault, secrets: [] });
  await writeDataset(output, asked);
  return artifactOf(await output.finish(), 'asked', open);
}

function artifactOf(files: readonly WrittenFile[], shown: string, open: OpenProgram): InputArtifact {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    type: 'dataset',
    digest: artifactDigest(sorted),
    files: sorted.map(({ name, digest, path }) => ({
      name,
      digest,
      shown: `${shown}/${name}`,
      origin: 'outside',
      path: path ?? open.store.objectPath(digest),
    })),
  };
}

function problemsOfOutcome(
  context: Context,
  outcome: Exclude<JobOutcome, { state: 'finished' }>,
): readonly Diagnostic[] {
  switch (outcome.state) {
    case 'failed':
      return onCommandLine(context, outcome.failure.diagnostics);
    case 'died':
      return workerDied(context, outcome).diagnostics;
    case 'timeout':
    case 'stopped':
      return usage(context, '', { message: 'interrupted before all texts were labelled' }).diagnostics;
    default:
      return outcome satisfies never;
  }
}

export function workerDied(
  context: Context,
  { how, last }: { readonly how: string; readonly last: string },
): Failure {
  return usage(context, '', {
    code: 'worker-died',
    message: `the worker process ${how}${last === '' ? '' : `: ${last}`}`,
    hint: 'often the machine ran out of memory; label fewer texts at once',
  });
}
