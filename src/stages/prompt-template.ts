// Templates of `prompt`: a text with holes for the row's text, its other columns and a mask. Pure; knows no rows.
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import { labelInText, list } from './load-columns.ts';
import { parseTemplate } from './tables/pattern.ts';

export type PromptPart =
  | string
  /** The text of the row, whatever its column is called. */
  | { readonly hole: 'text' }
  /** The word that the model is asked for. */
  | { readonly hole: 'mask' }
  | { readonly hole: 'column'; readonly column: string };

export type PromptTemplate = readonly PromptPart[];

export type ReadTemplate =
  | { readonly state: 'read'; readonly parts: PromptTemplate }
  | { readonly state: 'wrong'; readonly problem: Omit<Problem, 'span'> };

/** What the holes may name; `undefined` for what is not known before the rows are read. */
export interface Columns {
  readonly columns: readonly string[] | undefined;
  /** The column of the texts; of pairs that of the first ones. */
  readonly text: string | undefined;
  /** Whether rows are pairs of texts, of which none is the text. */
  readonly pairs?: boolean | undefined;
  /** The column of the labels, which no template may show. */
  readonly label?: string | undefined;
}

/** `{text}` is the text of the row unless another column has that name, `{mask}` always the mask. */
export function readPromptTemplate(written: string, { columns, text, pairs, label }: Columns): ReadTemplate {
  const template = parseTemplate(written);
  if (template.state === 'wrong')
    return wrong(`the template has ${template.message}`, 'write columns in braces: `"Review: {text}"`');
  const parts = template.parts.map((part): PromptPart => {
    if (typeof part === 'string') return part;
    const { column } = part;
    if (column === 'mask') return { hole: 'mask' };
    const own = column === text || (column === 'text' && columns?.includes('text') !== true);
    return own ? { hole: 'text' } : { hole: 'column', column };
  });
  if (pairs === true && template.parts.some((part) => isText(part) && !columns?.includes('text')))
    return wrong(
      '`{text}` is the text of a row, and these rows are pairs of texts',
      `name both by their columns${columns === undefined ? '' : `, which are ${list(columns)}`}`,
    );
  const unknown = parts.find(
    (part) => typeof part !== 'string' && part.hole === 'column' && columns?.includes(part.column) === false,
  );
  if (unknown !== undefined && typeof unknown !== 'string' && unknown.hole === 'column')
    return unknownHole(unknown.column, columns ?? []);
  if (label !== undefined && otherColumns([parts]).includes(label))
    return { state: 'wrong', problem: labelInText(label) };
  const masks = parts.filter((part) => typeof part !== 'string' && part.hole === 'mask').length;
  if (masks > 1)
    return wrong(`the template has ${masks} \`{mask}\`, and one word is asked for`, 'leave one of them');
  if (!parts.some((part) => typeof part !== 'string' && part.hole !== 'mask'))
    return wrong(
      'the template has no column, so every row would read the same',
      'name at least one: `{text}` is the text of the row',
    );
  return { state: 'read', parts };
}

function isText(part: string | { readonly column: string }): boolean {
  return typeof part !== 'string' && part.column === 'text';
}

/** As it is written in a program. */
export function templateText(template: PromptTemplate): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part.replace(/[{}]/g, '$&$&');
      return `{${part.hole === 'column' ? part.column : part.hole}}`;
    })
    .join('');
}

export function asksForWord(template: PromptTemplate): boolean {
  return template.some((part) => typeof part !== 'string' && part.hole === 'mask');
}

/** Columns beside the text, each once. */
export function otherColumns(templates: readonly PromptTemplate[]): readonly string[] {
  const named = templates
    .flat()
    .flatMap((part) => (typeof part !== 'string' && part.hole === 'column' ? [part.column] : []));
  return [...new Set(named)];
}

/** What is wrong with a `label_template`, which has the one hole `{label}`. */
export function labelTemplateProblem(written: string): Omit<Problem, 'span'> | undefined {
  const template = parseTemplate(written);
  if (template.state === 'wrong')
    return wrong(`the template has ${template.message}`, 'write `"This is about {label}."`').problem;
  const holes = template.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.column]));
  const other = holes.find((hole) => hole !== 'label');
  if (other !== undefined)
    return wrong(
      `\`label_template\` makes a text of a label alone, and \`{${other}}\` is something else`,
      'its one hole is `{label}`: `"This is about {label}."`',
    ).problem;
  if (holes.length > 0) return undefined;
  return wrong(
    'the template has no `{label}`, so all labels would read the same',
    'write `"This is about {label}."`',
  ).problem;
}

/** A template that `labelTemplateProblem` has no objection to, with the word of a label. */
export function fillLabelTemplate(written: string, word: string): string {
  const template = parseTemplate(written);
  if (template.state === 'wrong') throw new Error(`a label template with ${template.message}`);
  return template.parts.map((part) => (typeof part === 'string' ? part : word)).join('');
}

function wrong(message: string, hint: string): Extract<ReadTemplate, { state: 'wrong' }> {
  return { state: 'wrong', problem: { code: 'wrong-type', message, hint } };
}

function unknownHole(name: string, columns: readonly string[]): ReadTemplate {
  const near = suggest(name, [...columns, 'text', 'mask']);
  const known = `columns are ${list(columns)}; \`{text}\` is the text of the row`;
  return {
    state: 'wrong',
    problem: {
      code: 'unknown-column',
      message: `the data has no column \`${name}\``,
      hint: near === undefined ? `its ${known}` : `did you mean \`{${near}}\`? The ${known}`,
    },
  };
}
