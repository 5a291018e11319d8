// What a reader of a report has to know before its figures, in words.
import { showable } from '../../parser/display-width.ts';
import type { Mark } from '../../compiler/pipeline.ts';
import type { Paint } from './paint.ts';

const titles: Readonly<Record<Mark['name'], string>> = {
  'allowed-leakage': 'leakage allowed',
  optimistic: 'optimistic',
};

/** The words are the program's: they may not act on a terminal. `leakage allowed: the published split repeats these rows` */
export function markText({ name, message }: Mark): string {
  return `${titles[name]}: ${showable(message)}`;
}

export function markLines(marks: readonly Mark[], paint: Paint): readonly string[] {
  return marks.map((mark) => `${paint.yellow('!')} ${markText(mark)}`);
}

/** ` (leakage allowed, optimistic)` behind the name of a report, or nothing. */
export function markSuffix(marks: readonly Mark[]): string {
  const names = [...new Set(marks.map(({ name }) => titles[name]))];
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}
