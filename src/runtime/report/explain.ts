// What `fslrun explain` says and what the generated references say, from declarations alone; written as Markdown.
import type { CodeEntry } from '../../parser/codes.ts';
import { commonOptions } from '../../stages/common-options.ts';
import type { Option } from '../../stages/option.ts';
import type { BuiltinModel, Registry } from '../../stages/registry.ts';
import type { StageDefinition } from '../../stages/stage.ts';
import type { CodeExample } from './code-example.ts';
import { choices, fallbackText, kindText } from './option-text.ts';

/** All kinds and all codes, one line each. */
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
  const inputs = Object.entries(kind.inputs).map(([name, input]) => {
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

/** One option, with every word and call that it knows. */
export function explainOption(kind: StageDefinition, name: string, option: Option<unknown>): string {
  return sections([
    `# ${kind.name}.${name}`,
    ...optionParts(option),
    ...(kind.example.includes(`${name}:`) ? [fenced(kind.example)] : []),
  ]);
}

/** An option that every stage takes. */
export function explainCommonOption(name: string, option: Option<unknown>): string {
  return sections([`# ${name}`, ...optionParts(option), 'Every stage takes it.']);
}

/** A model that comes with FSL. */
export function explainBuiltin({ name, capability, doc }: BuiltinModel): string {
  const use = `Give it as \`model: "builtin:${name}"\`, where ${capability === 'encoder' ? 'an encoder' : `a ${capability}`} is taken.`;
  return sections([`# builtin:${name}`, doc, use]);
}

function optionParts(option: Option<unknown>): readonly string[] {
  const known = choices(option.kind).flatMap((choice) => [
    `- \`${choice.text}\`: ${choice.doc}`,
    ...Object.entries(choice.arguments).flatMap(([argument, one]) => [
      `  ${optionEntry(argument, one)}`,
      ...choices(one.kind).map(({ text, doc }) => `    - \`${text}\`: ${doc}`),
    ]),
  ]);
  const keyed = option.keyed ? [] : ['A change of it does not make the step run again.'];
  return [
    option.doc,
    `It takes ${kindText(option.kind)}${withComma(fallbackText(option))}.`,
    ...(known.length === 0 ? [] : [known.join('\n')]),
    ...keyed,
  ];
}

/** An input explained where an option was asked for: programs write both alike. */
export function explainInput(kind: StageDefinition, name: string): string {
  const input = kind.inputs[name];
  if (input === undefined) return '';
  const sources = input.accepts === 'model' ? ', `"builtin:NAME"`, or the path of a model folder' : '';
  return sections([
    `# ${kind.name}.${name}`,
    input.doc,
    `It takes a ${input.accepts}: a stage${input.shape === 'many' ? ', a list or a map of stages' : ''}${sources}${input.required ? ', required' : ''}.`,
    fenced(kind.example),
  ]);
}

/** `- \`name\`: doc It takes …, default …` */
export function optionEntry(name: string, option: Option<unknown>): string {
  return `- \`${name}\`: ${option.doc} Takes ${kindText(option.kind)}${withComma(fallbackText(option))}.`;
}

export function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function fenced(text: string, language = 'fsl'): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\``;
}

function withComma(text: string): string {
  return text === '' ? '' : `, ${text}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
