import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { jsonErrorAt } from '../../../src/stages/tables/json-error.ts';
import { readTable, readTextTable, type Manner } from '../../../src/stages/tables/read-table.ts';
import { problemOf, type Reading } from '../../../src/stages/tables/table.ts';
import { show } from './show.ts';

function read(name: string, contents: string | Uint8Array, manner: Partial<Manner> = {}): Reading {
  const bytes = new Uint8Array(Buffer.from(contents));
  return readTextTable([{ name, bytes }], { format: 'auto', header: true, pattern: undefined, ...manner });
}

/** The rows as `a|b`, or what is wrong. */
function outcome(reading: Reading): string {
  if (reading.state === 'unreadable') return show(reading.problem);
  const { table, broken } = reading;
  const columns = [...table.columns];
  const row = (i: number): string => columns.map(([, values]) => JSON.stringify(values[i])).join(' ');
  const lines = [
    columns.map(([name]) => name).join(' '),
    ...Array.from({ length: table.rows }, (_, i) => row(i)),
  ];
  const problem = problemOf(broken);
  return [...lines, ...(problem ? [`${broken.before.length} broken`, show(problem)] : [])].join('\n');
}

test.each<[what: string, reading: () => Reading, expected: string]>([
  ['csv', () => read('a.csv', 'text,label\na,1\nb,2\n'), 'text label\n"a" "1"\n"b" "2"'],
  [
    'byte order mark, CRLF, blank lines, quoted line ends',
    () => read('a.csv', '\ufefftext,label\r\n"a\r\nb",1\r\n\r\n"say ""hi""",2'),
    'text label\n"a\\r\\nb" "1"\n"say \\"hi\\"" "2"',
  ],
  [
    'tsv with quoted and with bare quotes',
    () => read('a.tsv', 'text\tlabel\nsay "hi"\t1\n"good" film\t2\n"a\tb"\t3\n"""hi""\nyou"\t4\n'),
    'text label\n"say \\"hi\\"" "1"\n"\\"good\\" film" "2"\n"a\\tb" "3"\n"\\"hi\\"\\nyou" "4"',
  ],
  ['no header', () => read('a.csv', 'a,1\nb,2\n', { header: false }), '1 2\n"a" "1"\n"b" "2"'],
  ['given names', () => read('a.csv', 'a,1\n', { header: ['text', 'label'] }), 'text label\n"a" "1"'],
  ['a header cell without a name', () => read('a.csv', ', text\n0,a\n'), '1 text\n"0" "a"'],
  ['header only', () => read('a.csv', 'text,label\n'), 'text label'],
  [
    'json: missing keys, nested values, lists',
    () => read('a.json', '[{"text":"a","n":1},{"text":"b","o":{"k":[1]},"l":["p",{"q":1}]}]'),
    'text n o l\n"a" 1 null null\n"b" null "{\\"k\\":[1]}" ["p","{\\"q\\":1}"]',
  ],
  ['jsonl', () => read('a.ndjson', '{"text":"a"}\r\n\n{"text":"b"}'), 'text\n"a"\n"b"'],
  ['yaml', () => read('a.yml', '- text: a\n  n: 1\n- {text: "b"}\n'), 'text n\n"a" 1\n"b" null'],
  ['text', () => read('a.txt', 'one\r\n\ntwo\r\n'), 'text\n"one"\n"two"'],
  [
    'text with a pattern',
    () => read('a.all', '1 {so} good \n0 bad\n', { format: 'text', pattern: '{label} {text}' }),
    'label text\n"1" "{so} good "\n"0" "bad"',
  ],
  [
    'a pattern with braces and a tab',
    () => read('a.txt', '{x}\ta b|c', { pattern: '{{{label}}}\t{text}|{rest}' }),
    'label text rest\n"x" "a b" "c"',
  ],
])('reads %s', (_, reading, expected) => {
  expect(outcome(reading())).toBe(expected);
});

test.each<[what: string, reading: () => Reading, expected: string]>([
  [
    'ragged rows',
    () => read('a.csv', 'text,label\n"a\nb",1\nc,2,3\nd\ne,5\n'),
    `text label
"a\\nb" "1"
"e" "5"
2 broken
a.csv:4:5 bad-table: a row has 3 fields where the header has 2 columns
| c,2,3
|     ^
note 5: a row has 1 field where the header has 2 columns
hint: put quotes around a field that contains a comma, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'more broken rows than are shown',
    () => read('a.tsv', 'a\n' + 'b\tc\n'.repeat(9), { header: ['a'] }),
    `a
"a"
9 broken
a.tsv:2:3 bad-table: a row has 2 fields where \`header\` names 1 column
| b\tc
|   ^
note 3: a row has 2 fields where \`header\` names 1 column
note 4: a row has 2 fields where \`header\` names 1 column
note 5: a row has 2 fields where \`header\` names 1 column
hint: put quotes around a field that contains a tab, or leave broken rows out with \`on_error: skip\` (5 more rows are broken)`,
  ],
  [
    'a quote that swallows the row below',
    () => read('a.csv', 'text,label\n"b,1\nc",2,3\nd,3\n'),
    `text label
"d" "3"
1 broken
a.csv:3:6 bad-table: a row has 3 fields where the header has 2 columns
| c",2,3
|      ^
hint: a quote that opens in this row closes 1 line further down; double the quotes that belong to a text, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'a quote that swallows the row below and leaves the right number of fields',
    () => read('a.csv', 'text,label\na,1\n"b,2\nd"e",3\nf,4\n'),
    `text label
"a" "1"
"f" "4"
1 broken
a.csv:3:1 bad-table: a quote that opens here has text behind the place where it closes
| "b,2
| ^^^^
hint: double the quotes that belong to the text: \`""\`, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'a quote that is never closed',
    () => read('a.csv', 'text,label\n"a",1\n"b ""x"", c",2\nc,"d\nd,3\n'),
    `a.csv:4:3 bad-table: a quote that opens here is never closed
| c,"d
|   ^
hint: close the quote, or double it where it belongs to the text: \`""\``,
  ],
  [
    'a name twice in the header',
    () => read('a.csv', 'id,"text",text\n1,a,b\n'),
    `a.csv:1:11 bad-table: the header names the column \`text\` twice
| id,"text",text
|           ^^^^
hint: rename one of them, or name the columns with \`header: ["…", …]\``,
  ],
  [
    'Latin-1',
    () => read('a.csv', Buffer.from('text,label\n1,naïve café\n', 'latin1')),
    `a.csv:2:5 not-utf8: \`a.csv\` is not UTF-8: byte 0xef at offset 15
| 1,na\ufffdve caf\ufffd
|     ^
hint: save it as UTF-8, for example with \`iconv -f latin1 -t utf-8\``,
  ],
  [
    'a sequence cut off behind a byte order mark',
    () => read('a.txt', Buffer.concat([Buffer.from('\ufeffé'), Buffer.of(0xe2, 0x82)])),
    `a.txt:1:2 not-utf8: \`a.txt\` is not UTF-8: byte 0xe2 at offset 5
| é\ufffd
|  ^
hint: save it as UTF-8, for example with \`iconv -f latin1 -t utf-8\``,
  ],
  [
    'UTF-16',
    () => read('a.csv', Buffer.from('\ufefftext\n', 'utf16le')),
    `a.csv:1:1 not-utf8: \`a.csv\` is UTF-16, not UTF-8
hint: save it as UTF-8, for example with \`iconv -f utf-16 -t utf-8\``,
  ],
  [
    'a NUL',
    () => read('a.jsonl', '{"text":"a"}\n\0'),
    `a.jsonl:2:1 bad-table: \`a.jsonl\` contains a NUL character, so it is not a text file
| \0
| ^
hint: check that \`from\` and \`format\` fit each other, and that the file was saved as UTF-8 text`,
  ],
  [
    'nothing',
    () => read('a.json', ' \n'),
    `a.json:1:1 empty-data: \`a.json\` is empty
|  ${''}
| ^
hint: check that it is the right file`,
  ],
  [
    'an object in json',
    () => read('a.json', '\n{"data": []}'),
    `a.json:2:1 bad-table: \`a.json\` holds an object, not a list of objects
| {"data": []}
| ^
hint: write the rows as \`[{"text": "…", "label": "…"}, …]\``,
  ],
  [
    'json with a mistake',
    () => read('a.json', '[{"text": "a"},\n {"text": b}]'),
    `a.json:2:11 bad-table: this is not JSON
|  {"text": b}]
|           ^
hint: mend the JSON at this place`,
  ],
  [
    'json that was cut off',
    () => read('a.json', '[{"text": "a"},\n'),
    `a.json:2:1 bad-table: the JSON ends too early
hint: mend the JSON at this place`,
  ],
  [
    'one object a line in json',
    () => read('a.json', '{"text": "a"}\n{"text": "b"}\n'),
    `a.json:2:1 bad-table: this is not JSON
| {"text": "b"}
| ^
hint: the file holds one object a line: read it with \`format: jsonl\``,
  ],
  [
    'rows of json that are no objects',
    () => read('a.json', '[{"text": "a"}, 3]'),
    `text
"a"
1 broken
a.json:1:1 bad-table: element 2 of the list is a number, not an object
| [{"text": "a"}, 3]
| ^
hint: write each row as \`{"text": "…", "label": "…"}\`, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'lines of jsonl that are no objects',
    () => read('a.jsonl', '{"text": "a"}\n{"text": }\n"b"\n'),
    `text
"a"
2 broken
a.jsonl:2:10 bad-table: this is not JSON
| {"text": }
|          ^
note 3: the line holds a string, not an object
hint: mend the JSON at this place, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'yaml with a mistake',
    () => read('a.yaml', '- text: a\n  text: b\n'),
    `a.yaml:2:3 bad-table: this is not YAML: map keys must be unique
|   text: b
|   ^
hint: write the rows as a list of maps: \`- text: "…"\`, and below it \`  label: "…"\``,
  ],
  [
    'yaml that ends too early',
    () => read('a.yaml', '- text: a\n- text: "b\n  label: c\n'),
    `a.yaml:3:10 bad-table: this is not YAML: missing closing "quote
|   label: c
|          ^
hint: write the rows as a list of maps: \`- text: "…"\`, and below it \`  label: "…"\``,
  ],
  [
    'yaml that is no list, or has other things in it',
    () => read('a.yaml', 'text: a\n'),
    `a.yaml:1:1 bad-table: \`a.yaml\` holds an object, not a list of maps
| text: a
| ^
hint: write the rows as a list of maps: \`- text: "…"\`, and below it \`  label: "…"\``,
  ],
  [
    'rows of yaml that are no maps',
    () => read('a.yaml', '- text: a\n- b\n'),
    `text
"a"
1 broken
a.yaml:2:3 bad-table: element 2 of the list is a string, not a map
| - b
|   ^
hint: write each row as a map: \`- text: "…"\`, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'lines that do not fit',
    () => read('a.txt', '1 good\nworse\n', { pattern: '{label} {text}' }),
    `label text
"1" "good"
1 broken
a.txt:2:1 bad-table: the line does not fit the pattern \`{label} {text}\`
| worse
| ^^^^^
hint: mend the line, or leave broken rows out with \`on_error: skip\``,
  ],
  [
    'an extension that says nothing',
    () => read('stsa.binary.train', '1 good\n'),
    `stsa.binary.train:1:1 bad-table: the name \`stsa.binary.train\` does not say what format the file has
hint: give it: \`format: csv\`, or \`tsv\`, \`json\`, \`jsonl\`, \`yaml\`, \`parquet\`, \`text\`, \`images\`, \`idx\``,
  ],
  [
    'a spreadsheet',
    () => read('Tickets 2024.XLSX', 'PK'),
    `Tickets 2024.XLSX:1:1 bad-table: \`Tickets 2024.XLSX\` is a spreadsheet, which FSL does not read
hint: save the sheet as CSV (UTF-8) with the program that made it, and name that file`,
  ],
])('says what is wrong: %s', (_, reading, expected) => {
  expect(outcome(reading())).toBe(expected);
});

test('several files are one table; what they lack is null, but headers must agree', () => {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
  const manner: Manner = { format: 'auto', header: true, pattern: undefined };
  const files = [
    { name: 'a.csv', bytes: bytes('text,label\na,1\n') },
    { name: 'b.csv', bytes: bytes('label,text\n2,b\n') },
    { name: 'c.jsonl', bytes: bytes('{"text": "c", "tags": ["x", "y"]}') },
  ];
  expect(outcome(readTextTable(files, manner))).toBe(
    'text label tags\n"a" "1" null\n"b" "2" null\n"c" null ["x","y"]',
  );
  files.push({ name: 'd.csv', bytes: bytes('text,stars\nd,4\n') });
  expect(outcome(readTextTable(files, manner))).toBe(
    `d.csv:1:1 bad-table: \`d.csv\` has the columns \`text\`, \`stars\`, but \`a.csv\` has \`text\`, \`label\`
hint: load files of different columns by stages of their own`,
  );
});

test('Parquet files, whole and damaged', async () => {
  const columnData = [
    { name: 'text', data: ['a', null], type: 'STRING' as const },
    { name: 'n', data: [1n, 2n], type: 'INT64' as const },
    { name: 'day', data: [new Date(0), new Date(1)], type: 'TIMESTAMP' as const },
  ];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
  const manner: Manner = { format: 'auto', header: true, pattern: undefined };
  expect(outcome(await readTable([{ name: 'a.parquet', bytes }], manner))).toBe(
    'text n day\n"a" 1 "1970-01-01T00:00:00.000Z"\nnull 2 "1970-01-01T00:00:00.001Z"',
  );
  const inside = bytes.slice();
  inside.fill(0xff, bytes.length - 40, bytes.length - 8);
  const damaged = await readTable([{ name: 'a.parquet', bytes: inside }], manner);
  expect(outcome(damaged)).toMatch(/^a\.parquet:1:1 bad-table: `a\.parquet` cannot be read as Parquet: /);
  const cut = await readTable([{ name: 'a.parquet', bytes: bytes.subarray(0, 40) }], manner);
  expect(outcome(cut)).toContain('a.parquet:1:1 bad-table: `a.parquet` is a Parquet file that is cut off');
});

test('the place of a mistake in JSON agrees with the engine on what JSON is', () => {
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', '"', '\\', ',', '}', ']', ':', '-', '0', 'x', ' ', '\n'),
    )
    .map(([json, at, character]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + character + json.slice(place + 1);
    });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.json()), (text) => {
      const at = jsonErrorAt(text);
      if (at === -1) expect(() => JSON.parse(text) as unknown).not.toThrow();
      else expect(() => JSON.parse(text) as unknown).toThrow();
      expect(at).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});
