// Options and inputs in words: what they take, their default, whether they enter the key, and how they look in a program.
import { commonOptions } from '../../stages/common-options.ts';
import type { Option } from '../../stages/option.ts';
import type { StageDefinition } from '../../stages/stage.ts';
import { fenced, sections } from './markdown.ts';
import { choices, fallbackText, kindText } from './option-text.ts';
import { sampleText } from './sample-text.ts';

/** One option, with every word and call that it knows. */
export function explainOption(kind: StageDefinition, name: string, option: Option<unknown>): string {
  return sections([
    `# ${kind.name}.${name}`,
    ...optionParts(option),
    ...keyParts(name, option),
    fenced(kind.example.includes(`${name}:`) ? kind.example : sample(kind.name, name, option)),
  ]);
}

/** An option that every stage takes. */
export function explainCommonOption(name: string, option: Option<unknown>): string {
  return sections([
    `# ${name}`,
    ...optionParts(option),
    'Every stage takes it.',
    ...keyParts(name, option),
    fenced(sample('fine-tune', name, option)),
  ]);
}

/** An input explained where an option was asked for: programs write both alike. */
export function explainInput(kind: StageDefinition, name: string): string {
  const input = kind.inputs[name];
  if (input === undefined) return '';
  const sources = input.accepts === 'model' ? ', `"builtin:NAME"`, or the path of a model folder' : '';
  const what =
    input.accepts === 'files'
      ? 'It takes files: a path, or a list of paths'
      : `It takes a ${input.accepts}: a stage${input.shape === 'many' ? ', a list or a map of stages' : ''}${sources}`;
  return sections([
    `# ${kind.name}.${name}`,
    input.doc,
    `${what}${input.required ? ', required' : ''}.`,
    'What it contains is part of the key; how it is called and where it lies is not.',
    fenced(kind.example),
  ]);
}

/** `- \`name\`: doc Takes …, default …` */
export function optionEntry(name: string, option: Option<unknown>): string {
  return `- \`${name}\`: ${option.doc} Takes ${kindText(option.kind)}${withComma(fallbackText(option))}.`;
}

function optionParts(option: Option<unknown>): readonly string[] {
  const known = choices(option.kind).flatMap((choice) => [
    `- \`${choice.text}\`: ${choice.doc}`,
    ...Object.entries(choice.arguments).flatMap(([argument, one]) => [
      `  ${optionEntry(argument, one)}`,
      ...choices(one.kind).map(({ text, doc }) => `    - \`${text}\`: ${doc}`),
    ]),
  ]);
  return [
    option.doc,
    `It takes ${kindText(option.kind)}${withComma(fallbackText(option) || 'no default')}.`,
    ...(known.length === 0 ? [] : [known.join('\n')]),
  ];
}

/** The seed says itself when it is keyed. */
function keyParts(name: string, option: Option<unknown>): readonly string[] {
  if (option === commonOptions.seed && name === 'seed') return [];
  return [
    option.keyed
      ? 'It is part of the key: another value makes the step run again.'
      : 'It is not part of the key: a change of it does not make the step run again.',
  ];
}

function sample(kind: string, name: string, option: Option<unknown>): string {
  return `${kind} example {\n  ${name}: ${sampleText(option)}\n}`;
}

function withComma(text: string): string {
  return text === '' ? '' : `, ${text}`;
}
