// Where steps run: on this machine, and one day on others. Knows jobs, not plans; publishes nothing.
import type { Job, JobFailure, JobProgress, JobResult } from '../worker-message.ts';

export interface Executor {
  /** Runs one job. Never rejects for what the job did. The caller bounds how many run at once. */
  run(request: JobRequest): Promise<JobOutcome>;
  /** Ends everything that still runs. */
  close(): Promise<void>;
}

export interface JobRequest {
  readonly job: Omit<Job, 'type' | 'id'>;
  readonly signal: AbortSignal;
  /** Seconds. */
  readonly timeout: number | undefined;
  progress(progress: JobProgress): void;
  note(message: string): void;
  /** Where it is about to compute tensors. */
  using(device: 'cpu' | 'gpu'): void;
}

export type JobOutcome =
  | { readonly state: 'finished'; readonly result: JobResult }
  | { readonly state: 'failed'; readonly failure: JobFailure }
  /** The process ended by itself. `how`: `was killed by SIGKILL`; `last`: what it printed at the end. */
  | { readonly state: 'died'; readonly how: string; readonly last: string }
  | { readonly state: 'timeout' }
  | { readonly state: 'stopped' };
