// The program of a worker process: connects the jobs with the channel to the runner, keeps the model of a server, or tries a device and ends. Knows nothing of plans or the store.
import { probeFlag } from '../stages/probe-flag.ts';
import { standardRegistry } from '../stages/standard-registry.ts';
import { faultFrom } from './fault.ts';
import { serveJobs } from './serve-jobs.ts';
import { keepModelFlag } from './serving/model-message.ts';

const [, program, flag, candidate = ''] = process.argv;
if (flag === probeFlag) await answerProbe(candidate);
else if (flag === keepModelFlag) {
  const { keepModel } = await import('./serving/keep-model.ts');
  keepModel(process, program);
} else
  serveJobs({
    channel: process,
    kind: (name) => standardRegistry().kind(name),
    plugin: async (origin) => {
      const { pluginStages } = await import('./plugins.ts');
      return pluginStages(origin);
    },
    env: process.env,
    fault: faultFrom(process.env['FSL_FAULT']),
    program,
  });

/** Tries a device instead, and prints the answer. */
async function answerProbe(candidate: string): Promise<void> {
  const [{ candidates }, { probe }] = await Promise.all([
    import('../engine/devices/candidates.ts'),
    import('../engine/devices/probe.ts'),
  ]);
  const known = candidates.find((one) => one === candidate);
  if (known === undefined) throw new Error(`no candidate ${candidate}`);
  process.stdout.write(`${JSON.stringify(await probe(known))}\n`, () => process.exit(0));
}
