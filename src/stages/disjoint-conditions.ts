// Whether two conditions can hold of no row at once, as far as their form tells: `set == "train"` and `set == "test"`, `year <
// 2020` and `year >= 2020`. Says no where it cannot tell. Takes cells for single values, as those of csv files are.
import { compareCodePoints } from './code-point-order.ts';
import { holds, isMissing, numberOf } from './condition.ts';
import type { Scalar } from './dataset.ts';
import type { Condition } from './value.ts';

/** What one comparison asks of the value of a column. */
interface Demand {
  readonly column: string;
  readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly value: Scalar;
  /** That the comparison does not hold; only of orders. */
  readonly denied?: boolean;
}

/** Conditions of more alternatives are not looked at. */
const mostAlternatives = 64;

export function areDisjoint(a: Condition, b: Condition): boolean {
  const [left, right] = [alternatives(a, true), alternatives(b, true)];
  if (left === undefined || right === undefined) return false;
  return left.every((some) => right.every((others) => areContrary([...some, ...others])));
}

/** The condition as alternatives, each of demands that all hold. What is no demand is left out, which only allows more rows. */
function alternatives(condition: Condition, positive: boolean): readonly (readonly Demand[])[] | undefined {
  switch (condition.op) {
    case 'not':
      return alternatives(condition.operand, !positive);
    case 'and':
    case 'or': {
      const left = alternatives(condition.left, positive);
      const right = alternatives(condition.right, positive);
      if (left === undefined || right === undefined) return undefined;
      const either = (condition.op === 'or') === positive;
      const all = either ? [...left, ...right] : left.flatMap((x) => right.map((y) => [...x, ...y]));
      return all.length > mostAlternatives ? undefined : all;
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return [demandOf(condition, positive)];
    default:
      return condition satisfies never;
  }
}

const opposite = { '==': '!=', '!=': '==' } as const;
const mirrored = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function demandOf(
  condition: Extract<Condition, { readonly op: Demand['op'] }>,
  positive: boolean,
): readonly Demand[] {
  const { left, right } = condition;
  const found: Demand | undefined =
    'column' in left && 'value' in right
      ? { column: left.column, op: condition.op, value: right.value }
      : 'column' in right && 'value' in left
        ? { column: right.column, op: mirrored[condition.op], value: left.value }
        : undefined;
  if (found === undefined) return [];
  if (positive) return [found];
  // A missing value is neither below nor above anything, so an order that does not hold is no opposite order.
  return [
    found.op === '==' || found.op === '!='
      ? { ...found, op: opposite[found.op] }
      : { ...found, denied: true },
  ];
}

function areContrary(demands: readonly Demand[]): boolean {
  return demands.some((a, i) => demands.slice(i + 1).some((b) => a.column === b.column && contrary(a, b)));
}

function contrary(a: Demand, b: Demand): boolean {
  if (a.denied === true || b.denied === true)
    return a.denied !== b.denied && a.op === b.op && a.value === b.value;
  if (a.op === '==' && b.op === '==') return !mayBeBoth(a.value, b.value);
  if (a.op === '==') return b.op === '!=' ? same(a.value, b.value) : misses(a.value, b);
  if (b.op === '==') return contrary(b, a);
  if (a.op === '!=' || b.op === '!=') return false;
  const [low, high] = a.op.startsWith('>') ? [a, b] : [b, a];
  if (!low.op.startsWith('>') || !high.op.startsWith('<')) return false;
  const order = orderOf(low.value, high.value);
  return order !== undefined && (order > 0 || (order === 0 && !(low.op === '>=' && high.op === '<=')));
}

/** Whether some cell equals both. */
function mayBeBoth(a: Scalar, b: Scalar): boolean {
  if (isMissing(a) || isMissing(b)) return isMissing(a) && isMissing(b);
  const [x, y] = [numberOf(a), numberOf(b)];
  const truth = word(a) === 'true' || word(a) === 'false';
  return same(a, b) || (x !== undefined && x === y) || (truth && word(a) === word(b));
}

function same(a: Scalar, b: Scalar): boolean {
  return a === b || (isMissing(a) && isMissing(b));
}

function word(value: Scalar): string {
  return String(value).trim().toLowerCase();
}

/** Whether no cell that equals the value meets the bound. */
function misses(value: Scalar, { column, op, value: bound }: Demand): boolean {
  // Cells that equal a number or a truth value may be texts of many forms, and a bound that is a text orders them as texts.
  if (typeof value === 'boolean' && typeof bound === 'string') return false;
  if (numberOf(value) !== undefined && typeof bound === 'string' && numberOf(bound) === undefined)
    return false;
  return !holds({ op, left: { column }, right: { value: bound } }, () => value);
}

/** The order that cells meet both bounds in; nothing where it is one of numbers for some cells, and of texts for others. */
function orderOf(a: Scalar, b: Scalar): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  return numberOf(a) === undefined && numberOf(b) === undefined ? compareCodePoints(a, b) : undefined;
}
