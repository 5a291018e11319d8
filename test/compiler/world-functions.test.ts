// `env`, `read` and `secret`: what they give, where they may stand.
import { expect, test } from 'vitest';
import { base, compileText } from './rig.ts';

const loadOptions = (text: string, files: Readonly<Record<string, string>> = {}) => {
  const { pipeline, problems } = compileText(base.replace('text: "text"', `text: ${text}`), {}, files);
  expect(problems).toEqual([]);
  return pipeline?.steps.find(({ id }) => id === 'd')?.options['text'];
};

test('the value of an environment variable is a text like any other', () => {
  expect(loadOptions('env("HOME_TOWN")')).toBe('Ulm');
  expect(loadOptions('"{x} of ${env("HOME_TOWN")}"')).toBe('{x} of Ulm');
  expect(loadOptions('env("NO_TOWN", "none")')).toBe('none');
});

test('a file that is read is a text without the line break at its end', () => {
  expect(loadOptions('read("t.txt")', { 't.txt': 'first {x}\r\nsecond\n\n' })).toBe('first {x}\r\nsecond\n');
});

test.each([
  ['env()', '1:30 wrong-type: `env` takes a name, and perhaps a text for when it is not set'],
  ['env("a b")', '1:34 wrong-type: `a b` is not the name of an environment variable'],
  ['env("NO_TOWN", 3)', '1:45 wrong-type: the second of `env` is a text, found the whole number 3'],
  ['read(3)', '1:35 wrong-type: `read` takes a path, found the whole number 3'],
  [
    'secret("KEY")',
    '1:30 wrong-type: expected a text, such as "{title}. {description}", found the secret `KEY`',
  ],
])('%s', (text, expected) => {
  expect(compileText(base.replace('text: "text"', `text: ${text}`)).problems).toEqual([expected]);
});

test('nothing is computed from a secret', () => {
  for (const expr of [
    'secret("KEY") == "x"',
    'len(secret("KEY"))',
    '[secret("KEY")] == ["x"]',
    'if secret("KEY") then 1 else 2',
  ])
    expect(compileText(`let x = ${expr}\n${base}`).problems.join()).toMatch(/secret/);
});
