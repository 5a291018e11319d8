// Whether a command printed what a page shows. A line `…` stands for any lines, and what differs from machine to machine and from run
// to run is not compared: times (`1.2 s`, `3 min 4 s`, `12 ms`), sizes (`38 KB`), dates, ids of processes, blanks at the ends of lines.

/** Nothing where it is the same; else what was printed, with the same places covered as in `expected`. */
export function otherOutput(
  shown: string,
  printed: string,
): { expected: string; actual: string } | undefined {
  const expected = covered(shown);
  const actual = covered(printed);
  return pattern(expected).test(`${actual}\n`) ? undefined : { expected, actual };
}

/** Without what differs from machine to machine. */
export function covered(text: string): string {
  return text
    .replaceAll(/(?:\d+ h )?(?:\d+ min )?\d+(?:\.\d+)? (?:ms|s|min|h)\b/g, 'TIME')
    .replaceAll(/\d+(?:\.\d+)? [KMG]?B\b/g, 'SIZE')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'DATE')
    .replaceAll(/\bprocess \d+/g, 'process ID')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function pattern(expected: string): RegExp {
  const lines = expected.split('\n').map((line) => (line === '…' ? '(?:.*\\n)*?' : `${escaped(line)}\\n`));
  return new RegExp(`^${lines.join('')}$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
