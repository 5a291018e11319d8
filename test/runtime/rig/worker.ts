// The worker of the tests' own stages.
import { faultFrom } from '../../../src/runtime/fault.ts';
import { serveJobs } from '../../../src/runtime/serve-jobs.ts';
import { stages } from './stages.ts';

const kinds = Object.values(stages());
serveJobs({
  channel: process,
  kind: (name) => kinds.find((kind) => kind.name === name),
  plugin: () => Promise.resolve([]),
  env: process.env,
  fault: faultFrom(process.env['FSL_FAULT']),
});
