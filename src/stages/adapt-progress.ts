// How far a stream has come, kept from time to time, so that an attempt that was stopped is gone on with: a line of JSON, and behind it what else
// the model needs. Knows no files.
import { createHash } from 'node:crypto';
import type { StreamProgress } from '../learning/adapt/stream.ts';
import type { Checkpoint } from './checkpoint.ts';

interface Kept {
  readonly format: 'fsl-adapt';
  readonly version: 5;
  readonly about: string;
  readonly progress: StreamProgress;
}

/** Saving takes no more than this share of the time. */
const mostOverhead = 0.05;

export interface KeptProgress {
  readonly earlier: { readonly progress: StreamProgress; readonly model: Uint8Array } | undefined;
  /** To be called after each batch. `model` gives what cannot be made from the progress. */
  readonly keep: (progress: StreamProgress, model?: () => Uint8Array) => Promise<void>;
}

/** `about`: all that decides the numbers; what was kept of another stream is not gone on with. */
export async function openProgress(
  place: Checkpoint,
  about: string,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<KeptProgress> {
  const bytes = (await place.load()) ?? new Uint8Array();
  const end = bytes.indexOf(lineEnd);
  const kept: Partial<Kept> =
    end < 0 ? {} : (JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Partial<Kept>); // under a digest
  const { progress: earlier } = kept;
  const same = kept.format === 'fsl-adapt' && kept.version === 5 && kept.about === about;
  let due = now() + place.every * 1000;
  return {
    earlier: same && earlier !== undefined ? { progress: earlier, model: bytes.slice(end + 1) } : undefined,
    keep: async (progress, model) => {
      const time = now();
      if (time < due && !signal.aborted) return;
      const file: Kept = { format: 'fsl-adapt', version: 5, about, progress };
      const line = new TextEncoder().encode(JSON.stringify(file));
      await place.save([line, Uint8Array.of(lineEnd), model?.() ?? new Uint8Array()]);
      const saved = now();
      due = saved + Math.max(place.every * 1000, (saved - time) / mostOverhead);
    },
  };
}

/** No JSON of one line has it. */
const lineEnd = 10;

/** Equal for equal values. */
export function aboutOf(values: readonly unknown[], numbers: readonly Float32Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const { buffer, byteOffset, byteLength } of numbers)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
