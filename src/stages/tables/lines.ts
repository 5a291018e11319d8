// Text files with one row a line: the whole line as the column `text`, or cut by a pattern such as `{label} {text}`.
import { linePattern } from './pattern.ts';
import { brokenRows, type Reading } from './table.ts';
import { decodeRows, excerpt, type DataFile } from './text-file.ts';

export function readLines(data: DataFile, pattern: string | undefined): Reading {
  const decoded = decodeRows(data);
  if (decoded.state === 'unreadable') return decoded;
  const { file } = decoded;
  const cut = linePattern(pattern ?? '{text}');
  if (cut.state === 'wrong')
    return {
      state: 'unreadable',
      problem: { code: 'bad-table', message: cut.message, span: excerpt(file, 0, 0) },
    };
  const columns = cut.columns.map((): string[] => []);
  const broken = brokenRows();
  let start = 0;
  for (const raw of file.text.split('\n')) {
    const from = start;
    start += raw.length + 1;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '') continue;
    const match = cut.expression.exec(line);
    if (match === null)
      broken.add(columns[0]?.length ?? 0, () => ({
        code: 'bad-table',
        message: `the line does not fit the pattern \`${pattern}\``,
        span: excerpt(file, from, from + line.length),
        hint: 'mend the line',
      }));
    else columns.forEach((column, i) => column.push(match[i + 1] ?? ''));
  }
  const table = {
    rows: columns[0]?.length ?? 0,
    columns: new Map(cut.columns.map((name, i) => [name, columns[i] ?? []])),
  };
  return { state: 'read', table, broken: broken.rows };
}
