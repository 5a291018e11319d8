// How far a stream has come, kept from time to time, so that an attempt that was stopped is gone on with. Knows no files.
import { createHash } from 'node:crypto';
import type { StreamProgress } from '../learning/adapt/stream.ts';
import type { Checkpoint } from './checkpoint.ts';

interface Kept {
  readonly format: 'fsl-adapt';
  readonly version: 3;
  readonly about: string;
  readonly progress: StreamProgress;
}

/** Saving takes no more than this share of the time. */
const mostOverhead = 0.05;

export interface KeptProgress {
  readonly earlier: StreamProgress | undefined;
  /** To be called after each batch. */
  readonly keep: (progress: StreamProgress) => Promise<void>;
}

/** `about`: all that decides the numbers; what was kept of another stream is not gone on with. */
export async function openProgress(
  place: Checkpoint,
  about: string,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<KeptProgress> {
  const bytes = await place.load();
  const kept = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Partial<Kept>); // under a digest
  const same = kept?.format === 'fsl-adapt' && kept.version === 3 && kept.about === about;
  let due = now() + place.every * 1000;
  return {
    earlier: same ? kept.progress : undefined,
    keep: async (progress) => {
      const time = now();
      if (time < due && !signal.aborted) return;
      const file: Kept = { format: 'fsl-adapt', version: 3, about, progress };
      await place.save([new TextEncoder().encode(JSON.stringify(file))]);
      const saved = now();
      due = saved + Math.max(place.every * 1000, (saved - time) / mostOverhead);
    },
  };
}

/** Equal for equal values. */
export function aboutOf(values: readonly unknown[], numbers: readonly Float32Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const { buffer, byteOffset, byteLength } of numbers)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
