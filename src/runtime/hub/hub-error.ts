// Why a model of the hub could not be had: thrown here, turned into a diagnostic by the command.

export class HubError extends Error {
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'HubError';
    this.hint = hint;
  }
}
