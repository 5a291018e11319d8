// Stands in for tfjs-core's jasmine_util while its tests are bundled: every test runs in the one engine that is open, in a scope of its own.
// Tests for browsers and for backends that read at once are told apart by their constraints and left out.
import * as tf from '@tensorflow/tfjs-core';

export const ALL_ENVS = { for: 'all' };
export const NODE_ENVS = { for: 'all' };
export const BROWSER_ENVS = { for: 'browser' };
export const CHROME_ENVS = { for: 'browser' };
export const HAS_WORKER = { for: 'browser' };
export const HAS_NODE_WORKER = { for: 'browser' };
export const SYNC_BACKEND_ENVS = { for: 'synchronous reading' };

export function describeWithFlags(name, constraints, tests) {
  const define = constraints.for === 'all' ? describe : xdescribe;
  define(name, () => {
    beforeEach(() => tf.engine().startScope());
    afterEach(() => {
      tf.engine().endScope();
      tf.engine().disposeVariables();
    });
    tests({ name: tf.getBackend(), backendName: tf.getBackend(), isDataSync: false });
  });
}
