// Files that are meant to break a reader, and names that a program in JavaScript may stumble over: passed or refused, never a crash.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRig, type Outcome } from './rig.ts';

/** What `check` says of a program; nothing runs, so no worker is needed. */
async function checked(
  program: string | Uint8Array,
  { files = {}, args = [] }: { files?: Readonly<Record<string, string>>; args?: readonly string[] } = {},
): Promise<Outcome> {
  await using rig = await openRig('no worker');
  for (const [name, text] of Object.entries(files)) await rig.write(name, text);
  writeFileSync(join(rig.folder, 'a.fsl'), program);
  const outcome = await rig.run(['check', 'a.fsl', ...args]);
  expect(outcome.stderr).not.toContain('error[internal]');
  expect(outcome.stderr).not.toMatch(/[\0\r\u202A-\u202E\u2066-\u2069\uFEFF\u001B]/);
  expect(outcome.stderr.length).toBeLessThan(2_000_000);
  expect([0, 2]).toContain(outcome.code);
  return outcome;
}

function codesIn({ stderr }: Outcome): readonly string[] {
  return [
    ...new Set([...stderr.matchAll(/^(?:error|warning)\[([a-z0-9-]+)\]/gm)].map(([, code = '']) => code)),
  ];
}

const many = 10_000;
const load = 'load d { from: "d.csv" text: "text" label: "label" }\n';
const data = { 'd.csv': 'text,label\none,a\ntwo,b\nthree,a\nfour,b\n' };

describe('deep', () => {
  test.each<[string, string, readonly string[]]>([
    ['(', `let x = ${'('.repeat(many)}1${')'.repeat(many)}`, ['too-deep']],
    ['[', `let x = ${'['.repeat(many)}${']'.repeat(many)}`, ['too-deep']],
    ['{', `let x = ${'{ a: '.repeat(many)}1${' }'.repeat(many)}`, ['too-deep']],
    ['blocks', `${'when true {\n'.repeat(many)}${'}\n'.repeat(many)}`, ['too-deep']],
    ['unclosed', `let x = ${'([{ a: '.repeat(many)}`, ['too-deep']],
    ['closers', `let x = 1 ${')]}'.repeat(many)}`, ['unexpected-text']],
    ['minus', `let x = ${'- '.repeat(many)}1`, ['too-deep']],
    ['not', `let x = ${'not '.repeat(many)}true`, ['too-deep']],
    ['if then else', `let x = ${'if true then 1 else '.repeat(many)}2`, ['too-deep']],
    ['if if', `let x = ${'if '.repeat(many)}`, ['too-deep']],
    ['parts', `let x = a${'.b'.repeat(100_000)}`, ['too-deep']],
    [
      'types',
      `param x: ${'list<'.repeat(many)}int${'>'.repeat(many)}`,
      ['missing-parameter', 'unexpected-text'],
    ],
    [
      'constants',
      Array.from({ length: many }, (_, i) => `let a${i} = ${i === 0 ? '1' : `a${i - 1} + 1`}\n`).join(''),
      [],
    ],
    [
      'constants from the end',
      Array.from({ length: many }, (_, i) => `let a${i} = ${i + 1 === many ? '1' : `a${i + 1} + 1`}\n`).join(
        '',
      ),
      [],
    ],
    [
      'lists in lists by name',
      `${Array.from({ length: 400 }, (_, i) => `let a${i} = ${i === 0 ? '1' : `[a${i - 1}]`}\n`).join('')}let z = len(a399)`,
      ['wrong-type'],
    ],
    [
      'a circle of constants',
      Array.from({ length: many }, (_, i) => `let a${i} = a${(i + 1) % many} + 1\n`).join(''),
      ['cycle'],
    ],
    [
      'a circle of stages',
      Array.from({ length: 2000 }, (_, i) => `augment s${i} { from: s${(i + 1) % 2000} with: swap }\n`).join(
        '',
      ),
      ['cycle'],
    ],
  ])('%s', async (_, program, expected) => {
    expect(codesIn(await checked(program))).toEqual(expected);
  });

  test('texts in texts', async () => {
    for (const depth of [30, 500, 5000])
      await checked(`let x = ${'"${'.repeat(depth)}1${'}"'.repeat(depth)}`);
  });
});

describe('large', () => {
  test.each<[string, string, readonly string[]]>([
    ['one comment', `# ${'x'.repeat(3_900_000)}\n`, []],
    ['one text', `let x = "${'x'.repeat(3_900_000)}"\n`, []],
    ['white space', ' \n'.repeat(1_900_000), []],
    ['one line', `let x = [${'1, '.repeat(100_000)}1]`, []],
    ['more than a program has', ' '.repeat(50_000_000), ['file-too-large']],
    [
      'texts that double',
      `let a0 = "x"\n${Array.from({ length: 60 }, (_, i) => `let a${i + 1} = "\${a${i}}\${a${i}}"\n`).join('')}`,
      ['wrong-type'],
    ],
    [
      'lists that double',
      `let a0 = [1]\n${Array.from({ length: 60 }, (_, i) => `let a${i + 1} = concat(a${i}, a${i})\n`).join('')}`,
      ['wrong-type'],
    ],
    [
      'lists of lists that double',
      `let a0 = [1]\n${Array.from({ length: 60 }, (_, i) => `let a${i + 1} = [a${i}, a${i}]\n`).join('')}let n = len(a60)`,
      ['wrong-type'],
    ],
    ['ranges', 'let a = len(1..1000000000)\nlet b = len(range(0, 1000000000))', ['wrong-type']],
    [
      'many steps',
      `${load}each a in 1..1000 { each b in 1..1000 { split s { from: d test: rest seed: a } } }`,
      ['out-of-range'],
    ],
    ['duplicates', 'let a = 1\n'.repeat(5000), ['duplicate-name']],
    [
      'unknown kinds',
      Array.from({ length: 5000 }, (_, i) => `laod s${i} { from: "x.csv" }\n`).join(''),
      ['unknown-kind'],
    ],
    [
      'unknown names',
      Array.from({ length: 3000 }, (_, i) => `let a${i} = b${i} + 1\n`).join(''),
      ['unknown-name'],
    ],
    [
      'unknown options',
      `load d {\n${Array.from({ length: 5000 }, (_, i) => `frmo${i}: 1\n`).join('')}}`,
      ['missing-option', 'unknown-option'],
    ],
  ])('%s', async (_, program, expected) => {
    expect(codesIn(await checked(program, { files: data })).toSorted()).toEqual(expected);
  });
});

describe('characters', () => {
  test.each<[string, string | Uint8Array, readonly string[]]>([
    ['only NUL', '\0'.repeat(1000), ['bad-character']],
    ['NUL in a text', 'let a = "x\0y"', ['bad-character']],
    ['NUL in a comment', '# a\0b\nlet a = 1', []],
    ['NUL in a path', 'load d { from: "a\\u0000b" }', ['unreadable-file']],
    ['CRLF', `# a\r\nfsl 1\r\nlet a = """\r\n  b\r\n"""\r\n`, []],
    ['lone CR', 'fsl 1\rlet a = 1\r', ['bad-character']],
    ['lone CR behind a comment', '# a\rlet a = nonsense\r', ['bad-character']],
    ['byte order mark', '\uFEFFlet a = 1', []],
    ['byte order mark in the middle', 'let a = 1\n\uFEFFlet b = 2', ['bad-character']],
    ['UTF-16 with a mark', Buffer.from('\uFEFFlet a = 1', 'utf16le'), ['not-utf8']],
    ['UTF-16 without one', Buffer.from('let a = 1', 'utf16le'), ['bad-character']],
    ['Latin 1', Buffer.from('let a = "\u00e4"', 'latin1'), ['not-utf8']],
    ['right to left', 'let a = "שלום עולם"  # مرحبا\nlet b = nonsense + 1', ['unknown-name']],
    ['reordered comment', 'let a = 1 # \u202E } \u2066 b', ['bad-character']],
    ['reordered text', 'let a = "\u202Etxet"', ['bad-character']],
    ['reordered by its escape', 'let a = "\\u202Etxet"', []],
    ['foreign names', 'let größe = 1', ['bad-character']],
    ['half a pair', 'let a = "\\uD800"\nlet b = "\\uD800" + 1', ['wrong-type']],
  ])('%s', async (_, program, expected) => {
    const outcome = await checked(program);
    for (const code of expected) expect(codesIn(outcome)).toContain(code);
    if (expected.length === 0) expect([outcome.code, outcome.stderr]).toEqual([0, '']);
  });
});

const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'valueOf',
  'load',
  'from',
  'text',
];
const longName = 'a'.repeat(10_000);

describe('names', () => {
  test.each([...names, 'per', 'label', 'rest', 'each', 'target', longName])(
    '%s may name anything',
    async (name) => {
      const program = `
param ${name}: int = 2
${load}
let m = { ${name}: 1, "${name}": 2, b: ${name} }
each v in [${name}, 3] { split p { from: d test: 1 per label train: rest seed: v } }`;
      await checked(program, { files: data });
      await checked(`load ${name} { from: "d.csv" text: "text" label: "label" }\ntarget x = [${name}]`, {
        files: data,
      });
      await checked(`${load}target ${name} = [d]`, { files: data });
      await checked(`${load}each ${name} in [1, 2] { split p { from: d test: rest seed: ${name} } }`, {
        files: data,
      });
      await checked(`${load}let x = d.${name}\nlet y = m.${name}`, { files: data });
      const good = await checked(
        `param ${name}: int = 1\n${load}split s { from: d test: rest seed: ${name} }`,
        {
          files: data,
          args: ['--set', `${name}=5`],
        },
      );
      expect(codesIn(good).filter((code) => code !== 'unused-stage')).toEqual([]);
    },
  );

  test.each(names)(
    '%s is neither a stage kind, an option, a function nor a parameter unless declared',
    async (name) => {
      const known = ['load', 'from', 'text'].includes(name);
      const kind = await checked(`${name} x { a: 1 }`);
      expect(codesIn(kind)).toEqual(name === 'load' ? expect.anything() : ['unknown-kind']);
      const option = await checked(`load d { from: "d.csv" ${name}: 1 }`, { files: data });
      if (!known) expect(codesIn(option)).toContain('unknown-option');
      expect(codesIn(await checked(`let x = ${name}(1) + 1`))).toEqual(['unknown-name']);
      expect(codesIn(await checked(`let x = ${name} + 1`))).toEqual(['unknown-name']);
      expect(codesIn(await checked(`defaults ${name} { a: 1 }`)).length).toBeGreaterThan(0);
      expect(codesIn(await checked(load, { files: data, args: ['--set', `${name}=1`] }))).toContain(
        'unknown-parameter',
      );
      const word = await checked(`${load}fine-tune m { model: "builtin:ngrams" from: d method: ${name} }`, {
        files: data,
      });
      expect(word.code).toBe(name === 'prototype' ? 0 : 2); // a method of its own
      const call = await checked(
        `${load}fine-tune m { model: "builtin:ngrams" from: d method: ${name}(a: 1) }`,
        { files: data },
      );
      expect(call.code).toBe(2);
      const builtin = await checked(`${load}fine-tune m { model: "builtin:${name}" from: d }`, {
        files: data,
      });
      expect(builtin.code).toBe(2);
    },
  );

  test.each(names)('%s as a column and a label', async (name) => {
    const rows = `${name},x${name}\none,${name}\ntwo,b\nthree,${name}\nfour,b\n`;
    const program = `load d { from: "d.csv" text: "${name}" label: "x${name}" label_names: { ${name}: "one", b: "two" } }
split p { from: d train: 1 per label test: rest }
fine-tune m { model: "builtin:ngrams" from: p.train }
evaluate s { model: m on: p.test }`;
    const outcome = await checked(program, { files: { 'd.csv': rows } });
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
  });

  test.each(names)('params file and map keys with %s', async (name) => {
    const files = { ...data, 'p.yaml': `${name}: 3\n`, 'q.yaml': `n: { ${name}: 1 }\n` };
    const program = `param ${name}: int\n${load}split s { from: d test: rest seed: ${name} }`;
    const good = await checked(program, { files, args: ['--params', 'p.yaml'] });
    expect(codesIn(good).filter((code) => code !== 'unused-stage')).toEqual([]);
    expect(codesIn(await checked(load, { files, args: ['--params', 'p.yaml'] }))).toContain(
      'unknown-parameter',
    );
    await checked(`param n: int = 1\n${load}`, { files, args: ['--params', 'q.yaml'] });
  });
});

test('what is written of a name with a prototype is its own', async () => {
  await using rig = await openRig('no worker');
  await rig.write('d.csv', data['d.csv']);
  await rig.write(
    'a.fsl',
    `${load}each __proto__ in [1, 2] { split p { from: d test: rest seed: __proto__ } }`,
  );
  const { stdout, code } = await rig.run(['graph', 'a.fsl', '--format', 'json', '-o', 'graph.json']);
  expect([code, stdout]).toEqual([0, '']);
  expect(readFileSync(join(rig.folder, 'graph.json'), 'utf8')).toContain('p[__proto__=1]');
});
