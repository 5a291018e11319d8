// The comparison of shown and printed outputs finds differences, and covers only what may differ.
import { expect, test } from 'vitest';
import { blocksOf, shownCommands } from './blocks.ts';
import { otherOutput } from './same-output.ts';

test.each([
  ['Done after 1.2 s: 3 steps', 'Done after 2 min 4 s: 3 steps'],
  ['model 0.3 s, 38 KB', 'model 12 ms, 1.2 MB'],
  ['made on 2025-01-02 03:04 UTC', 'made on 2026-11-26 14:08 UTC'],
  ['…\nb\n…', 'a\nb\nc'],
  ['a\n…\nb', 'a\nb'],
  ['a\n…\n', 'a\nb\nc\n'],
  ['a  \nb', 'a\nb  \n'],
])('%j shows %j', (shown, printed) => {
  expect(otherOutput(shown, printed)).toBeUndefined();
});

test.each([
  ['accuracy 0.52', 'accuracy 0.53'],
  ['3 steps run', '4 steps run'],
  ['…\nb\n…', 'a\nc'],
  ['a\nb', 'a\nb\nc'],
  ['…\nb', 'a\nb\nc'],
  ['0.454 … 0.600', '0.454 and 0.600'],
  ['a.b', 'acb'],
  ['', 'anything'],
])('%j does not show %j', (shown, printed) => {
  expect(otherOutput(shown, printed)).toBeDefined();
});

test('blocks have a language, words and a place', () => {
  const page = 'a\n```sh not-run\nls\n```\n\n````md\n```fsl\n```\n````\n';
  expect(blocksOf(page)).toMatchObject([
    { language: 'sh', words: ['not-run'], text: 'ls\n', line: 2 },
    { language: 'md', words: [], text: '```fsl\n```\n', line: 6 },
  ]);
  expect(() => blocksOf('```sh\nls\n')).toThrow('has no end');
});

test('commands and what they print', () => {
  expect(shownCommands('$ a \\\n  b\nx\n\ny\n$ c\n$ d\nz\n')).toEqual([
    { command: 'a \\\n  b', output: 'x\n\ny' },
    { command: 'c', output: '' },
    { command: 'd', output: 'z' },
  ]);
  expect(() => shownCommands('fslrun x.fsl\n')).toThrow('begins with `$ COMMAND`');
});
