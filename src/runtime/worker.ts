// The program of a worker process: connects the jobs with the channel to the runner. Knows nothing of plans or the store.
import { standardRegistry } from '../stages/standard-registry.ts';
import { faultFrom } from './fault.ts';
import { serveJobs } from './serve-jobs.ts';

serveJobs({
  channel: process,
  kind: (name) => standardRegistry().kind(name),
  plugin: async (origin) => {
    const { pluginStages } = await import('./plugins.ts');
    return pluginStages(origin);
  },
  env: process.env,
  fault: faultFrom(process.env['FSL_FAULT']),
});
