// Numbers and texts as the language writes them. Reading them again gives the same value.
import type { Literal } from './ast.ts';
import { durationUnits, sizeUnits } from './read-number.ts';

export function printLiteral({ type, value }: Literal): string {
  if (typeof value !== 'number') return String(value);
  switch (type) {
    case 'share':
      return `${decimal(value, 2)}%`;
    case 'duration':
      return withUnit(value, durationUnits);
    case 'size':
      return withUnit(value, sizeUnits);
    case 'float':
      return Number.isInteger(value) && !String(value).includes('e') ? `${value}.0` : String(value);
    case 'int':
    case 'bool':
    case 'null':
      return String(value);
    default:
      return type satisfies never;
  }
}

export function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

/** What stands between the quotes. */
export function escapeText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('${', () => '$${');
}

const identifier = /^[A-Za-z_]\w*(?:-[A-Za-z]\w*)*$/;
const reserved = new Set(['true', 'false', 'null', 'and', 'or', 'not', 'if', 'then', 'else']);

/** Whether a key may stand without quotes. */
export function isName(text: string): boolean {
  return identifier.test(text) && !reserved.has(text);
}

/** In the largest unit of which it is a whole number, else in the smallest. */
function withUnit(value: number, units: Readonly<Record<string, number>>): string {
  const [smallest = ['', 1], ...larger] = Object.entries(units);
  const fitting = larger.filter(([, size]) => value >= size && Number.isInteger(value / size));
  const [unit, size] = fitting[fitting.length - 1] ?? smallest;
  return `${decimal(value / size, 0)}${unit}`;
}

/** A number times a power of ten, moved in the decimal text so that nothing is rounded. */
function decimal(value: number, shift: number): string {
  if (value === 0) return '0';
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [lead = '0', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) + shift;
  const digits = lead + fraction;
  if (power >= 21 || power < -7) return `${mantissa}e${power}`;
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const rest = digits.slice(power + 1);
  return rest === '' ? whole : `${whole}.${rest}`;
}
