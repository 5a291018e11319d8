// The relative links of a Markdown page that lead nowhere: files that are not there, headings that their page does not have.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `path` is absolute. Links to other sites are not looked at. */
export function brokenLinks(path: string): readonly string[] {
  const text = withoutCode(readFileSync(path, 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', heading] = target.split('#');
  const path = file === '' ? from : join(dirname(from), decodeURIComponent(file));
  if (!existsSync(path)) return false;
  return heading === undefined || !path.endsWith('.md') || headings(readFileSync(path, 'utf8')).has(heading);
}

/** As GitHub names them: lower case, blanks as `-`, without other signs; the second of a name ends in `-1`. */
function headings(markdown: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, title = ''] of markdown.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ +(.*)$/gm)) {
    const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = plain.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
    let numbered = name;
    for (let i = 1; found.has(numbered); i += 1) numbered = `${name}-${i}`;
    found.add(numbered);
  }
  return found;
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^(`{3,}).*?^\1$/gms, '').replaceAll(/`[^`\n]*`/g, '`code`');
}
