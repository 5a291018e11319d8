// The types that a `param` may have, and what each holds. `list<T>` and `"a" | "b"` are made of them.

export const paramTypes = {
  int: { doc: 'a whole number', example: '8' },
  float: { doc: 'a number', example: '2e-5' },
  bool: { doc: '`true` or `false`', example: 'true' },
  string: { doc: 'a text', example: '"great"' },
  path: {
    doc: 'a path: relative to the file it is written in, or to the working directory for `--set` and `--params`',
    example: '"data/reviews.csv"',
  },
  duration: { doc: 'a span of time', example: '30m' },
  size: { doc: 'an amount of memory', example: '8GB' },
  share: { doc: 'a part of a whole', example: '10%' },
} as const;

export const typeNames: readonly string[] = Object.keys(paramTypes);
