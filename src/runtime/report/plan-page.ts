// A graph, with or without a plan, as one HTML file: the picture, and below it the same in words. Pure.
import { escapeXml } from './escape.ts';
import { htmlPage } from './page.ts';

export interface PlanPage {
  /** Path of the program. */
  readonly program: string;
  /** As `planSvg` gives it. */
  readonly picture: string;
  /** As `planText` or `graphText` gives it, without colours. */
  readonly text: string;
}

export function planPage({ program, picture, text }: PlanPage): string {
  return htmlPage({
    title: program,
    style: ':root { color-scheme: light dark; }\n.picture { overflow-x: auto; }',
    body: `<div class="picture">\n${picture.trim()}\n</div>\n<pre>${escapeXml(text.trim())}</pre>`,
  });
}
