// Where a comment behind code stands: two spaces behind it, or in the column that it shared with the comments around it, or
// that it had for itself.
import { displayWidth } from './display-width.ts';
import type { PlacedComment } from './weave.ts';

export interface Line {
  code: string;
  comment?: PlacedComment;
}

const apart = 2;

export function commentColumns(lines: readonly Line[]): readonly string[] {
  const columns = new Map<Line, number>();
  let run: Line[] = [];
  let shared: number | undefined;
  const settle = (): void => {
    const least = run.map(({ code }) => displayWidth(code) + apart);
    const column = least.reduce((a, b) => Math.max(a, b), shared ?? 0);
    const kept = shared !== undefined && (run.length > 1 || isApart(run[0]));
    run.forEach((line, i) => columns.set(line, kept ? column : (least[i] ?? 0)));
    run = [];
  };
  for (const line of lines) {
    if (line.comment === undefined) continue;
    const written = writtenColumn(line.code, line.comment);
    if (written !== shared) settle();
    shared = written;
    run.push(line);
  }
  settle();
  return lines.map((line) => {
    if (line.comment === undefined) return line.code;
    const width = (columns.get(line) ?? 0) - displayWidth(line.code);
    return line.code + ' '.repeat(width) + line.comment.text;
  });
}

/** Where a comment stood, if the code before it is still the same. */
function writtenColumn(code: string, { before }: PlacedComment): number | undefined {
  return bare(code) === bare(before) && !before.includes('\t') ? displayWidth(before) : undefined;
}

/** The comment stood further from its code than it has to. */
function isApart(line: Line | undefined): boolean {
  return line?.comment !== undefined && line.comment.before.endsWith(' '.repeat(apart + 1));
}

function bare(code: string): string {
  return code.replace(/[\s,]/g, '');
}
