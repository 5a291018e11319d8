// The canonical layout of a program: the same tree, the same comments, other white space.
import { fileDoc } from './declaration-doc.ts';
import type { Diagnostic } from './diagnostic.ts';
import { layout } from './layout.ts';
import { createLex } from './lex.ts';
import { parse } from './parse.ts';
import { render } from './render.ts';
import { sameTree } from './same-tree.ts';
import type { Source } from './source.ts';
import { asWritten } from './spelling.ts';
import { weave } from './weave.ts';

export type Formatted =
  | { readonly state: 'formatted'; readonly text: string }
  /** Text with mistakes has no layout. */
  | { readonly state: 'broken'; readonly diagnostics: readonly Diagnostic[] };

/** Throws where the result would be another program, which is a mistake of ours. */
export function format(source: Source): Formatted {
  const { file, diagnostics } = parse(source);
  if (diagnostics.length > 0) return { state: 'broken', diagnostics };
  const lexed = createLex()(source);
  const tokens = layout(lexed.tokens, 'file').tokens.filter(({ image }) => image !== '');
  const doc = fileDoc(file, asWritten(source.text, tokens));
  const lines = render(doc, weave(doc, source.text, { tokens, comments: lexed.comments }));
  const text = lines.replace(/(?<!\r)\r?\n/g, isCarriage(source.text) ? '\r\n' : '\n');
  const again = parse({ path: source.path, text });
  if (again.diagnostics.length > 0 || !sameTree(file, again.file))
    throw new Error(`formatting ${source.path} would change what it says`);
  return { state: 'formatted', text };
}

/** Line ends are those of the first line. */
function isCarriage(text: string): boolean {
  return /^[^\n]*\r\n/.test(text);
}
