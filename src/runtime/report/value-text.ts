// Plain data written as an expression of the language.
import type { Json } from '../../stages/value.ts';

export function languageText(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return figureOf(value);
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('${', () => '$${');
  if (isList(value)) return `[${value.map(languageText).join(', ')}]`;
  if (typeof value['$secret'] === 'string') return `secret(${JSON.stringify(value['$secret'])})`;
  const entries = Object.entries(value).map(([name, item]) => `${keyText(name)}: ${languageText(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Without the noise of binary fractions: `10` rather than `10.000000000000002`. */
export function figureOf(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function keyText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
