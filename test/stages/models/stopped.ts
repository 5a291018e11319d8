// A run that is stopped half-way, for tests that the next one goes on from there.
import type { Checkpoint } from '../../../src/stages/checkpoint.ts';
import type { Setting } from './rig.ts';

interface Stopped extends Required<Pick<Setting, 'signal' | 'onProgress'>> {
  /** Has what the run kept when it was stopped. */
  readonly checkpoint: Checkpoint;
}

/** Stopped for the reason `stopped`, when `at` of the `unit` are done. */
export function stoppedAt(at: number, unit: string): Stopped {
  const stopping = new AbortController();
  let kept: Uint8Array | undefined;
  return {
    signal: stopping.signal,
    onProgress: (done, of) => {
      if (of === unit && done === at) stopping.abort(new Error('stopped'));
    },
    checkpoint: {
      every: 1e9, // only when it is stopped
      load: async () => kept,
      save: async (pieces) => {
        kept = Buffer.concat(pieces);
      },
    },
  };
}
