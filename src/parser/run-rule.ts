// One rule of the grammar over exactly these tokens: a tree, or the first token that does not fit.
import type { CstNode } from 'chevrotain';
import type { Grammar, Start } from './grammar.ts';
import { misfitOf, type Misfit } from './messages.ts';
import type { Token } from './tokens.ts';

export function runRule(
  grammar: Grammar,
  rule: Start,
  tokens: readonly Token[],
): { readonly tree: CstNode } | { readonly misfit: Misfit } {
  grammar.input = [...tokens];
  const tree = grammar[rule]();
  const [error] = grammar.errors;
  return error === undefined ? { tree } : { misfit: misfitOf(error, tokens) };
}
