// A training run that cannot go on: thrown here, turned into a diagnostic by the stages.

export class TrainingError extends Error {
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'TrainingError';
    this.hint = hint;
  }
}
