// What a run is given besides its plan: everything from the outside world, and the choices of the command line.
import type { EngineChoice } from '../stages/stage.ts';
import type { Event } from './event.ts';
import type { Executor } from './executors/executor.ts';
import type { Fault } from './fault.ts';
import type { ProcessIdentity } from '../stages/process-identity.ts';
import type { Capacity } from './slots.ts';
import type { Environment } from './secrets.ts';
import type { Digests, Store } from './store.ts';

export interface RunSettings {
  readonly store: Store;
  readonly digests: Digests;
  /** Absolute. */
  readonly programFile: string;
  readonly executor: Executor;
  /** What steps may take at once. */
  readonly capacity: Capacity;
  readonly engine: EngineChoice;
  /** After a failure, goes on with what does not need the failed step. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly own: ProcessIdentity;
  /** Of FSL, Node.js and the machine, for the record. */
  readonly versions: Readonly<Record<string, string>>;
  readonly fault: Fault;
  /** Environment variables, for the values of secrets. */
  readonly env: Environment;
  readonly builtinVersion: (name: string) => string | undefined;
  /** How a data file is called when talking to people. */
  readonly show: (path: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly emit: (event: Event) => void;
}

/** An event without its time. */
export type News = Event extends infer E ? (E extends Event ? Omit<E, 'time'> : never) : never;
