import { expect, test } from 'vitest';
import { newOutput } from './new-output.ts';

test('all of it', () => {
  expect(newOutput('old', 'a\nb\n')).toBe('a\nb');
});

test('as many lines as before at each side of a gap', () => {
  expect(newOutput('head\n…\nsum 1\nend', 'title\nx\ny\nsum 2\nend\n')).toBe('title\n…\nsum 2\nend');
  expect(newOutput('…\nend 1', 'x\nend 2\n')).toBe('\n…\nend 2'.trimStart());
  expect(newOutput('head\n…', 'a\nb\nc\n')).toBe('a\n…');
});

test('between two gaps, where it is most alike', () => {
  expect(newOutput('…\nscore of the model 0.5\n…', 'a\nb\nscore of the model 0.6\nc\n')).toBe(
    '…\nscore of the model 0.6\n…',
  );
});

test('where nothing but a time differs it stays', () => {
  expect(newOutput('done after 2.0 s\nx 1', 'done after 3.1 s\nx 2')).toBe('done after 2.0 s\nx 2');
});
