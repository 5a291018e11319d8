// The functions of the language that compute values.
import { worldFunctions } from './world-functions.ts';
import { mostElements } from './value-limits.ts';
import { describe, isNumber, type Result, type Value } from './value.ts';

const functions = {
  len: ([value, ...rest]) => {
    if (value === undefined || rest.length > 0) return { problem: '`len` takes one list, map or text' };
    if (value.type === 'list') return whole(value.items.length);
    if (value.type === 'map') return whole(value.entries.length);
    if (value.type === 'string') return whole([...value.value].length);
    return { problem: `\`len\` takes a list, a map or a text, found ${describe(value)}` };
  },
  min: (values) => extreme('min', values, (a, b) => a < b),
  max: (values) => extreme('max', values, (a, b) => a > b),
  range: (values) => {
    const numbers = values.map((value) => (value.type === 'int' ? value.value : undefined));
    if (values.length < 1 || values.length > 3 || numbers.includes(undefined))
      return {
        problem: '`range` takes one to three whole numbers: (end), (start, end) or (start, end, step)',
      };
    const [first = 0, second, step = 1] = numbers;
    const [start, end] = second === undefined ? [0, first] : [first, second];
    if (step === 0) return { problem: 'the step of `range` is not 0' };
    const length = Math.max(0, Math.ceil((end - start) / step));
    if (length > mostElements)
      return {
        problem: `\`range\` would give ${length} numbers, and a list has at most ${mostElements.toLocaleString('en')}`,
      };
    return {
      value: {
        type: 'list',
        items: Array.from({ length }, (_, i) => ({ type: 'int', value: start + i * step })),
      },
    };
  },
  concat: (values) => {
    const items: Value[] = [];
    for (const value of values) {
      if (value.type !== 'list') return { problem: `\`concat\` takes lists, found ${describe(value)}` };
      for (const item of value.items) items.push(item);
      if (items.length > mostElements)
        return { problem: `\`concat\` would give more than ${mostElements.toLocaleString('en')} elements` };
    }
    return { value: { type: 'list', items } };
  },
  zip: (values) => {
    const lists = values.map((value) => (value.type === 'list' ? value.items : undefined));
    const first = lists[0];
    if (first === undefined || !lists.every((items) => items !== undefined))
      return { problem: '`zip` takes lists' };
    if (lists.some((items) => items.length !== first.length))
      return {
        problem: `\`zip\` takes lists of equal length, found ${lists.map((l) => l.length).join(', ')}`,
      };
    return {
      value: {
        type: 'list',
        items: first.map((_, i) => ({
          type: 'list',
          items: lists.map((items) => items[i] ?? { type: 'null' }),
        })),
      },
    };
  },
} satisfies Readonly<Record<string, (values: readonly Value[]) => Result>>;

export type FunctionName = keyof typeof functions | (typeof worldFunctions)[number];

export const functionNames: readonly string[] = [...Object.keys(functions), ...worldFunctions];

export function callFunction(name: string, values: readonly Value[]): Result {
  return isComputed(name) ? functions[name](values) : { problem: `there is no function \`${name}\`` };
}

function isComputed(name: string): name is keyof typeof functions {
  return Object.hasOwn(functions, name);
}

function whole(value: number): Result {
  return { value: { type: 'int', value } };
}

/** Over the arguments, or over one list. */
function extreme(name: string, values: readonly Value[], better: (a: number, b: number) => boolean): Result {
  const [only] = values;
  const items = values.length === 1 && only?.type === 'list' ? only.items : values;
  let best: Value | undefined;
  for (const item of items) {
    if (!isNumber(item)) return { problem: `\`${name}\` takes numbers, found ${describe(item)}` };
    if (best === undefined || !isNumber(best) || better(item.value, best.value)) best = item;
  }
  return best === undefined ? { problem: `\`${name}\` takes at least one number` } : { value: best };
}
