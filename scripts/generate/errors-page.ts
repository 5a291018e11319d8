// docs/errors.md: every code with what it means, an example, and what is printed for it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codes, type Code } from '../../src/parser/codes.ts';
import type { CodeExample } from '../../src/runtime/report/code-example.ts';
import { explainCode } from '../../src/runtime/report/explain.ts';
import { examplesFolder, sharedData } from './code-folders.ts';
import { fenced, page } from './page.ts';

export function errorsPage(root: string, examples: Readonly<Record<Code, CodeExample>>): string {
  const data = readFileSync(join(root, examplesFolder, sharedData, 'messages.csv'), 'utf8');
  const entries = Object.entries(codes).map(([code, entry]) =>
    explainCode(code, entry, examples[code as Code])
      .replace(/^# /, '## ')
      .trimEnd(),
  );
  const list = Object.entries(codes).map(([code, { title }]) => `- [\`${code}\`](#${code}): ${title}`);
  return page('Codes of problems', [
    'Every problem has a code, a place, a cause and, where one is known, a way to mend it. `fslrun explain CODE` prints the same. The examples are run by the tests, and print what stands here.',
    'Many of them read this `messages.csv`:',
    fenced('text', data),
    list.join('\n'),
    ...entries,
  ]);
}
