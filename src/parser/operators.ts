// What binds tighter than what. One table for reading, printing and the published grammar.
import type { Operator, Unary } from './ast.ts';

/** Higher binds tighter. Suffixes (`per label`, `sd`, `by`, `at`) and `if … then … else` bind loosest: 0. */
export const binaryPrecedence: Readonly<Record<Operator, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '..': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
};

export const prefixPrecedence: Readonly<Record<Unary['operator'], number>> = { not: 3, '-': 8 };

/** Operators that do not chain: `a < b < c` and `1..2..3` are mistakes. */
export function chains(operator: Operator): boolean {
  const level = binaryPrecedence[operator];
  return level !== binaryPrecedence['=='] && level !== binaryPrecedence['..'];
}

export function isOperator(text: string): text is Operator {
  return Object.hasOwn(binaryPrecedence, text);
}
