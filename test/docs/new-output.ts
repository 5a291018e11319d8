// What a page is to show in the place of what it shows now, from what was printed. Lines `…` stay where they are: each run of lines
// between two of them is shown as many lines long as before, where it is most like what it was. Runs nothing.
import { covered } from './same-output.ts';

const gap = '…';

export function newOutput(shown: string, printed: string): string {
  const lines = printed.trimEnd().split('\n');
  const parts = partsOf(shown.split('\n'));
  let from = 0;
  const taken = parts.map((old, i) => {
    if (parts.length === 1) return lines;
    const last = lines.length - old.length;
    const at = i === 0 ? 0 : i === parts.length - 1 ? Math.max(from, last) : mostAlike(old, lines, from);
    from = at + old.length;
    return lines.slice(at, from);
  });
  const now = taken.map((part, i) => part.map((line, k) => kept(line, parts[i]?.[k])));
  return now.flatMap((part, i) => (i === 0 ? part : [gap, ...part])).join('\n');
}

/** The runs of lines between the gaps; the first or the last is empty where the output begins or ends with a gap. */
function partsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line === gap) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

/** Where the run of lines begins that shares most with `old`; the first of equals. */
function mostAlike(old: readonly string[], lines: readonly string[], from: number): number {
  const score = (at: number): number =>
    old.reduce((sum, line, k) => sum + alike(line, lines[at + k] ?? ''), 0);
  let best = from;
  for (let at = from; at + old.length <= lines.length; at += 1) if (score(at) > score(best)) best = at;
  return best;
}

/** The share of the words of a line that the other has too. */
function alike(a: string, b: string): number {
  const [words, others] = [a.split(/\s+/), new Set(b.split(/\s+/))];
  return words.filter((word) => others.has(word)).length / words.length;
}

/** Of a line in which nothing but times and sizes differs, the old one. */
function kept(line: string, old: string | undefined): string {
  return old !== undefined && covered(old) === covered(line) ? old : line.trimEnd();
}
