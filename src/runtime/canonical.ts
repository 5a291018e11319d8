// One text for one value, whatever order its keys were written in, and the digest of it. What keys and records are made of.
import { createHash } from 'node:crypto';
import { compareCodePoints } from '../stages/code-point-order.ts';

/** Texts of values that stand in many others. */
export type KnownTexts = Pick<WeakMap<object, string>, 'get'>;

/** JSON without white space, keys sorted by code point, absent members left out. `-0` is `0`. */
export function canonicalJson(value: unknown, known?: KnownTexts): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const text = known?.get(value);
  if (text !== undefined) return text;
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, known)).join(',')}]`;
  const object = value as Readonly<Record<string, unknown>>; // neither null nor a list
  let members = '';
  for (const name of Object.keys(object).sort(compareCodePoints)) {
    const member = object[name];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member, known)}`;
  }
  return `{${members}}`;
}

/** Lowercase hexadecimal. */
export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
