// What the references say of functions, words and types is true: examples give what is written beside them.
import { describe, expect, test } from 'vitest';
import { functionDocs } from '../../src/compiler/function-docs.ts';
import { paramTypes } from '../../src/compiler/param-types.ts';
import { parse } from '../../src/parser/parse.ts';
import * as t from '../../src/parser/tokens.ts';
import { wordDocs } from '../../src/parser/word-docs.ts';
import { compileText } from './rig.ts';

const examples = Object.values(functionDocs).flatMap((doc) => doc.examples);

test.each(examples)('%s is %s', (expression, result) => {
  const equal = (right: string): readonly string[] =>
    compileText(`let same = if ${expression} == ${right} then 1 else nowhere`).problems;
  expect(equal(result)).toEqual([]);
  expect(equal(`[${result}]`)).not.toEqual([]);
});

test.each(Object.entries(paramTypes))('%s takes its example', (name, { example }) => {
  expect(compileText(`param p: ${name} = ${example}`).problems).toEqual([]);
  expect(compileText(`param p: ${name} = { a: 1 }`).problems).not.toEqual([]);
});

test.each(Object.entries(wordDocs))('the example of `%s` is read without a mistake', (word, { example }) => {
  expect(parse({ path: 'example.fsl', text: example }).diagnostics).toEqual([]);
  expect(word === 'stage' || new RegExp(`\\b${word}\\b`).test(example)).toBe(true);
});

describe('every word of the grammar is described', () => {
  const roles = t.grammarTokens.filter((type) => type.LABEL !== undefined && /^[a-z]+$/.test(type.LABEL));
  const reserved = t.lexerTokens.flatMap(({ PATTERN: pattern }) =>
    typeof pattern === 'string' && /^[a-z]+$/.test(pattern) ? [pattern] : [],
  );
  test('and no other', () => {
    const words = [...roles.map(({ LABEL: label = '' }) => label), ...reserved];
    expect(words.length).toBeGreaterThan(20);
    expect(
      Object.keys(wordDocs)
        .filter((word) => word !== 'stage')
        .toSorted(),
    ).toEqual(words.toSorted());
  });
});
