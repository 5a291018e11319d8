// docs/language.md: prose of language.md beside this file, with tables from the declarations at its `<!-- marks -->`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionDocs } from '../../src/compiler/function-docs.ts';
import { paramTypes } from '../../src/compiler/param-types.ts';
import { operatorDocs } from '../../src/parser/operator-docs.ts';
import { binaryPrecedence, prefixPrecedence } from '../../src/parser/operators.ts';
import { durationUnits, sizeUnits } from '../../src/parser/read-number.ts';
import { escapes } from '../../src/parser/read-text.ts';
import { grammarTokens } from '../../src/parser/tokens.ts';
import { declarationDocs } from '../../src/parser/word-docs.ts';
import { optionEntry } from '../../src/runtime/report/explain-option.ts';
import { commonOptions } from '../../src/stages/common-options.ts';
import { generated } from './page.ts';

/** Throws where the prose has a mark that nothing fills, or leaves a table out. */
export function languagePage(root: string): string {
  const template = readFileSync(join(root, 'scripts', 'generate', 'language.md'), 'utf8');
  const parts = new Map(Object.entries(tables()));
  const left = new Set(parts.keys());
  const text = template.replace(/<!-- (\w+) -->/g, (_, mark: string) => {
    const part = parts.get(mark);
    if (part === undefined) throw new Error(`language.md has the mark \`${mark}\`, which nothing fills`);
    left.delete(mark);
    return part;
  });
  if (left.size > 0) throw new Error(`language.md lacks the marks ${[...left].join(', ')}`);
  return text;
}

function tables(): Readonly<Record<string, string>> {
  return {
    generated: generated.replace(
      'edit the declarations',
      'edit the declarations and scripts/generate/language.md',
    ),
    reserved: listed(reservedWords()),
    contextual: listed(contextualWords()),
    durations: listed(Object.keys(durationUnits).map((unit) => `30${unit}`)),
    sizes: listed(Object.keys(sizeUnits).map((unit) => `512${unit}`)),
    escapes: listed([...Object.keys(escapes).map((letter) => `\\${letter}`), '\\uXXXX']),
    declarations: table(
      ['form', 'meaning'],
      Object.values(declarationDocs).map(({ form, doc }) => [code(form), doc]),
    ),
    types: table(
      ['type', 'holds', 'for example'],
      Object.entries(paramTypes).map(([name, { doc, example }]) => [code(name), doc, code(example)]),
    ),
    operators: operators(),
    functions: table(
      ['function', 'gives', 'for example'],
      Object.values(functionDocs).map(({ calls, doc, examples }) => [
        calls.map(code).join('<br>'),
        doc,
        examples.map(([expression, result]) => `${code(expression)} is ${code(result)}`).join('<br>'),
      ]),
    ),
    common: Object.entries(commonOptions)
      .map(([name, option]) => optionEntry(name, option))
      .join('\n'),
  };
}

function reservedWords(): readonly string[] {
  return grammarTokens.flatMap(({ PATTERN: pattern }) =>
    typeof pattern === 'string' && /^[a-z]+$/.test(pattern) ? [pattern] : [],
  );
}

function contextualWords(): readonly string[] {
  const reserved = new Set(reservedWords());
  return grammarTokens.flatMap(({ LABEL: label }) =>
    label !== undefined && /^[a-z]+$/.test(label) && !reserved.has(label) ? [label] : [],
  );
}

function operators(): string {
  const entries = [
    ...Object.entries(binaryPrecedence).map(([text, level]) => ({ text, level, key: text })),
    ...Object.entries(prefixPrecedence).map(([text, level]) => ({ text, level, key: `${text} (prefix)` })),
  ];
  const levels = [...new Set(entries.map(({ level }) => level))].sort((a, b) => a - b);
  const docs: Readonly<Record<string, string>> = operatorDocs;
  return table(
    ['operators', 'meaning'],
    levels.map((level) => {
      const alike = entries.filter((entry) => entry.level === level);
      return [
        alike.map(({ text }) => code(text)).join(' '),
        alike
          .map(({ key, text }) => (alike.length === 1 ? docs[key] : `${code(text)} ${docs[key]}`))
          .join('; '),
      ];
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function listed(words: readonly string[]): string {
  return words.map(code).join(' ');
}

function code(text: string): string {
  return `\`${text}\``;
}
