// A program that yields a code, and what is printed for it: what `explain` and docs/errors.md show.

export interface CodeExample {
  readonly program: string;
  /** Short files beside the program, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** What is typed after `fslrun`; the last one reports the problem. */
  readonly commands: readonly string[];
  readonly printed: string;
}
