// Words, functions and types of the language explained, from their declarations.
import type { FunctionDoc } from '../../compiler/function-docs.ts';
import type { WordDoc } from '../../parser/word-docs.ts';
import { fenced, sections } from './markdown.ts';

export function explainFunction(name: string, { calls, doc, examples }: FunctionDoc): string {
  const shown = examples.map(([expression, result]) => `- \`${expression}\` is \`${result}\``);
  return sections([
    `# ${name}`,
    `A function: ${calls.map((call) => `\`${call}\``).join(', ')}.`,
    doc,
    ...(shown.length === 0 ? [] : [shown.join('\n')]),
  ]);
}

export function explainWord(name: string, { form, doc, example }: WordDoc): string {
  return sections([`# ${name}`, `A word of the language: \`${form}\`.`, doc, fenced(example)]);
}

export function explainType(
  name: string,
  { doc, example }: { readonly doc: string; readonly example: string },
): string {
  return sections([`# ${name}`, `A type of parameters: ${doc}.`, fenced(`param NAME: ${name} = ${example}`)]);
}
