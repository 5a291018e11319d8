// What a tree does not say and its text does: how literals are spelt, which parentheses and line breaks were written.
import type * as Ast from './ast.ts';
import type { Span } from './source.ts';
import type { Token } from './tokens.ts';

export interface Spelling {
  /** A literal, text or name as it was written. */
  written(span: Span): string | undefined;
  /** Whether parentheses were written around the whole of it. */
  isGrouped(expr: Ast.Expr): boolean;
  /** Whether it was written over several lines. */
  isBroken(span: Span): boolean;
  /** Whether its last tokens are these. */
  endsIn(span: Span, words: readonly string[]): boolean;
}

/** Of a tree alone: values in their plainest form. */
export const canonical: Spelling = {
  written: () => undefined,
  isGrouped: () => false,
  isBroken: () => false,
  endsIn: () => false,
};

/** Of a text without mistakes, by its tokens. */
export function asWritten(text: string, tokens: readonly Token[]): Spelling {
  const indexOf = (start: number): number => {
    let low = 0;
    let high = tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tokens[middle]?.startOffset ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    written: (span) => {
      let i = indexOf(span.start);
      while (tokens[i]?.image === '(') i += 1;
      return tokens[i]?.image;
    },
    isGrouped: (expr) => {
      const { start } = expr.span;
      return text[start] === '(' && operandsOf(expr)[0]?.span.start !== start;
    },
    isBroken: ({ start, end }) => text.slice(start, end).includes('\n'),
    endsIn: ({ end }, words) => {
      const next = indexOf(end);
      return words.every((word, i) => tokens[next - words.length + i]?.image === word);
    },
  };
}

/** The expressions that it consists of outside brackets, from left to right. */
export function operandsOf(expr: Ast.Expr): readonly Ast.Expr[] {
  switch (expr.node) {
    case 'binary':
      return [expr.left, expr.right];
    case 'unary':
      return [expr.operand];
    case 'conditional':
      return [expr.condition, expr.then, expr.otherwise];
    case 'member':
    case 'select':
      return [expr.object];
    case 'per-label':
    case 'deviations':
      return [expr.count];
    case 'claim':
      return [expr.comparison, expr.by, expr.at].filter((part) => part !== undefined);
    case 'literal':
    case 'text':
    case 'reference':
    case 'call':
    case 'list':
    case 'map':
    case 'hole':
      return [];
    default:
      return expr satisfies never;
  }
}
