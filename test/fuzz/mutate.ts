// Random edits of programs: characters, tokens and lines that go, come, repeat or change places, and two programs in one.
import type { Random } from '../../src/learning/random.ts';

const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    ':',
    '=',
    '.',
    '..',
    '"',
    '"""',
    '${',
    '}"',
    "'",
    '#',
    '-',
    '%',
    '\\',
  ],
  ...['==', '>=', '<', '+', '*', '|', 'and', 'or', 'not', 'if', 'then', 'else', 'true', 'null', 'per label'],
  ...['each x in [1, 2] {', 'when true {', 'let a =', 'param p: int =', 'target t =', 'defaults load {'],
  ...[
    'import "./a.fsl" as a',
    'use "x"',
    'fsl 1',
    'fsl 2',
    'in',
    'by',
    'at',
    'as',
    'sd',
    'rest',
    'search',
    'fold',
  ],
  ...['load', 'split', 'fine-tune', 'tune', 'evaluate', 'compare', 'prompt', 'augment', 'distill', 'predict'],
  ...[
    '0',
    '-1',
    '1e999',
    '99999999999999999999',
    '10%',
    '5m',
    '8GB',
    '1_0',
    '0.1',
    '1..3',
    '1..1000000',
    '1x',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'prototype',
    '""',
    '"a"',
    '"${a}"',
    '{}',
    '[]',
  ],
  ...[
    'range(1, 1000000)',
    'env("A")',
    'read("x")',
    'secret("S")',
    'zip([1], [2])',
    'len([])',
    'a.b',
    'a[k: 1]',
  ],
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '\0',
    '\u007F',
    '\uFEFF',
    '\u00A0',
    '\u2028',
    '\u202E',
    '\u2066',
    '\u200B',
  ],
  ...[
    'é',
    'ß',
    '名前',
    'שלום',
    '🙂',
    '\uD800',
    '\uDC00',
    'e\u0301',
    '\u{1F468}\u200D\u{1F469}',
    '–',
    '“',
    'İ',
  ],
];

/** A piece of text from a program that is one token, roughly. */
const tokenPattern = /"(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w-]*|[\d.]+\w*|\s+|[^\s\w]/g;

type Edit = (text: string, random: Random, other: string) => string;

function cut(text: string, from: number, to: number, put = ''): string {
  return text.slice(0, from) + put + text.slice(to);
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items.length === 0 ? undefined : items[random.below(items.length)];
}

/** Some neighbouring units of a text: `[start, end]`. */
function stretch(units: readonly string[], random: Random): readonly [number, number] {
  if (units.length === 0) return [0, 0];
  const first = random.below(units.length);
  const count = 1 + random.below(Math.min(6, units.length - first));
  const start = units.slice(0, first).join('').length;
  return [start, start + units.slice(first, first + count).join('').length];
}

function unitsOf(text: string, random: Random): readonly string[] {
  const grain = random.below(3);
  if (grain === 0) return [...text];
  return grain === 1 ? (text.match(tokenPattern) ?? []) : text.split(/(?<=\n)/);
}

const edits: readonly Edit[] = [
  (text, random) => cut(text, ...stretch(unitsOf(text, random), random)),
  (text, random) => {
    const [start, end] = stretch(unitsOf(text, random), random);
    return cut(text, start, start, text.slice(start, end));
  },
  (text, random) => {
    const [start, end] = stretch(unitsOf(text, random), random);
    const at = random.below(text.length + 1);
    const moved = text.slice(start, end);
    const rest = cut(text, start, end);
    return cut(rest, Math.min(at, rest.length), Math.min(at, rest.length), moved);
  },
  (text, random) => {
    const [start, end] = stretch(unitsOf(text, random), random);
    return cut(text, start, end, pick(pieces, random));
  },
  (text, random) => {
    const at = random.below(text.length + 1);
    return cut(text, at, at, pick(pieces, random));
  },
  (text, random) => {
    const at = random.below(text.length + 1);
    const piece = pick(pieces, random) ?? '';
    return cut(text, at, at, piece.repeat(1 + random.below(40)));
  },
  (text, random, other) => {
    const [from, to] = stretch(unitsOf(other, random), random);
    const [start, end] = stretch(unitsOf(text, random), random);
    return cut(text, start, random.below(2) === 0 ? start : end, other.slice(from, to));
  },
  (text, random, other) => {
    const lines = text.split(/(?<=\n)/);
    const others = other.split(/(?<=\n)/);
    const head = lines.slice(0, random.below(lines.length + 1));
    return [...head, ...others.slice(random.below(others.length + 1))].join('');
  },
  (text, random) => {
    const names = [...new Set(text.match(/[A-Za-z_][\w-]*/g) ?? [])];
    const [one, two] = [pick(names, random), pick([...names, ...pieces], random)];
    return one === undefined || two === undefined ? text : text.replaceAll(one, () => two);
  },
];

export interface Mutated {
  readonly text: string;
  /** Which text it came from. */
  readonly base: number;
}

/** One of `texts` after one to five edits; most have few. */
export function mutate(texts: readonly string[], random: Random): Mutated {
  const base = random.below(texts.length);
  let text = texts[base] ?? '';
  const other = pick(texts, random) ?? '';
  const count = 1 + Math.min(random.below(5), random.below(5));
  for (let left = count; left > 0; left -= 1) text = pick(edits, random)?.(text, random, other) ?? text;
  return { text: text.slice(0, longest), base };
}

/** Lines that repeat lines can double a text with every edit. */
const longest = 50_000;
