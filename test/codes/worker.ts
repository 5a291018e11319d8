// A worker with one thing wrong, named by `FSL_TRICK`: for codes that no program and no file can bring about by themselves.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { InferenceSession } from 'onnxruntime-node';
import { kernelRules } from '../../src/engine/kernels/table.ts';
import type { KernelRule } from '../../src/engine/kernels/rule.ts';
import { noFault } from '../../src/runtime/fault.ts';
import { pluginStages } from '../../src/runtime/plugins.ts';
import { serveJobs } from '../../src/runtime/serve-jobs.ts';
import type { Artifact } from '../../src/stages/artifact.ts';
import type { StageDefinition } from '../../src/stages/stage.ts';
import { probeFlag } from '../../src/stages/probe-flag.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';

export type Trick =
  | 'killed'
  | 'full disk'
  | 'no layer norm'
  | 'no memory'
  | 'lost device'
  | 'crashing device'
  | 'another writer'
  | 'mistake';

const trick = process.env['FSL_TRICK'] as Trick | undefined;
switch (trick) {
  case 'killed':
    process.on('message', () => process.kill(process.pid, 'SIGKILL'));
    break;
  case 'full disk':
    fs.open = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    syncBuiltinESMExports();
    break;
  case 'no layer norm': {
    const rules = kernelRules as KernelRule[];
    rules.splice(
      rules.findIndex(({ kernel }) => kernel === 'Rsqrt'),
      1,
    );
    break;
  }
  case 'no memory':
    InferenceSession.create = () =>
      Promise.reject(new Error('Failed to allocate memory for requested buffer of size 98765432100'));
    break;
  case 'lost device':
    onlyOnProcessor(() => {
      throw new Error('WebGPU device lost: the driver was reset');
    });
    break;
  case 'crashing device':
    onlyOnProcessor(() => process.kill(process.pid, 'SIGSEGV'));
    break;
  case 'another writer':
  case 'mistake':
  case undefined:
    break;
  default:
    trick satisfies never;
}

/** Anything that is to compute on a GPU does this instead. */
function onlyOnProcessor(otherwise: () => void): void {
  const create = InferenceSession.create.bind(InferenceSession) as (...args: unknown[]) => unknown;
  const replaced = async (...args: unknown[]): Promise<unknown> => {
    if (!JSON.stringify(args.at(-1)).includes('["cpu"]')) otherwise();
    return create(...args);
  };
  InferenceSession.create = replaced as typeof InferenceSession.create;
}

const [, program, flag] = process.argv;
if (flag === probeFlag) {
  process.stdout.write(JSON.stringify({ state: 'works', text: 'a device made up for this test' }));
  process.exit(0);
}

serveJobs({
  ...(trick?.endsWith('device') === true ? { program } : {}),
  channel: process,
  kind: (name) => {
    const kind = standardRegistry().kind(name);
    return kind === undefined ? undefined : tricked(kind);
  },
  plugin: pluginStages,
  env: process.env,
  fault: noFault,
});

function tricked(kind: StageDefinition): StageDefinition {
  if (trick === 'mistake') return { ...kind, run: async () => JSON.parse('') as undefined };
  if (trick !== 'another writer') return kind;
  return {
    ...kind,
    run: async (context) => {
      const { from } = context.inputs as unknown as { readonly from: Artifact }; // the first step is a `load`
      await fs.appendFile(await from.path(from.names[0] ?? ''), 'and one more,billing\n');
      await kind.run(context);
    },
  };
}
