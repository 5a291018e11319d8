// Defaults of parameters use other parameters wherever those are declared.
import { expect, test } from 'vitest';
import { base, compileText } from './rig.ts';

const train = (text: string, params: Readonly<Record<string, string>> = {}) => {
  const { pipeline, problems } = compileText(
    `${text}\n${base.replace('train: 8 per label', 'train: shots per label')}`,
    params,
  );
  expect(problems).toEqual([]);
  return pipeline?.steps.find(({ id }) => id === 'p')?.options['train'];
};

test('a default may use a parameter that comes later, directly or through a constant', () => {
  expect(train('param shots: int = more + 1\nparam more: int = 4')).toEqual({ per_label: 5 });
  expect(
    train(
      'param shots: int = twice in low..64\nlet twice = 2 * more\nparam more: int = low\nparam low: int = 3',
    ),
  ).toEqual({
    per_label: 6,
  });
  expect(train('param shots: int = more\nparam more: int = 4', { more: '7' })).toEqual({ per_label: 7 });
});

test('parameters in a circle are told once each, unless a value is given', () => {
  const text = `param a: int = b\nparam b: int = c\nlet c = a\n${base}`;
  expect(compileText(text).problems).toEqual([
    '1:7 cycle: the default of `a` is defined through itself',
    '2:7 cycle: the default of `b` is defined through itself',
  ]);
  expect(compileText(text, { a: '1' }).problems).toEqual([]);
});

test('chains may be longer than the stack of the language', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => `param p${i}: int = p${i + 1}`).join('\n');
  expect(train(`${chain}\nparam p20000: int = 3\nparam shots: int = p0`)).toEqual({ per_label: 3 });
});

test('the values are listed in the order of the file', () => {
  const { pipeline } = compileText(`param a: int = b\nparam b: int = 1\n${base}`);
  expect(pipeline?.params.map(({ name, value }) => [name, value])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
});
