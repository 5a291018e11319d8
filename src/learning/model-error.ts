// A model folder that cannot be used: thrown here, turned into a diagnostic by the stages. Knows names of files, no paths.

/** The codes are those of diagnostics. */
export type ModelErrorCode = 'bad-model' | 'missing-model-file';

export class ModelError extends Error {
  readonly code: ModelErrorCode;
  /** Within the folder: `config.json`, `1_Pooling/config.json`. */
  readonly file: string;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: ModelErrorCode, file: string, message: string, hint: string) {
    super(`\`${file}\`: ${message}`);
    this.name = 'ModelError';
    this.code = code;
    this.file = file;
    this.hint = hint;
  }
}
