// One HTML file that needs nothing beside it. Knows nothing of what is on it. Pure.
import { escapeXml } from './escape.ts';

export interface Page {
  /** Plain text. */
  readonly title: string;
  /** CSS, behind what all pages have. */
  readonly style: string;
  /** HTML below the title. */
  readonly body: string;
}

export function htmlPage({ title: text, style, body }: Page): string {
  const title = escapeXml(text);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
pre { overflow-x: auto; line-height: 1.35; }
${style}
</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}
