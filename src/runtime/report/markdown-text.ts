// The small Markdown of `explain` for a terminal: headings bold, code coloured, fences indented. Nothing else is interpreted.
import type { Paint } from './paint.ts';

export function markdownText(markdown: string, paint: Paint): string {
  let fenced = false;
  const lines = markdown.split('\n').flatMap((line): readonly string[] => {
    if (line.startsWith('```')) {
      fenced = !fenced;
      return [];
    }
    if (fenced) return [paint.dim(`    ${line}`).trimEnd()];
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading !== undefined) return [paint.bold(heading)];
    return [
      line.replace(/`([^`]+)`/g, (whole, code: string) =>
        paint.cyan(code) === code ? whole : paint.cyan(code),
      ),
    ];
  });
  return lines.join('\n');
}
