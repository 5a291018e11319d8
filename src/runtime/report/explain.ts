// What `fslrun explain` says and what the generated references say, from declarations alone; written as Markdown.
import { functionDocs } from '../../compiler/function-docs.ts';
import { paramTypes } from '../../compiler/param-types.ts';
import type { CodeEntry } from '../../parser/codes.ts';
import { declarationDocs, wordDocs } from '../../parser/word-docs.ts';
import { commonOptions } from '../../stages/common-options.ts';
import type { BuiltinModel, Registry } from '../../stages/registry.ts';
import { ownInputs } from '../../stages/own-inputs.ts';
import type { StageDefinition } from '../../stages/stage.ts';
import type { CodeExample } from './code-example.ts';
import { optionEntry } from './explain-option.ts';
import { capital, fenced, sections } from './markdown.ts';

/** Everything that can be asked about, one line each. */
export function explainLists(registry: Registry, codes: Readonly<Record<string, CodeEntry>>): string {
  const kinds = registry.kinds.map((kind) => `- \`${kind.name}\`: ${firstSentence(kind.doc)}`);
  const models = registry.builtins.map((model) => `- \`"builtin:${model.name}"\`: ${model.doc}`);
  const entries = Object.entries(codes).map(([code, { title }]) => `- \`${code}\`: ${title}`);
  return sections([
    '# Stage kinds',
    kinds.join('\n'),
    '# Options of every stage',
    Object.entries(commonOptions)
      .map(([name, { doc }]) => `- \`${name}\`: ${doc}`)
      .join('\n'),
    '# Built-in models',
    models.join('\n'),
    '# Functions',
    Object.values(functionDocs)
      .map(({ calls, doc }) => `- \`${calls.join('`, `')}\`: ${firstSentence(doc)}`)
      .join('\n'),
    '# Words of the language',
    Object.entries(declarationDocs)
      .map(([name, { form, doc }]) => `- \`${name}\`: \`${form}\`. ${firstSentence(doc)}`)
      .join('\n'),
    Object.keys(wordDocs)
      .filter((name) => !Object.hasOwn(declarationDocs, name))
      .map((name) => `\`${name}\``)
      .join(', '),
    '# Types of parameters',
    Object.entries(paramTypes)
      .map(([name, { doc }]) => `- \`${name}\`: ${doc}`)
      .join('\n'),
    '# Codes of problems',
    entries.join('\n'),
  ]);
}

/** `name` as in a diagnostic. */
export function explainCode(name: string, { title, text }: CodeEntry, example: CodeExample): string {
  const files = Object.entries(example.files).flatMap(([file, contents]) => [
    `With \`${file}\`:`,
    fenced(contents, 'text'),
  ]);
  const typed = example.commands.map((command) => `$ fslrun ${command}`).join('\n');
  return sections([
    `# ${name}`,
    `${capital(title)}. ${text}`,
    fenced(example.program),
    ...files,
    fenced(`${typed}\n${example.printed}`, 'text'),
  ]);
}

/** A stage kind: what it does, an example, what it reads and gives, its options. */
export function explainKind(kind: StageDefinition): string {
  const inputs = Object.entries(ownInputs(kind)).map(([name, input]) => {
    const of = input.capability === undefined ? input.accepts : `${input.accepts} (${input.capability})`;
    const shape = input.shape === 'many' ? `${of}, one or several` : of;
    return `- \`${name}\`${input.required ? ' (required)' : ''}: ${shape}. ${input.doc}`;
  });
  const outputs = Object.entries(kind.outputs).map(
    ([part, output]) =>
      `- ${part === '' ? 'the stage itself' : `\`.${part}\``}: ${output.type}. ${output.doc}`,
  );
  const options = Object.entries(kind.options).map(([name, option]) => optionEntry(name, option));
  const common = Object.keys(commonOptions).map((name) => `\`${name}\``);
  return sections([
    `# ${kind.name}`,
    kind.doc,
    fenced(kind.example),
    ...(inputs.length === 0 ? [] : ['## Inputs', inputs.join('\n')]),
    '## Results',
    outputs.join('\n'),
    ...(options.length === 0 ? [] : ['## Options', options.join('\n')]),
    `Every stage also takes ${common.join(', ')}.`,
  ]);
}

/** A model that comes with FSL. */
export function explainBuiltin({ name, capability, doc }: BuiltinModel): string {
  const use = `Give it as \`model: "builtin:${name}"\`, where ${capability === 'encoder' ? 'an encoder' : `a ${capability}`} is taken.`;
  return sections([`# builtin:${name}`, doc, use]);
}

export function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
