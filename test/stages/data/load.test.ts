import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFacts } from '../../../src/runtime/facts.ts';
import type { Dataset } from '../../../src/stages/dataset.ts';
import { load } from '../../../src/stages/load.ts';
import type { Condition } from '../../../src/stages/value.ts';
import { temporaryFolder } from '../../runtime/temporary-folder.ts';
import { artifactOf, type Files } from './memory.ts';
import { checkStage, runStage, type Checked, type Given } from './stage-rig.ts';

/** What `load` says before the run, and what the run then gives or says. */
async function loaded(
  files: Files,
  options: Given,
): Promise<{ before: Checked; ran: Dataset | string; notes: readonly string[] }> {
  using folder = temporaryFolder();
  const paths = Object.entries(files).map(([name, contents]) => folder.write(name, contents));
  const facts = createFacts({
    display: (path) => folder.hide(path),
    project: { folder: folder.path, allowed: [] },
    env: {},
  });
  const before = checkStage(load, options, { paths, facts });
  const ran = await runStage(load, options, artifactOf('files', files));
  return typeof ran === 'string'
    ? { before, ran, notes: [] }
    : { before, ran: ran.parts[''], notes: ran.notes };
}

/** The dataset, with columns as an object, and what was known of it before. */
async function both(
  files: Files,
  options: Given,
): Promise<{ known: unknown; data: unknown; notes: readonly string[] }> {
  const { before, ran, notes } = await loaded(files, options);
  expect(before.text).toBe('');
  if (typeof ran === 'string') throw new Error(ran);
  const { columns, roles, labels, multiLabel, source } = ran;
  const { ['']: known } = before.statics;
  return {
    known,
    data: { columns: Object.fromEntries(columns), roles, labels, multiLabel, source: [...source] },
    notes,
  };
}

/** The problem before the run; the run fails in the same words. */
async function refused(files: Files, options: Given): Promise<string> {
  const { before, ran } = await loaded(files, options);
  expect(ran).toBe(before.text);
  return before.text;
}

const is = (
  op: '==' | '!=' | '<' | '>=',
  column: string,
  value: string | number | boolean | null,
): Condition => ({
  op,
  left: { column },
  right: { value },
});

test('columns that say what they are', async () => {
  expect(await both({ 'a.csv': 'text,label\ngood,pos\nbad,neg\nfine,pos\n' }, {})).toEqual({
    known: {
      type: 'dataset',
      columns: ['text', 'label'],
      rows: 3,
      labelled: true,
      label_column: 'label',
      multi_label: false,
      labels: [
        { name: 'neg', rows: 1 },
        { name: 'pos', rows: 2 },
      ],
      partition: undefined,
      images: false,
      pairs: false,
    },
    data: {
      columns: { text: ['good', 'bad', 'fine'], label: ['pos', 'neg', 'pos'] },
      roles: { text: 'text', label: 'label' },
      labels: ['neg', 'pos'],
      multiLabel: false,
      source: [0, 1, 2],
    },
    notes: [],
  });
});

test('all roles, numbers as labels, names that order and merge them', async () => {
  const row = (id: number, stars: number): string =>
    JSON.stringify({ id, review: `text ${id}`, stars, by: 'ann', on: '2024-01-01' });
  const { known, data } = await both(
    { 'a.jsonl': [row(1, 5), row(2, 1), row(3, 4)].join('\n') },
    {
      text: 'review',
      label: 'stars',
      id: 'id',
      group: 'by',
      time: 'on',
      label_names: [
        ['5', 'good'],
        ['4', 'good'],
        ['1', 'bad'],
      ],
    },
  );
  expect(known).toMatchObject({
    labels: [
      { name: 'good', rows: 2 },
      { name: 'bad', rows: 1 },
    ],
  });
  expect(data).toMatchObject({
    columns: { id: [1, 2, 3], stars: ['good', 'bad', 'good'] },
    roles: { text: 'review', label: 'stars', id: 'id', group: 'by', time: 'on' },
    labels: ['good', 'bad'],
  });
});

test('a template makes a column of its own', async () => {
  const { known, data } = await both(
    { 'a.json': '[{"text": "t", "n": 1, "tags": ["x", "y"]}, {"text": "u"}]' },
    { text: '{text} {{{n}}} {tags}' },
  );
  expect(known).toMatchObject({
    columns: ['text', 'n', 'tags', 'text_2'],
    rows: 2,
    labelled: false,
    labels: [],
  });
  expect(data).toMatchObject({
    columns: { text_2: ['t {1} x, y', 'u {} '] },
    roles: { text: 'text_2' },
    labels: [],
  });
});

test('lists of labels', async () => {
  const { known, data } = await both(
    {
      'a.json':
        '[{"text": "a", "tags": ["y", "x", "y"]}, {"text": "b", "tags": []}, {"text": "c", "tags": "z"}]',
    },
    { label: 'tags' },
  );
  expect(data).toMatchObject({
    columns: { tags: [['y', 'x'], [], ['z']] },
    labels: ['x', 'y', 'z'],
    multiLabel: true,
  });
  expect(known).toMatchObject({ multi_label: true, labels: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] });
});

test('files in the order given, without headers, and a pattern', async () => {
  const csv = await both(
    { '0/b.csv': 'b,1\n', '1/a.csv': 'a,0\n' },
    { header: false, text: '1', label: '2' },
  );
  expect(csv.data).toMatchObject({ columns: { '1': ['b', 'a'], '2': ['1', '0'] } });
  const text = await both({ 'a.txt': '1 good\n0 bad\n' }, { pattern: '{label} {text}' });
  expect(text.data).toMatchObject({ labels: ['0', '1'], columns: { text: ['good', 'bad'] } });
});

test('conditions and a limit', async () => {
  const files = { 'a.csv': 'text,label,n\na,1,10\nb,2,9\nc,3,\nd,1,x\n' };
  const run = async (options: Given): Promise<{ texts: unknown; known: unknown }> => {
    const { data, known } = await both(files, options);
    return { texts: (data as { columns: { text: unknown } }).columns.text, known };
  };
  expect(await run({ where: is('!=', 'label', 2) })).toMatchObject({
    texts: ['a', 'c', 'd'],
    known: {
      rows: 3,
      labels: [
        { name: '1', rows: 2 },
        { name: '3', rows: 1 },
      ],
    },
  });
  expect(await run({ where: is('>=', 'n', 9.5) })).toMatchObject({
    texts: ['a'],
    known: { rows: undefined, labels: undefined },
  });
  expect(await run({ where: is('!=', 'n', null) })).toMatchObject({ texts: ['a', 'b', 'd'] });
  const either: Condition = {
    op: 'or',
    left: is('==', 'text', 'c'),
    right: { op: 'not', operand: is('<', 'label', 3) },
  };
  expect(await run({ where: either })).toMatchObject({ texts: ['c'] });
  expect(await run({ limit: 3, where: is('!=', 'text', 'a') })).toMatchObject({ texts: ['b', 'c', 'd'] });
  expect(await run({ limit: 2 })).toMatchObject({ texts: ['a', 'b'], known: { rows: 2, labels: undefined } });
});

test('rows that are left out are counted', async () => {
  const { known, data, notes } = await both(
    { 'a.csv': 'text,label\na,1\nb\n ,2\nc,\nd,2\n' },
    { on_error: 'skip' },
  );
  expect(data).toMatchObject({ columns: { text: ['a', 'd'] }, source: [0, 4] }); // row numbers of a published split stay right
  expect(notes).toEqual([
    '1 row was left out because they are broken',
    '2 rows were left out because they lack a text or a label',
  ]);
  expect(known).toMatchObject({ columns: ['text', 'label'], numbered: 5 });
});

test.each<[format: string, files: Files, options: Given]>([
  ['csv', { 'a.csv': 'text,label\na,1\nb\n"c\nc" d,1\nd,2\n', 'b.csv': 'text,label\ne,2,3\nf,1\n' }, {}],
  ['jsonl', { 'a.jsonl': '{"text":"a","label":"1"}\n[]\n{\n{"text":"d","label":"2"}', 'b.jsonl': '1\n{"text":"f","label":"1"}' }, {}], // prettier-ignore
  ['json', { 'a.json': '[{"text":"a","label":"1"},1,[],{"text":"d","label":"2"},2,{"text":"f","label":"1"}]' }, {}], // prettier-ignore
  ['yaml', { 'a.yaml': '- {text: a, label: "1"}\n- 1\n- 2\n- {text: d, label: "2"}\n- 3\n- {text: f, label: "1"}' }, {}], // prettier-ignore
  ['text', { 'a.txt': '1 a\nb\nc\n2 d\n', 'b.txt': 'e\n1 f\n' }, { pattern: '{label} {text}' }],
])('broken rows keep their numbers: %s', async (_, files, given) => {
  const ran = await both(files, { ...given, on_error: 'skip' });
  expect(ran.data).toMatchObject({ columns: { text: ['a', 'd', 'f'] }, source: [0, 3, 5] });
  expect(ran.known).toMatchObject({ rows: 3, numbered: 6 });
  const kept = await both(files, { ...given, on_error: 'skip', where: is('==', 'label', '1') });
  expect(kept.data).toMatchObject({ columns: { text: ['a', 'f'] }, source: [0, 4] }); // rows that `where` leaves out have none
  const first = await both(files, { ...given, on_error: 'skip', limit: 2 });
  expect(first.data).toMatchObject({ source: [0, 3] });
  expect(first.known).toMatchObject({ rows: 2, numbered: 6 });
});

test.each<[what: string, files: Files, options: Given, message: string]>([
  [
    'an unknown column, and another one',
    { 'a.csv': 'review,sentiment,stars\na,1,2\n' },
    { text: 'reviews', label: 'mood', where: is('==', 'star', 3) },
    `at text:1:1 unknown-column: the data has no column \`reviews\`
hint: did you mean \`review\`? The columns are \`review\`, \`sentiment\`, \`stars\`
at where:1:1 unknown-column: the data has no column \`star\`
hint: did you mean \`stars\`? The columns are \`review\`, \`sentiment\`, \`stars\`
at label:1:1 unknown-column: the data has no column \`mood\`
hint: its columns are \`review\`, \`sentiment\`, \`stars\``,
  ],
  [
    'columns whose names are a row',
    { 'a.csv': '3,Fears for pensions\n4,The race is on\n' },
    { text: 'title' },
    `at text:1:1 unknown-column: the data has no column \`title\`
hint: its columns are \`3\`, \`Fears for pensions\`; if that is the first row, and no header, name the columns with \`header: ["…", …]\``,
  ],
  [
    'a template with an unknown column',
    { 'a.csv': 'title,body\na,1\n' },
    { text: '{title}. {boddy}' },
    `at text:1:1 unknown-column: the data has no column \`boddy\`
hint: did you mean \`body\`? The columns are \`title\`, \`body\``,
  ],
  [
    'an unknown column beside an unknown label',
    { 'a.csv': 'title,label\na,1\n' },
    { text: '{titel}', label_names: [['2', 'two']] },
    `at text:1:1 unknown-column: the data has no column \`titel\`
hint: did you mean \`title\`? The columns are \`title\`, \`label\`
at label_names:1:1 unknown-label: no row has the label \`2\`
hint: the labels of the data are \`1\``,
  ],
  [
    'a template that is not closed',
    { 'a.csv': 'title,body\na,1\n' },
    { text: '{title' },
    `at text:1:1 wrong-type: the template has a \`{\` without its \`}\`; write \`{{\` for the character itself
hint: write columns in braces: \`"{title}. {description}"\``,
  ],
  [
    'no text',
    { 'a.csv': 'title,body\na,1\n' },
    {},
    `at text:1:1 missing-option: \`load\` does not know which column holds the texts
hint: add \`text: "…"\`, a column or a template; the columns are \`title\`, \`body\``,
  ],
  [
    'unknown labels in the map, and labels it lacks',
    { 'a.csv': 'text,label\na,pos\nb,neg\nc,neutral\n' },
    {
      label_names: [
        ['poss', 'good'],
        ['pos', 'good'],
        ['neg', 'bad'],
      ],
    },
    `at label_names:1:1 unknown-label: no row has the label \`poss\`
hint: did you mean \`pos\`? The labels of the data are \`neg\`, \`neutral\`, \`pos\``,
  ],
  [
    'a broken row',
    { 'a.csv': 'text,label\na,1\nb\n' },
    {},
    `a.csv:3:2 bad-table: a row has 1 field where the header has 2 columns
| b
|  ^
hint: add the missing comma and field, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'no rows',
    { 'a.csv': 'text,label\n' },
    {},
    `at from:1:1 empty-data: the data has no rows
hint: check that it is the right file, and that \`header\` says whether its first line is data`,
  ],
])('refuses before the run: %s', async (_, files, options, message) => {
  expect(await refused(files, options)).toBe(message);
});

test('rows without text or label are refused before the run, and named by the run', async () => {
  const { before, ran } = await loaded({ 'a.csv': 'text,label\na,1\n,2\nc,\n,\n' }, {});
  expect(before.text).toBe(`at text:1:1 needs-text: 2 rows have nothing in the text column \`text\`
hint: leave such rows out with \`where: text != null\` or \`on_error: skip\`
at label:1:1 needs-labels: 2 rows have nothing in the label column \`label\`
hint: leave such rows out with \`where: label != null\` or \`on_error: skip\``);
  expect(ran)
    .toBe(`at text:1:1 needs-text: 2 rows have nothing in the text column \`text\` (the first is row 2)
hint: leave such rows out with \`where: text != null\` or \`on_error: skip\`
at label:1:1 needs-labels: 2 rows have nothing in the label column \`label\` (the first is row 3)
hint: leave such rows out with \`where: label != null\` or \`on_error: skip\``);
});

test('a text of nothing but white space is none, and no condition is told to leave it out', async () => {
  const { before, ran } = await loaded({ 'a.csv': 'text,label\na,1\n,2\n"  ",2\n' }, {});
  expect(before.text).toBe(`at text:1:1 needs-text: 2 rows have nothing in the text column \`text\`
hint: leave such rows out with \`on_error: skip\``);
  expect(ran)
    .toBe(`at text:1:1 needs-text: 2 rows have nothing in the text column \`text\` (the first is row 2)
hint: leave such rows out with \`on_error: skip\``);
  const { known } = await both({ 'a.csv': 'text,label\na,1\n"  ",2\n' }, { on_error: 'skip' });
  expect(known).toMatchObject({ rows: undefined });
});

test.each<[text: string | readonly string[], label: string]>([
  ['label', 'label'],
  ['{title} ({topic})', 'topic'],
  ['{topic}', 'topic'],
  [['title', 'topic'], 'topic'],
])('a text %j that holds its label %j is refused', async (text, label) => {
  expect(await refused({ 'a.csv': 'title,topic,label\na,x,1\nb,y,2\n' }, { text, label }))
    .toBe(`at text:1:1 label-in-text: the text is made from \`${label}\`, which is the column of the labels: a model would read the answer
hint: leave \`${label}\` out of the text; if it is no label, leave \`label\` of \`load\` out, or name the column that is one`);
});

test.each(['label', '{title}: {label}'])(
  'a column `label` that the text %j is made from is none unasked',
  async (text) => {
    const { known, data } = await both({ 'a.csv': 'title,label\na,Blue shirt\nb,Red shirt\n' }, { text });
    expect(known).toMatchObject({ rows: 2, labelled: false });
    expect(known).not.toHaveProperty('label_column');
    expect(data).toMatchObject({ labels: [] });
    expect(data).not.toHaveProperty('roles.label');
  },
);

test('options that do not go together are refused', async () => {
  const text = async (files: Files, options: Given): Promise<string> =>
    (await loaded(files, options)).before.text;
  const csv = { 'a.csv': 'text\na\n' };
  expect(await text({ 'a.dat': 'x' }, {})).toMatch(/^at from:1:1 bad-table: the name `a\.dat` does not say/);
  expect(await text(csv, { pattern: '{text}' })).toMatch(/^at pattern:1:1 option-without-effect/);
  expect(await text({ 'a.json': '[{"text": "a"}]' }, { header: false })).toMatch(
    /^at header:1:1 option-without-effect/,
  );
  expect(await text({ 'a.txt': 'a' }, { pattern: '{a}{b}' })).toMatch(
    /^at pattern:1:1 wrong-type: two columns need/,
  );
  expect(await text({ 'a.txt': 'a' }, { pattern: 'x' })).toMatch(
    /^at pattern:1:1 wrong-type: a pattern names at least/,
  );
  expect(await text({ 'a.txt': 'a' }, { pattern: '{a} {a}' })).toMatch(
    /^at pattern:1:1 wrong-type: a pattern names each/,
  );
  expect(await text(csv, { checksum: 'abc' })).toMatch(/^at checksum:1:1 wrong-type: a checksum is a sha256/);
  expect(await text({ ...csv, 'b.csv': 'text\nb\n' }, { checksum: 'a'.repeat(64) })).toMatch(/for one file/);
});

test('a checksum holds, or the run stops', async () => {
  const files = { 'a.csv': 'text\na\n' };
  const right = artifactOf('files', files).digestOf('a.csv');
  expect((await loaded(files, { checksum: `sha256:${right.toUpperCase()}` })).ran).toMatchObject({ rows: 1 });
  expect(await refused(files, { checksum: '0'.repeat(64) })).toBe(
    `at checksum:1:1 bad-checksum: \`a.csv\` has the sha256 ${right}
hint: get the file again, or state this checksum if the file is right`,
  );
});

test('a condition that no row meets is one error, and names the values', async () => {
  const files = { 'a.csv': 'text,n,label\na,1,x\nb,2,y\nc,,x\n' };
  expect(await refused(files, { where: is('==', 'label', 'nope') })).toBe(
    `at where:1:1 empty-data: none of the 3 rows meets the condition
hint: in the data \`label\` has the values \`x\`, \`y\``,
  );
  expect(await refused(files, { where: is('>=', 'n', 3), label_names: [['z', 'Z']] })).toBe(
    `at where:1:1 empty-data: none of the 3 rows meets the condition
hint: in the data \`n\` has the values \`1\`, \`2\``,
  );
  const { before } = await loaded(files, { where: is('==', 'label', 'nope') });
  expect(before.statics['']).toMatchObject({ rows: undefined, labels: undefined, labelled: true });
  const both: Condition = { op: 'and', left: is('==', 'n', 1), right: is('==', 'label', 'y') };
  const { before: unsure, ran } = await loaded(files, { where: both });
  expect(unsure.text).toBe('');
  expect(ran).toBe(`at where:1:1 empty-data: none of the 3 rows meets the condition
hint: in the data \`n\` has the values \`1\`, \`2\`, and \`label\` has the values \`x\`, \`y\``);
});

test('numbers and booleans of the data meet conditions on their text before the run, too', async () => {
  const file = { 'a.jsonl': '{"text": "a", "n": 1, "b": true}\n{"text": "b", "n": 2, "b": false}' };
  for (const condition of [is('==', 'n', '1.0'), is('==', 'b', 'TRUE '), is('==', 'b', true)]) {
    const { before, ran } = await loaded(file, { where: condition });
    expect(before.text).toBe('');
    expect(ran).toMatchObject({ rows: 1 });
  }
});

test('one wrong key of `label_names` is one error, and nothing is known behind it', async () => {
  const { before, ran } = await loaded(
    { 'a.csv': 'text,label\na,pos\nb,neg\n' },
    {
      label_names: [
        ['poss', 'good'],
        ['neg', 'bad'],
      ],
    },
  );
  expect(before.text).toBe(ran);
  expect(before.text.match(/unknown-label/g)).toHaveLength(1);
  expect(before.statics['']).toMatchObject({ rows: undefined, labels: undefined });
});

test('options that name columns of data without a header are one error', async () => {
  const text = await refused(
    { 'a.csv': 'text,label\na,pos\nb,neg\n' },
    { header: false, text: 'text', label: 'label', id: 'id', label_names: [['pos', 'p']] },
  );
  expect(text).toBe(`at text:1:1 unknown-column: the data has no column \`text\`
hint: without a header the columns are called \`1\`, \`2\`; say so (\`text: "1"\`), name them with \`header: ["…", …]\`, or leave out \`header: false\``);
});

test('labels that differ only in case are told', async () => {
  const { notes } = await both({ 'a.csv': 'text,label\nm,Bad\nn,bad\no,good\np,BAD\n' }, {});
  expect(notes).toEqual([
    '3 labels differ from another one only in white space or case, such as `"BAD"` and `"Bad"` and `"bad"`; give them one name with `label_names`',
  ]);
});

test('labels are alike by what makes texts repeated ones', async () => {
  const { notes } = await both({ 'a.csv': 'text,label\nm,Straße\nn,STRASSE\no,x\n' }, {});
  expect(notes).toEqual([expect.stringContaining('such as `"STRASSE"` and `"Straße"`')]);
});

test('labels that look the same, and texts with several labels, are told', async () => {
  const { notes } = await both(
    { 'a.csv': 'text,label\nsame,a\nsame,b\nother,a \nother,a\nthird,b\nthird,b\n' },
    {},
  );
  expect(notes).toEqual([
    '2 labels differ from another one only in white space or case, such as `"a"` and `"a "`; give them one name with `label_names`',
    '2 texts come with different labels, such as `"same"` with `a`, `b`',
  ]);
});

test('bytes are no texts', async () => {
  const bytes = '\ufffdPNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR';
  const rows = [1, 2].map((i) => ({ image: `${bytes}${i}`, label: 'a' }));
  const { ran } = await loaded({ 'a.json': JSON.stringify(rows) }, { text: 'image' });
  expect(ran).toContain('the column `image` holds bytes, and no texts');
  expect(ran).toContain('`image: "image"`');
  const one = [{ text: bytes }, { text: 'fine' }].map((row) => ({ ...row, label: 'a' }));
  expect((await both({ 'a.json': JSON.stringify(one) }, {})).notes).toEqual([]);
});

const shared = join(import.meta.dirname, '../../../../shared/data');
const real: readonly [file: string, options: Given, rows: number, labels: number][] = [
  [
    'ag_news_test/test.csv',
    {
      header: false,
      text: '{2}. {3}',
      label: '1',
      label_names: [
        ['1', 'World'],
        ['2', 'Sports'],
        ['3', 'Business'],
        ['4', 'Sci/Tech'],
      ],
    },
    7600,
    4,
  ],
  ['amazon_counterfactual/data/EN_train.tsv', { text: 'sentence', label: 'is_counterfactual' }, 4018, 2],
  ['amazon_counterfactual/data/JP_train.tsv', { text: 'sentence', label: 'is_counterfactual' }, 5600, 2],
  ['sst/stsa.binary.train', { format: 'text', pattern: '{label} {text}' }, 6920, 2],
  ['sst/stsa.fine.test', { format: 'text', pattern: '{label} {text}' }, 2210, 5],
  ['banking77/train.csv', { label: 'category' }, 10003, 77],
  ['nlupp_multilabel/data/banking/fold0.json', { label: 'intents', where: is('!=', 'intents', null) }, 0, 0],
];

test.skipIf(!existsSync(shared)).each(real)(
  '%s (skipped where the shared data is absent)',
  async (file, options, rows, labels) => {
    const { known, data } = await both({ [file]: readFileSync(join(shared, file)) }, options);
    const got = data as { source: unknown[]; labels: unknown[]; multiLabel: boolean };
    if (file.startsWith('nlupp')) {
      expect(got.multiLabel).toBe(true);
      return;
    }
    expect([got.source.length, got.labels.length]).toEqual([rows, labels]);
    expect(known).toMatchObject({ rows });
    expect((known as { labels: { rows: number }[] }).labels.reduce((sum, label) => sum + label.rows, 0)).toBe(
      rows,
    );
  },
);

test('semicolons between fields: told as such, and read where the program says so', async () => {
  const rows = Array.from({ length: 80 }, (_, i) => `"a; b", c, ${i};${i % 2}`).join('\n');
  const files = { 'a.csv': `text;label\n${rows}\n` };
  const error = `a.csv:1:1 bad-table: the header has semicolons and no comma, so that it reads as one column
| text;label
| ^^^^^^^^^^
hint: say \`delimiter: ";"\` if semicolons part the columns, and \`delimiter: ","\` if there is one column`;
  expect(await refused(files, {})).toBe(error);
  expect(await refused({ 'a.csv': 'x;y\n1;2\n' }, { header: ['text', 'label'] })).toContain(
    'the row has semicolons: say `delimiter: ";"` if they part the columns',
  );
  const simple = { 'a.csv': 'text;label\n"a; b";x\nc, d;y\n' };
  expect(await both(simple, { delimiter: ';' })).toMatchObject({
    known: { rows: 2 },
    data: { columns: { text: ['a; b', 'c, d'], label: ['x', 'y'] } },
  });
  expect(await both({ 'a.csv': 'text;more\na\n' }, { delimiter: ',', text: 'text;more' })).toMatchObject({
    data: { columns: { 'text;more': ['a'] } },
  });
  const before = async (delimiter: string, name = 'a.csv'): Promise<string> =>
    (await loaded({ [name]: 'text\na\n' }, { delimiter })).before.text;
  expect(await before(';;')).toContain('at delimiter:1:1 wrong-type: a delimiter is one character');
  expect(await before(';', 'a.txt')).toContain('at delimiter:1:1 option-without-effect');
});

const premises = 'premise,hypothesis,relation\nIt rains.,It is wet.,yes\nIt rains.,It is dry.,no\n';

test('two columns make pairs of texts', async () => {
  const { known, data } = await both(
    { 'a.csv': premises },
    { text: ['premise', 'hypothesis'], label: 'relation' },
  );
  expect(known).toMatchObject({ columns: ['premise', 'hypothesis', 'relation'], rows: 2, pairs: true });
  expect(data).toMatchObject({
    columns: { premise: ['It rains.', 'It rains.'], hypothesis: ['It is wet.', 'It is dry.'] },
    roles: { text: 'premise', second: 'hypothesis', label: 'relation' },
  });
});

test('either text of a pair may be a template', async () => {
  const { known, data } = await both(
    { 'a.csv': premises },
    { text: ['It is said: {premise}', 'So: {hypothesis}'], label: 'relation' },
  );
  expect(known).toMatchObject({ columns: ['premise', 'hypothesis', 'relation', 'text', 'text_2'] });
  expect(data).toMatchObject({
    columns: { text: ['It is said: It rains.', 'It is said: It rains.'], text_2: ['So: It is wet.', 'So: It is dry.'] }, // prettier-ignore
    roles: { text: 'text', second: 'text_2' },
  });
});

test('a pair has two texts, both of them there, and one label', async () => {
  const text = ['premise', 'hypothesis'];
  expect(await refused({ 'a.csv': premises }, { text: ['premise', 'hypotesis'], label: 'relation' }))
    .toMatchInlineSnapshot(`
    "at text:1:1 unknown-column: the data has no column \`hypotesis\`
    hint: did you mean \`hypothesis\`? The columns are \`premise\`, \`hypothesis\`, \`relation\`"
  `);
  expect(await refused({ 'a.csv': premises }, { text: ['premise', 'premise'], label: 'relation' }))
    .toMatchInlineSnapshot(`
    "at text:1:1 wrong-type: both texts of a pair are the column \`premise\`
    hint: name two columns, or give the one without a list"
  `);
  expect(
    await refused({ 'a.csv': premises }, { text: ['So: {premise}', 'So: {premise}'], label: 'relation' }),
  ).toContain('both texts of a pair are the template `So: {premise}`');
  const lists = [
    { premise: 'a', hypothesis: 'b', relation: ['x', 'y'] },
    { premise: 'c', hypothesis: 'd', relation: ['x'] },
  ];
  expect(await refused({ 'a.json': JSON.stringify(lists) }, { text, label: 'relation' }))
    .toMatchInlineSnapshot(`
    "at text:1:1 not-supported: these rows are pairs of texts and have lists of labels, and pairs have one label each
    hint: leave out one of the two texts, or give each row one label"
  `);
  const gaps = `${premises},It is late.,no\nIt snows.,,yes\n`;
  const { before, ran } = await loaded({ 'a.csv': gaps }, { text, label: 'relation' });
  expect(before.text).toMatchInlineSnapshot(`
    "at text:1:1 needs-text: 1 row has nothing in the text column \`premise\`
    hint: leave such rows out with \`where: premise != null\` or \`on_error: skip\`
    at text:1:1 needs-text: 1 row has nothing in the text column \`hypothesis\`
    hint: leave such rows out with \`where: hypothesis != null\` or \`on_error: skip\`"
  `);
  expect(ran).toMatchInlineSnapshot(`
    "at text:1:1 needs-text: 1 row has nothing in the text column \`premise\` (row 3)
    hint: leave such rows out with \`where: premise != null\` or \`on_error: skip\`
    at text:1:1 needs-text: 1 row has nothing in the text column \`hypothesis\` (row 4)
    hint: leave such rows out with \`where: hypothesis != null\` or \`on_error: skip\`"
  `);
  const skipped = await both({ 'a.csv': gaps }, { text, label: 'relation', on_error: 'skip' });
  expect(skipped.data).toMatchObject({ source: [0, 1] });
});

test('of two pairs with one text in common neither repeats the other', async () => {
  const twice = 'a,b,label\nsame,one,x\nsame,two,y\nsame,two,x\n';
  expect((await both({ 'a.csv': twice }, { text: ['a', 'b'] })).notes).toEqual([
    '1 text comes with different labels, such as `"same | two"` with `x`, `y`',
  ]);
});
