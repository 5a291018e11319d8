// Conditions over columns (`where: stars != 3`), decided row by row.
//
// Cells of csv and tsv are text, so a text that reads as a number or as true or false compares as one with a number or a
// boolean. Null and the empty text are the same: missing. A list equals a value that is one of its elements.
import { compareCodePoints } from './code-point-order.ts';
import type { Scalar, Value } from './dataset.ts';
import type { Cell, Condition } from './value.ts';

export function holds(condition: Condition, row: (column: string) => Value): boolean {
  switch (condition.op) {
    case 'and':
      return holds(condition.left, row) && holds(condition.right, row);
    case 'or':
      return holds(condition.left, row) || holds(condition.right, row);
    case 'not':
      return !holds(condition.operand, row);
    case '==':
      return equal(valueOf(condition.left, row), valueOf(condition.right, row));
    case '!=':
      return !equal(valueOf(condition.left, row), valueOf(condition.right, row));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const order = compare(valueOf(condition.left, row), valueOf(condition.right, row));
      if (order === undefined) return false;
      if (order === 0) return condition.op.endsWith('=');
      return order < 0 === condition.op.startsWith('<');
    }
    default:
      return condition satisfies never;
  }
}

/** The columns that a condition names, each once. */
export function conditionColumns(condition: Condition): readonly string[] {
  const cells = (part: Condition): readonly Cell[] => {
    switch (part.op) {
      case 'and':
      case 'or':
        return [...cells(part.left), ...cells(part.right)];
      case 'not':
        return cells(part.operand);
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return [part.left, part.right];
      default:
        return part satisfies never;
    }
  };
  return [...new Set(cells(condition).flatMap((cell) => ('column' in cell ? [cell.column] : [])))];
}

export function isMissing(value: Value): value is null | '' {
  return value === null || value === '';
}

function valueOf(cell: Cell, row: (column: string) => Value): Value {
  return 'column' in cell ? row(cell.column) : cell.value;
}

function equal(a: Value, b: Value): boolean {
  if (isList(a))
    return isList(b) ? JSON.stringify(a) === JSON.stringify(b) : a.some((item) => equal(item, b));
  if (isList(b)) return equal(b, a);
  if (isMissing(a) || isMissing(b)) return isMissing(a) && isMissing(b);
  if (typeof a === typeof b) return a === b;
  return typeof a === 'string' ? readsAs(a, b) : typeof b === 'string' && readsAs(b, a);
}

function readsAs(text: string, value: Scalar): boolean {
  if (typeof value === 'number') return numberOf(text) === value;
  return text.trim().toLowerCase() === String(value);
}

/** Negative, zero or positive; nothing where the two have no order. */
function compare(a: Value, b: Value): number | undefined {
  if (isList(a) || isList(b) || isMissing(a) || isMissing(b)) return undefined;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return typeof a === 'string' && typeof b === 'string' ? compareCodePoints(a, b) : undefined;
}

export function numberOf(value: Scalar): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value))
    return undefined;
  return Number(value);
}

function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}
