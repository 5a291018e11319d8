// Typed access to chevrotain's concrete tree.
import type { CstElement, CstNode, TokenType } from 'chevrotain';
import type { Token } from './tokens.ts';

export function nodes(parent: CstNode, name: string): readonly CstNode[] {
  return (parent.children[name] ?? []).filter((child) => 'children' in child);
}

export function node(parent: CstNode, name: string): CstNode | undefined {
  return nodes(parent, name)[0];
}

export function tokens(parent: CstNode, type: TokenType): readonly Token[] {
  return (parent.children[type.name] ?? []).filter(isToken);
}

export function token(parent: CstNode, type: TokenType): Token | undefined {
  return tokens(parent, type)[0];
}

/** Every token that the lexer or layout.ts made has its place. */
function isToken(child: CstElement): child is Token {
  return 'image' in child;
}
