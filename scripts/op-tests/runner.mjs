// Runs the tests that are bundled with it on one backend.
import { openEngine } from '../../src/engine/engine.ts';
import { environment } from './globals.mjs';

export async function run(backend, provider) {
  const engine = await openEngine({ backend, provider, threads: 1 });
  environment.configure({ random: false, oneFailurePerSpec: false });
  const results = [];
  environment.clearReporters();
  environment.addReporter({
    specDone({ fullName, status, failedExpectations }) {
      results.push({ name: fullName, status, messages: failedExpectations.map(({ message }) => message) });
    },
  });
  await environment.execute();
  await engine.dispose();
  return results;
}
