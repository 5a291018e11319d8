// The grammar itself is sound.
import { Lexer } from 'chevrotain';
import { expect, test } from 'vitest';
import { Grammar } from '../../src/parser/grammar.ts';
import { lexerTokens } from '../../src/parser/tokens.ts';

test('one token of lookahead is enough, and no rule is ambiguous', () => {
  expect(() => new Grammar(true)).not.toThrow();
});

test('no token hides another, and the lexer can dispatch on the first character', () => {
  const lexer = new Lexer(lexerTokens, { positionTracking: 'onlyOffset', ensureOptimizations: true });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
});
