// What each operator does, for docs/language.md; how tight it binds is in operators.ts.
import type { Operator, Unary } from './ast.ts';

type Written = Exclude<Operator, '-'> | `${Unary['operator']} (prefix)` | '-';

/** A new operator does not compile before it is described here. */
export const operatorDocs: Readonly<Record<Written, string>> = {
  or: 'one holds, or both',
  and: 'both hold',
  'not (prefix)': 'does not hold',
  '==': 'equal',
  '!=': 'different',
  '<': 'less',
  '<=': 'at most',
  '>': 'more',
  '>=': 'at least',
  '..': 'whole numbers from the left to the right one, both included',
  '+': 'sum; of two texts, one after the other',
  '-': 'difference',
  '*': 'product; a share, duration or size times a number keeps its kind',
  '/': 'quotient; of two shares, durations or sizes a plain number',
  '- (prefix)': 'the negative',
};
