// Runs a program anew in a store of its own and compares what comes out with what the usual store has.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '../../compiler/pipeline.ts';
import { openStore } from '../store.ts';
import type { Context } from './context.ts';
import type { OpenProgram } from './open-program.ts';
import type { EngineFlags, ProgramFlags } from './options.ts';
import { planProgram } from './plan-program.ts';
import { partLabel } from '../part-names.ts';
import { runProgram } from './run-program.ts';

/** Tells what differs; whether nothing does. */
export async function repeatProgram(
  context: Context,
  open: OpenProgram,
  flags: ProgramFlags & EngineFlags,
): Promise<boolean> {
  const { host } = context;
  const stored = planProgram(open, [], {}).steps.flatMap(({ step, action }) =>
    action === undefined ? [] : [{ step, action }],
  );
  if (stored.length === 0) {
    host.stdout.write('No result of this program is stored, so there is nothing to compare with.\n');
    return true;
  }
  const scratch = await mkdtemp(join(tmpdir(), 'fslrun-verify-'));
  try {
    const again: OpenProgram = {
      ...open,
      pipeline: withoutExports(open.pipeline),
      store: openStore(scratch),
    };
    const outcome = await runProgram(context, again, [], { ...flags, quiet: true });
    let differing = 0;
    for (const { step, action } of stored) {
      const found = again.store.action(action.key);
      const parts = Object.entries(action.outputs).filter(
        ([part, { digest }]) => found.state !== 'found' || found.action.outputs[part]?.digest !== digest,
      );
      if (parts.length === 0) continue;
      differing += 1;
      const names = parts.map(([part]) => partLabel(step, part));
      host.stdout.write(
        `✘ ${names.join(', ')}: ${found.state === 'found' ? 'other contents' : 'no result'} the second time\n`,
      );
    }
    if (differing === 0) host.stdout.write(`${stored.length} stored results: the same when made again.\n`);
    return differing === 0 && outcome !== 'interrupted';
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Files of `to:` belong to the first run. */
function withoutExports(pipeline: Pipeline): Pipeline {
  const steps = pipeline.steps.map((step) => ({
    ...step,
    definition: { ...step.definition, exports: () => [] },
  }));
  return { ...pipeline, steps };
}
