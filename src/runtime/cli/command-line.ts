// The command line as a source that diagnostics can point into.
import type { Span } from '../../parser/source.ts';
import { shellWord } from '../report/shell-word.ts';

export interface CommandLine {
  readonly args: readonly string[];
  /** Where a word, or the value behind the `=` of one, stands; the whole line where it is not found. */
  spanOf(word: string): Span;
}

export function commandLine(args: readonly string[]): CommandLine {
  let text = 'fslrun';
  const places = args.map((arg) => {
    const written = shellWord(arg);
    const start = text.length + 1;
    text += ` ${written}`;
    return { arg, written, start };
  });
  const source = { path: '<command line>', text };
  const span = (start: number, end: number): Span => ({ source, start, end });
  return {
    args,
    spanOf: (word) => {
      const whole = places.find(({ arg }) => arg === word);
      if (whole !== undefined) return span(whole.start, whole.start + whole.written.length);
      const tail = places.find(({ arg }) => arg.endsWith(`=${word}`) || arg.startsWith(`${word}=`));
      if (tail === undefined) return span(0, text.length);
      const { start, written } = tail;
      const at = start + Math.max(0, written.indexOf(word));
      return span(at, Math.min(start + written.length, at + word.length));
    },
  };
}
