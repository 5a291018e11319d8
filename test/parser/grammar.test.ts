// The grammar itself is sound, and the published one is the one that is read.
import { readFileSync } from 'node:fs';
import { Lexer } from 'chevrotain';
import { expect, test } from 'vitest';
import { grammarText } from '../../src/parser/grammar-text.ts';
import { Grammar } from '../../src/parser/grammar.ts';
import { lexerTokens } from '../../src/parser/tokens.ts';

test('one token of lookahead is enough, and no rule is ambiguous', () => {
  expect(() => new Grammar(true)).not.toThrow();
});

test('no token hides another, and the lexer can dispatch on the first character', () => {
  const lexer = new Lexer(lexerTokens, { positionTracking: 'onlyOffset', ensureOptimizations: true });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
});

test('grammar/fsl.ebnf is up to date: `npm run grammar`', () => {
  const file = new URL('../../grammar/fsl.ebnf', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(grammarText());
});
