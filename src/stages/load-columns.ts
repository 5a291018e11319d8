// What the options of `load` make of the columns of a table: which column plays which part, and texts out of templates.
// Pure, and the same before a run as during it.
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import { conditionColumns } from './condition.ts';
import type { Column, Roles, Value } from './dataset.ts';
import { parseTemplate, templateColumns, type TemplatePart } from './tables/pattern.ts';
import type { Condition } from './value.ts';

export interface ColumnOptions {
  /** Two of them where rows are pairs of texts. */
  readonly text: string | readonly string[] | undefined;
  readonly label: string | undefined;
  readonly id: string | undefined;
  readonly group: string | undefined;
  readonly time: string | undefined;
  readonly where: Condition | undefined;
}

/** A problem at an option. */
export interface Finding {
  readonly at: string;
  readonly problem: Omit<Problem, 'span'>;
}

export interface ColumnUse {
  readonly roles: Roles;
  /** Columns that templates make, by their names. */
  readonly made: ReadonlyMap<string, readonly TemplatePart[]>;
  readonly findings: readonly Finding[];
}

/** Without `text` or `label`, a column of that very name plays the part; no text is made from the label. */
export function useColumns(columns: readonly string[], options: ColumnOptions): ColumnUse {
  const findings: Finding[] = [];
  const known = (at: string, name: string): boolean => {
    if (columns.includes(name)) return true;
    findings.push({ at, problem: unknownColumn(name, columns) });
    return false;
  };
  const named = (at: 'label' | 'id' | 'group' | 'time'): string | undefined => {
    const name = options[at];
    return name !== undefined && known(at, name) ? name : undefined;
  };

  const made = new Map<string, readonly TemplatePart[]>();
  const [text, second] = (isList(options.text) ? options.text : [options.text]).map((given) => {
    const source = textSource(given, columns);
    switch (source.state) {
      case 'wrong':
        findings.push({ at: 'text', problem: source.problem });
        return undefined;
      case 'column':
        return source.name;
      case 'template': {
        for (const name of templateColumns(source.parts)) known('text', name);
        const name = newName('text', [...columns, ...made.keys()]);
        made.set(name, source.parts);
        return name;
      }
      default:
        return source satisfies never;
    }
  });
  const [one, other] = [text, second].map((name) => (name === undefined ? undefined : madeOf(name, made)));
  if (one !== undefined && one === other) findings.push({ at: 'text', problem: sameTwice(one) });
  for (const name of options.where === undefined ? [] : conditionColumns(options.where)) known('where', name);

  const read = [text, second].flatMap((name) => (name === undefined ? [] : columnsOf(name, made)));
  const unasked = columns.includes('label') && !read.includes('label') ? 'label' : undefined;
  const label = options.label === undefined ? unasked : named('label');
  if (label !== undefined && read.includes(label)) findings.push({ at: 'text', problem: labelInText(label) });
  const [id, group, time] = [named('id'), named('group'), named('time')];
  const roles: Roles = {
    ...(text !== undefined && { text }),
    ...(second !== undefined && { second }),
    ...(label !== undefined && { label }),
    ...(id !== undefined && { id }),
    ...(group !== undefined && { group }),
    ...(time !== undefined && { time }),
  };
  return {
    roles,
    made,
    findings: columns.every(isNumbered) ? withoutHeader(findings, columns) : findings,
  };
}

/** Columns without names are one mistake, however many options name some. */
function withoutHeader(findings: readonly Finding[], columns: readonly string[]): readonly Finding[] {
  const [first] = findings;
  if (first === undefined) return [];
  return [
    {
      at: first.at,
      problem: {
        ...first.problem,
        hint: `without a header the columns are called ${list(columns)}; say so (\`text: "1"\`), name them with \`header: ["…", …]\`, or leave out \`header: false\``,
      },
    },
  ];
}

function isNumbered(name: string, index: number): boolean {
  return name === String(index + 1);
}

/** The text of each row: cells as text, lists joined by commas, missing ones as nothing. */
export function templateTexts(
  parts: readonly TemplatePart[],
  columns: ReadonlyMap<string, Column>,
  rows: number,
): readonly string[] {
  return Array.from({ length: rows }, (_, i) =>
    parts
      .map((part) => (typeof part === 'string' ? part : cellText(columns.get(part.column)?.[i] ?? null)))
      .join(''),
  );
}

export function cellText(value: Value): string {
  if (Array.isArray(value)) return (value as readonly Value[]).map(cellText).join(', ');
  return value === null ? '' : String(value);
}

/** Whether a cell gives no text. */
export function isBlank(value: Value): boolean {
  return cellText(value).trim() === '';
}

type TextSource =
  | { readonly state: 'column'; readonly name: string }
  | { readonly state: 'template'; readonly parts: readonly TemplatePart[] }
  | { readonly state: 'wrong'; readonly problem: Omit<Problem, 'span'> };

function textSource(text: string | undefined, columns: readonly string[]): TextSource {
  const name = text ?? 'text';
  if (columns.includes(name)) return { state: 'column', name };
  if (text === undefined)
    return {
      state: 'wrong',
      problem: {
        code: 'missing-option',
        message: '`load` does not know which column holds the texts',
        hint: `add \`text: "…"\`, a column or a template; the columns are ${list(columns)}${withoutNames(columns)}`,
      },
    };
  const template = parseTemplate(text);
  if (template.state === 'wrong')
    return {
      state: 'wrong',
      problem: {
        code: 'wrong-type',
        message: `the template has ${template.message}`,
        hint: 'write columns in braces: `"{title}. {description}"`',
      },
    };
  if (templateColumns(template.parts).length > 0) return { state: 'template', parts: template.parts };
  return { state: 'wrong', problem: unknownColumn(text, columns) };
}

/** The columns of the data that a text is made from. */
function columnsOf(name: string, made: ReadonlyMap<string, readonly TemplatePart[]>): readonly string[] {
  const parts = made.get(name);
  return parts === undefined ? [name] : templateColumns(parts);
}

/** `label`: the column of the labels, which a text is made from. */
export function labelInText(label: string): Omit<Problem, 'span'> {
  return {
    code: 'label-in-text',
    message: `the text is made from \`${label}\`, which is the column of the labels: a model would read the answer`,
    hint: `leave \`${label}\` out of the text; if it is no label, leave \`label\` of \`load\` out, or name the column that is one`,
  };
}

/** A column, or the template that it is made by; of a column in braces the column. */
function madeOf(name: string, made: ReadonlyMap<string, readonly TemplatePart[]>): string {
  const parts = made.get(name);
  if (parts === undefined) return `column \`${name}\``;
  const [first, ...others] = parts;
  if (others.length === 0 && typeof first === 'object') return `column \`${first.column}\``;
  return `template \`${parts.map((part) => (typeof part === 'string' ? part : `{${part.column}}`)).join('')}\``;
}

function sameTwice(name: string): Omit<Problem, 'span'> {
  return {
    code: 'wrong-type',
    message: `both texts of a pair are the ${name}`,
    hint: 'name two columns, or give the one without a list',
  };
}

/** Whether the program says that rows are pairs of texts. */
export function isPair(text: ColumnOptions['text']): boolean {
  return isList(text);
}

function isList(text: ColumnOptions['text']): text is readonly string[] {
  return Array.isArray(text);
}

export function unknownColumn(name: string, columns: readonly string[]): Omit<Problem, 'span'> {
  const near = suggest(name, columns);
  return {
    code: 'unknown-column',
    message: `the data has no column \`${name}\``,
    hint:
      near === undefined
        ? `its columns are ${list(columns)}${withoutNames(columns)}`
        : `did you mean \`${near}\`? The columns are ${list(columns)}`,
  };
}

export function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `\`${name.length > 60 ? `${name.slice(0, 59)}…` : name}\``);
  return shown.join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '');
}

/** What helps where the names are those of no columns: numbers, whole sentences. */
function withoutNames(columns: readonly string[]): string {
  const isData = (name: string, index: number): boolean =>
    !isNumbered(name, index) && (name.length > 60 || (name.trim() !== '' && !Number.isNaN(Number(name))));
  if (!columns.some(isData)) return '';
  return '; if that is the first row, and no header, name the columns with `header: ["…", …]`';
}

function newName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let n = 2; taken.includes(name); n++) name = `${wanted}_${n}`;
  return name;
}
