// What a stage sees of the place where it keeps how far it has come. Knows no files.

/**
 * `context.checkpoint('body')`: one computation of the step. Whoever saves what it needs to go on, every so often and
 * when the signal aborts, is not started afresh by the next attempt at the same step: options, inputs and seed are then the same.
 */
export interface Checkpoint {
  /** Seconds between two savings. */
  readonly every: number;
  /** What was last saved under this name, as it was saved, or nothing. */
  load(): Promise<Uint8Array | undefined>;
  /**
   * Keeps the pieces as one file in place of the one before; they must not change until it is done. Where the disk has no room the
   * user is told, and the step goes on.
   */
  save(pieces: readonly Uint8Array[]): Promise<void>;
}

/** Keeps nothing: for stages inside a stage, and wherever no attempt can follow. */
export const noCheckpoint: Checkpoint = {
  every: Infinity,
  load: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
};
