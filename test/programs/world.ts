// The data files that generated programs read: a few dozen made-up messages in every format that is a text. Texts differ within
// and between groups of files, so that parts of different groups share no row.
import { createHash } from 'node:crypto';
import type { SurroundingEdit } from './surroundings.ts';

export interface Row {
  readonly number: number;
  readonly subject: string;
  readonly body: string;
  readonly team: string;
  readonly stars: number;
  /** Two rows each, of one team. */
  readonly author: string;
}

export interface Group {
  readonly name: string;
  /** `pool`: to split and learn from; `held`: to measure on as a whole; `inbox`: without labels. */
  readonly role: 'pool' | 'held' | 'inbox';
  readonly rows: readonly Row[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Globs and folders that mean the same files. */
  readonly patterns: readonly string[];
  /** `columns`: the fields of a row as columns. `lines`: a label, a space, a text. */
  readonly shape: 'columns' | 'lines';
  readonly format: 'csv' | 'tsv' | 'jsonl' | 'json' | 'yaml' | 'text';
  /** Names that the program has to give to the columns, where the file has none. */
  readonly header: readonly string[] | undefined;
  readonly delimiter: string | undefined;
}

export const teams = ['billing', 'delivery', 'returns'] as const;
export const fields = ['number', 'subject', 'body', 'team', 'stars', 'author'] as const;

const things = ['invoice', 'parcel', 'refund', 'voucher', 'account', 'order', 'card'];
const verbs = ['lost', 'late', 'wrong', 'broken', 'missing', 'double', 'open'];
const own = {
  billing: 'the payment was charged',
  delivery: 'the courier never came',
  returns: 'I want to send it back',
};

/** What was edited since: only the bodies of some rows, or only white space behind the data. */
export interface DataEdit {
  readonly group: string;
  readonly what: 'body' | 'newline';
  readonly row: number;
  readonly times: number;
}

export type Edit = DataEdit | SurroundingEdit;

export function worldOf(edits: readonly Edit[] = []): readonly Group[] {
  const groups = [
    csvGroup('messages', 'pool', 12),
    csvGroup('letters', 'pool', 10, ';'),
    notes(),
    lines(),
    { ...csvGroup('held', 'held', 4), ...tsv('held', 4) },
    inbox(),
  ];
  return groups.map((group) =>
    edits
      .filter((edit): edit is DataEdit => 'group' in edit && edit.group === group.name)
      .reduce((edited, edit) => editOf(edited, edit), group),
  );
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function rowsOf(name: string, perTeam: number): readonly Row[] {
  return Array.from({ length: perTeam * teams.length }, (_, i): Row => {
    const team = teams[i % teams.length] ?? 'billing';
    const nth = Math.floor(i / teams.length);
    const thing = things[(i * 3 + name.length) % things.length] ?? '';
    return {
      number: i + 1,
      subject: `${verbs[i % verbs.length]} ${thing}`,
      body: `${name} ${i}: ${own[team]}, my ${thing} is ${verbs[(i * 2) % verbs.length]} since day ${i * 7}`,
      team,
      stars: (i % 5) + 1,
      author: `${team}-${Math.floor(nth / 2)}`,
    };
  });
}

function delimited(rows: readonly Row[], delimiter: string, header: boolean): string {
  const cells = (row: readonly (string | number)[]): string => row.map((cell) => `"${cell}"`).join(delimiter);
  const records = rows.map((row) => cells(fields.map((field) => row[field])));
  return `${[...(header ? [cells(fields)] : []), ...records].join('\n')}\n`;
}

function csvGroup(name: string, role: Group['role'], perTeam: number, delimiter?: string): Group {
  const rows = rowsOf(name, perTeam);
  const bare = delimiter !== undefined;
  return {
    name,
    role,
    rows,
    files: [{ path: `data/${name}.csv`, text: delimited(rows, delimiter ?? ',', !bare) }],
    patterns: [`data/${name}.*`],
    shape: 'columns',
    format: 'csv',
    header: bare ? fields : undefined,
    delimiter,
  };
}

function tsv(name: string, perTeam: number): Pick<Group, 'files' | 'format' | 'patterns'> {
  const text = delimited(rowsOf(name, perTeam), '\t', true);
  return { files: [{ path: `data/${name}.tsv`, text }], format: 'tsv', patterns: [`data/${name}.tsv`] };
}

/** In two files, one after the other. */
function notes(): Group {
  const rows = rowsOf('notes', 9);
  const text = (part: readonly Row[]): string => part.map((row) => `${JSON.stringify(row)}\n`).join('');
  return {
    ...csvGroup('notes', 'pool', 9),
    rows,
    files: [
      { path: 'data/notes-1.jsonl', text: text(rows.slice(0, 15)) },
      { path: 'data/notes-2.jsonl', text: text(rows.slice(15)) },
    ],
    patterns: ['data/notes-*.jsonl'],
    format: 'jsonl',
  };
}

function lines(): Group {
  const rows = rowsOf('lines', 8);
  const text = rows.map(({ team, body }) => `${team} ${body}\n`).join('');
  return {
    ...csvGroup('lines', 'pool', 8),
    files: [{ path: 'data/lines.txt', text }],
    patterns: ['data/*.txt'],
    shape: 'lines',
    format: 'text',
  };
}

function inbox(): Group {
  const rows = rowsOf('inbox', 2);
  const texts = rows.map(({ number, subject, body }) => ({ number, subject, body }));
  return {
    ...csvGroup('inbox', 'inbox', 2),
    rows,
    files: [{ path: 'data/inbox.json', text: JSON.stringify(texts) }],
    patterns: ['data/inbox.json'],
    format: 'json',
  };
}

function editOf(group: Group, { what, row, times }: DataEdit): Group {
  const files = group.files.map((file, i) => {
    if (i > 0) return file;
    const at = row % group.rows.length;
    switch (what) {
      case 'newline':
        return { ...file, text: file.text.replace(/\n*$/, times % 2 === 0 ? '\n' : '') };
      case 'body':
        return {
          ...file,
          text: file.text.replace(`${group.name} ${at}:`, `${group.name} ${at} again${times}:`),
        };
      default:
        return what satisfies never;
    }
  });
  return { ...group, files };
}
