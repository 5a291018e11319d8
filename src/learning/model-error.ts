// A model folder that cannot be used: thrown here, turned into a diagnostic by the stages. Knows names of files, no paths.

/** The codes are those of diagnostics. */
export type ModelErrorCode = 'bad-model' | 'missing-model-file';

export class ModelError extends Error {
  readonly code: ModelErrorCode;
  /** Within the folder: `config.json`, `1_Pooling/config.json`. */
  readonly file: string;
  /** The message without the file's name. */
  readonly problem: string;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: ModelErrorCode, file: string, problem: string, hint: string) {
    super(`\`${file}\`: ${problem}`);
    this.name = 'ModelError';
    this.code = code;
    this.file = file;
    this.problem = problem;
    this.hint = hint;
  }
}
