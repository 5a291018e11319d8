// One text for one value, whatever order its keys were written in, and the digest of it. What keys and records are made of.
import { createHash } from 'node:crypto';
import { compareCodePoints } from '../stages/code-point-order.ts';

/** JSON without white space, keys sorted by code point, absent members left out. `-0` is `0`. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members: string[] = [];
  for (const [name, member] of Object.entries(value).sort(byCodePoint)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Lowercase hexadecimal. */
export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}

function byCodePoint([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareCodePoints(a, b);
}
