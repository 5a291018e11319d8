// The text of a number with its unit -> a value. Knows the units, nothing of the grammar.
import type { Literal } from './ast.ts';

export interface NumberValue {
  readonly type: Extract<Literal['type'], 'int' | 'float' | 'share' | 'duration' | 'size'>;
  readonly value: number;
}

/** Seconds. */
export const durationUnits: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** Bytes. */
export const sizeUnits: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** The value, or a sentence on what is wrong, and the unit meant where one is near. */
export function readNumber(text: string): NumberValue | { readonly wrong: string; readonly hint?: string } {
  const match = /^(\d+(?:_\d+)*)?(\.\d+(?:_\d+)*)?([eE][+-]?\d+)?(%|[A-Za-z_]\w*)?$/.exec(text);
  if (match === null) return { wrong: `\`${text}\` is not a number` };
  const [, whole = '', fraction = '', exponent = '', unit = ''] = match;
  if (whole === '')
    return { wrong: `\`${text}\` lacks a digit before the point`, hint: `write \`0${text}\`` };
  const digits = (whole + fraction).replaceAll('_', '');
  const power = exponent === '' ? 0 : Number(exponent.slice(1));
  const number = Number(`${digits}e${power}`);
  if (!Number.isFinite(number)) return { wrong: `\`${text}\` is too large` };
  if (unit === '' && fraction === '' && exponent === '') {
    if (!Number.isSafeInteger(number)) return { wrong: `\`${text}\` is too large to be exact` };
    return { type: 'int', value: number };
  }
  if (unit === '') return { type: 'float', value: number };
  if (unit === '%') return { type: 'share', value: Number(`${digits}e${power - 2}`) };
  const seconds = own(durationUnits, unit);
  if (seconds !== undefined) return { type: 'duration', value: number * seconds };
  const bytes = own(sizeUnits, unit);
  if (bytes !== undefined) return { type: 'size', value: number * bytes };
  return { wrong: `\`${unit}\` is not a unit`, hint: hintOf(whole + fraction + exponent, unit) };
}

function hintOf(number: string, unit: string): string {
  const size = own(sizeUnits, unit.toUpperCase().replace(/^([KMGT])I?B?$/, '$1B'));
  if (size !== undefined) return `sizes are written \`B KB MB GB TB\`, with 1 KB = 1,000 B`;
  if (/^(sec|min|hour|day|h|m|s|d)/i.test(unit)) return 'durations are written `90s`, `5m`, `2h` or `30d`';
  if (unit.startsWith('_')) return `\`_\` stands between digits: \`1_000\``;
  if (/^[eE]$/.test(unit)) return `an exponent needs digits: \`${number}e-5\``;
  return 'units are `%`, `s m h d` and `B KB MB GB TB`';
}

function own(units: Readonly<Record<string, number>>, unit: string): number | undefined {
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}
