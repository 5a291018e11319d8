// What `+ - * / == != < <= > >= ..` do with two values. Amounts (shares, durations, sizes) keep their kind.
import type { Operator } from '../parser/ast.ts';
import { mostElements } from './value-limits.ts';
import { describe, isNumber, sameValue, type Result, type Value } from './value.ts';

export function applyOperator(operator: Exclude<Operator, 'and' | 'or'>, left: Value, right: Value): Result {
  if (holdsSecret(left) || holdsSecret(right))
    return { problem: 'a secret has no value here, so nothing can be computed from it' };
  switch (operator) {
    case '==':
      return { value: { type: 'bool', value: sameValue(left, right) } };
    case '!=':
      return { value: { type: 'bool', value: !sameValue(left, right) } };
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(operator, left, right);
    case '..':
      return range(left, right);
    case '+':
      if (left.type === 'string' && right.type === 'string')
        return { value: { type: 'string', value: left.value + right.value } };
      return arithmetic(operator, left, right);
    case '-':
    case '*':
    case '/':
      return arithmetic(operator, left, right);
    default:
      return operator satisfies never;
  }
}

function holdsSecret(value: Value): boolean {
  if (value.type === 'list') return value.items.some(holdsSecret);
  if (value.type === 'map') return value.entries.some(([, item]) => holdsSecret(item));
  return value.type === 'secret';
}

function order(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): Result {
  if (!isNumber(left) || !isNumber(right))
    return { problem: `cannot order ${describe(left)} and ${describe(right)}` };
  const [a, b] = [left.value, right.value];
  const value = operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
  return { value: { type: 'bool', value } };
}

/** `1..4` is the list 1, 2, 3, 4. */
function range(left: Value, right: Value): Result {
  if (left.type !== 'int' || right.type !== 'int')
    return { problem: 'a range has whole numbers on both sides, such as `1..64`' };
  const length = Math.max(0, right.value - left.value + 1);
  if (length > mostElements) return { problem: `a range of ${length} numbers is too long to be a list` };
  const items = Array.from({ length }, (_, i) => ({ type: 'int' as const, value: left.value + i }));
  return { value: { type: 'list', items } };
}

function arithmetic(operator: '+' | '-' | '*' | '/', left: Value, right: Value): Result {
  const impossible = { problem: `cannot compute ${describe(left)} ${operator} ${describe(right)}` };
  if (!isNumber(left) || !isNumber(right)) return impossible;
  const [a, b] = [left.value, right.value];
  const value = operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b;
  if (!Number.isFinite(value)) return { problem: 'the result is not a finite number' };
  const type = resultType(operator, left.type, right.type);
  if (type === undefined) return impossible;
  return { value: { type: type === 'int' && !Number.isInteger(value) ? 'float' : type, value } };
}

type NumberType = 'int' | 'float' | 'share' | 'duration' | 'size';

/** Amounts add to their own kind and scale by plain numbers; the quotient of two equal kinds is a plain number. */
function resultType(operator: '+' | '-' | '*' | '/', a: NumberType, b: NumberType): NumberType | undefined {
  const plain = (type: NumberType): boolean => type === 'int' || type === 'float';
  if (plain(a) && plain(b)) return a === 'int' && b === 'int' ? 'int' : 'float';
  if (a === b) return operator === '/' ? 'float' : operator === '*' ? undefined : a;
  if (operator === '*' && plain(b)) return a;
  if (operator === '*' && plain(a)) return b;
  if (operator === '/' && plain(b)) return a;
  return undefined;
}
