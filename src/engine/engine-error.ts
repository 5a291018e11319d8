// What can go wrong in the engine that is not a mistake of its own: thrown here, turned into a diagnostic by the stages.

/** The codes are those of diagnostics. `internal`: a program used the engine wrongly, which no input of a user may cause. */
export type EngineErrorCode =
  | 'unsupported-kernel'
  | 'missing-package'
  | 'missing-device'
  | 'device-failed'
  | 'out-of-memory'
  | 'internal';

export class EngineError extends Error {
  readonly code: EngineErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: EngineErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
    this.hint = hint;
  }
}
