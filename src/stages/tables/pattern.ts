// `{label} {text}`: strings with the names of columns in braces. `{{` and `}}` are literal braces.

export type TemplatePart = string | { readonly column: string };

export type Template =
  | { readonly state: 'read'; readonly parts: readonly TemplatePart[] }
  | { readonly state: 'wrong'; readonly message: string };

export function parseTemplate(template: string): Template {
  const parts: TemplatePart[] = [];
  let literal = '';
  for (let at = 0; at < template.length; at++) {
    const character = template[at];
    if (character !== '{' && character !== '}') literal += character;
    else if (template[at + 1] === character) {
      literal += character;
      at += 1;
    } else if (character === '}')
      return { state: 'wrong', message: 'a `}` without its `{`; write `}}` for the character itself' };
    else {
      const end = template.indexOf('}', at);
      if (end === -1)
        return { state: 'wrong', message: 'a `{` without its `}`; write `{{` for the character itself' };
      const column = template.slice(at + 1, end).trim();
      if (column === '') return { state: 'wrong', message: '`{}` names no column' };
      if (literal !== '') parts.push(literal);
      parts.push({ column });
      literal = '';
      at = end;
    }
  }
  if (literal !== '') parts.push(literal);
  return { state: 'read', parts };
}

/** The columns that a template names, each once. */
export function templateColumns(parts: readonly TemplatePart[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.column])))];
}

export type LinePattern =
  | { readonly state: 'read'; readonly columns: readonly string[]; readonly expression: RegExp }
  | { readonly state: 'wrong'; readonly message: string };

/** How a line is cut: each column takes as little as it can, the last one the rest. */
export function linePattern(pattern: string): LinePattern {
  const template = parseTemplate(pattern);
  if (template.state === 'wrong') return template;
  const { parts } = template;
  const columns = templateColumns(parts);
  const wrong = (message: string): LinePattern => ({ state: 'wrong', message });
  if (columns.length === 0) return wrong('a pattern names at least one column: `{text}`');
  if (columns.length < parts.filter((part) => typeof part !== 'string').length)
    return wrong('a pattern names each column once');
  if (parts.some((part, i) => typeof part !== 'string' && typeof (parts[i + 1] ?? '') !== 'string'))
    return wrong('two columns need something between them: `{label} {text}`');
  const last = columns.at(-1);
  const pieces = parts.map((part) =>
    typeof part === 'string'
      ? part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      : part.column === last
        ? '(.*)'
        : '(.*?)',
  );
  return { state: 'read', columns, expression: new RegExp(`^${pieces.join('')}$`, 'su') };
}
