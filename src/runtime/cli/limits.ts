// The values of `--older-than` and `--max-size`: durations and sizes as the language writes them, and weeks besides.
import { InvalidArgumentError } from 'commander';
import { readNumber } from '../../parser/read-number.ts';

const daysOfWeek = 7;

/** Milliseconds. */
export function givenAge(text: string): number {
  const weeks = /^(.+)w$/.exec(text)?.[1];
  const read = readNumber(weeks === undefined ? text : `${weeks}d`);
  if (!('type' in read) || read.type !== 'duration')
    throw new InvalidArgumentError('A duration has a unit: `45m`, `12h`, `30d` or `2w`.');
  return read.value * (weeks === undefined ? 1 : daysOfWeek) * 1000;
}

/** Bytes. */
export function givenSize(text: string): number {
  const read = readNumber(text);
  if ('type' in read && read.type === 'size') return read.value;
  throw new InvalidArgumentError('A size has a unit, with 1 KB = 1,000 B: `500MB`, `20GB` or `1TB`.');
}
