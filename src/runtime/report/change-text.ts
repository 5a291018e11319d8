// What changed between two resolved values, in the words of the language: `4 per label -> 2 per label`.
import type { Json } from '../../stages/value.ts';
import { figureOf, languageText } from './value-text.ts';

type Fields = Readonly<Record<string, Json>>;

const longest = 60;

/** `undefined`: not given. Of two calls of one name only the arguments that differ are named. */
export function changeText(before: Json | undefined, after: Json | undefined): string {
  const [a, b] = [callOf(before), callOf(after)];
  if (a === undefined || b === undefined || a.name !== b.name) return `${text(before)} -> ${text(after)}`;
  const names = [...new Set([...Object.keys(a.arguments), ...Object.keys(b.arguments)])];
  const differing = names.filter(
    (name) => JSON.stringify(a.arguments[name]) !== JSON.stringify(b.arguments[name]),
  );
  const side = (given: Fields): string =>
    `${a.name}(${differing.map((name) => `${name}: ${text(given[name])}`).join(', ')})`;
  return `${side(a.arguments)} -> ${side(b.arguments)}`;
}

function text(value: Json | undefined): string {
  if (value === undefined) return 'not given';
  const whole = words(value);
  return whole.length > longest ? `${whole.slice(0, longest - 1)}…` : whole;
}

/** Counts, calls and places of a search as they are written; everything else as plain data. */
function words(value: Json): string {
  const call = callOf(value);
  if (call !== undefined) {
    const given = Object.entries(call.arguments).map(([name, argument]) => `${name}: ${words(argument)}`);
    return given.length === 0 ? call.name : `${call.name}(${given.join(', ')})`;
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(words).join(', ')}]`;
  const fields = fieldsOf(value);
  const searched = fields?.['$search'];
  if (typeof searched === 'string')
    return `search.${searched}${fields?.['cases'] === undefined ? '' : ` of ${words(fields['cases'])}`}`;
  const [only, ...others] = Object.entries(fields ?? {});
  if (only === undefined || others.length > 0) return languageText(value);
  const [name, amount] = only;
  if (name === 'per_label') return `${languageText(amount)} per label`;
  if (name === 'rows') return languageText(amount);
  return name === 'share' && typeof amount === 'number' ? `${figureOf(amount * 100)}%` : languageText(value);
}

function callOf(value: Json | undefined): { readonly name: string; readonly arguments: Fields } | undefined {
  const fields = value === undefined ? undefined : fieldsOf(value);
  const given = fields?.['arguments'];
  const name = fields?.['name'];
  const values = given === undefined ? undefined : fieldsOf(given);
  return typeof name === 'string' && values !== undefined ? { name, arguments: values } : undefined;
}

function fieldsOf(value: Json): Fields | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined;
}
