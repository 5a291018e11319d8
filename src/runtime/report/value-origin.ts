// The values that an option or input has in the instances of a stage, and where each comes from, in words.
import type { CheckedInput, CheckedParam, CheckedStep } from '../../compiler/pipeline.ts';
import type { Behind, Origin, ReadOrigins } from '../../compiler/origin.ts';
import { positionAt, type Span } from '../../parser/source.ts';
import { commonOptions } from '../../stages/common-options.ts';
import { replaceModels } from '../../stages/model-arguments.ts';
import { ownInputs } from '../../stages/own-inputs.ts';
import type { Json } from '../../stages/value.ts';
import { valueText } from './option-text.ts';
import type { Paint } from './paint.ts';
import { textTable } from './text-table.ts';
import { languageText } from './value-text.ts';

export interface Origins {
  readonly read: ReadOrigins;
  /** How a path is shown to people. */
  readonly show: (path: string) => string;
  readonly paint: Paint;
}

const notGiven = 'not given';
const mostInstances = 12;
const mostValues = 3;

/** Every option and input of a stage: its value and where that is written. `steps` are instances of one stage. */
export function stageValues(steps: readonly CheckedStep[], origins: Origins): readonly string[] {
  const [first] = steps;
  if (first === undefined) return [];
  const names = entryNames(first);
  const rows = names.map((name) => {
    const texts = [...new Set(steps.map((step) => valueOf(step, name, origins)))];
    const more = texts.length > mostValues ? `, … (${texts.length} values)` : '';
    const value = `${texts.slice(0, mostValues).join(', ')}${more}`;
    return [name, value, value === notGiven ? '' : shortOrigin(origins.read(first, name))];
  });
  return textTable([{ head: 'option' }, { head: 'value' }, { head: 'from' }], rows, origins.paint);
}

/** One option or input: the value in every instance, and everything behind it. */
export function optionValue(
  steps: readonly CheckedStep[],
  name: string,
  origins: Origins,
): readonly string[] {
  const groups = new Map<string, CheckedStep[]>();
  for (const step of steps) {
    const text = valueOf(step, name, origins);
    groups.set(text, [...(groups.get(text) ?? []), step]);
  }
  const shown = [...groups].slice(0, mostInstances);
  const values = shown.map(([text, group]) => `${origins.paint.bold(text)}${instancesText(group, steps)}`);
  const more = groups.size > shown.length ? [`… and ${groups.size - shown.length} other values`] : [];
  const [first] = steps;
  const nothing = groups.size === 1 && groups.has(notGiven);
  const origin = first === undefined || nothing ? [] : originLines(origins.read(first, name), first);
  return [...values, ...more, ...origin.map((line) => `  ${line}`)];
}

/** Inputs first, then options of the kind, then those of every stage. */
export function entryNames({ definition }: CheckedStep): readonly string[] {
  return [
    ...Object.keys(ownInputs(definition)),
    ...Object.keys(definition.options),
    ...Object.keys(commonOptions),
    'after',
  ];
}

function instancesText(group: readonly CheckedStep[], all: readonly CheckedStep[]): string {
  const [only, ...others] = group;
  if (only === undefined || all.length === 1) return '';
  if (group.length === all.length) return ` in all ${all.length} instances`;
  return others.length === 0 ? ` in ${only.id}` : ` in ${only.id} and ${others.length} more`;
}

function originLines(origin: Origin, step: CheckedStep): readonly string[] {
  if (origin.from === 'declaration') return [`the default of \`${step.definition.name}\``];
  const where = origin.from === 'defaults' ? `in \`defaults ${step.definition.name}\`` : 'in the stage';
  return [
    `written ${where}: \`${written(origin.span)}\`, ${placeText(origin.span)}`,
    ...origin.behind.map(behindText),
  ];
}

function behindText(one: Behind): string {
  switch (one.is) {
    case 'each':
      return `\`${one.name}\` goes through \`${written(one.span)}\`, ${placeText(one.span)}`;
    case 'let':
      return `\`${one.name}\` is \`${written(one.span)}\`, ${placeText(one.span)}`;
    case 'param': {
      const { value, from, place } = one.param;
      return `\`${one.name}\` is ${languageText(value)}: ${paramOrigin(from, place)}`;
    }
    default:
      return one satisfies never;
  }
}

function paramOrigin(from: CheckedParam['from'], place: Span): string {
  switch (from) {
    case 'default':
      return `the default of the parameter, ${placeText(place)}`;
    case 'set':
      return `given by \`--set ${written(place)}\``;
    case 'file':
      return `given by \`--params\`, ${placeText(place)}`;
    case 'import':
      return `given by the \`import\` as \`${written(place)}\`, ${placeText(place)}`;
    default:
      return from satisfies never;
  }
}

function shortOrigin(origin: Origin): string {
  if (origin.from === 'declaration') return 'default';
  const given = origin.behind.flatMap((one) => {
    if (one.is !== 'param') return [];
    const { from } = one.param;
    return from === 'default' ? [`${one.name}: default`] : [`${one.name}: ${shortParam[from]}`];
  });
  const block = origin.from === 'defaults' ? 'defaults, ' : '';
  return [`${block}${placeText(origin.span)}`, ...given].join('; ');
}

const shortParam = { set: '--set', file: '--params', import: 'import' } as const;

function placeText(span: Span): string {
  const { line, column } = positionAt(span.source, span.start);
  return `${span.source.path}:${line}:${column}`;
}

function written({ source, start, end }: Span): string {
  const text = source.text.slice(start, end).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function valueOf(step: CheckedStep, name: string, { show }: Origins): string {
  const { definition, options, inputs, common, after } = step;
  if (name === 'after') return after.length === 0 ? 'none' : listed(after);
  const input = inputs[name];
  if (Object.hasOwn(definition.inputs, name)) return input === undefined ? notGiven : inputText(input, show);
  const own = Object.entries(definition.options).find(([option]) => option === name)?.[1];
  const everyStage = Object.entries(commonOptions).find(([option]) => option === name)?.[1];
  const values: Readonly<Record<string, unknown>> = own === undefined ? { ...common } : options;
  const value = values[name] as Json | undefined; // resolved options are plain data
  const option = own ?? everyStage;
  if (option === undefined || value === undefined || isEmptyRecord(value)) return notGiven;
  const named = replaceModels(option.kind, value, (of, place) => {
    const models = inputs[of];
    const member = models?.from === 'many' ? models.members[place] : undefined;
    return member && inputText(member.input, show);
  });
  return valueText(option.kind, named ?? value);
}

function isEmptyRecord(value: Json): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

function inputText(input: CheckedInput, show: (path: string) => string): string {
  switch (input.from) {
    case 'step':
      return input.part === '' ? input.step : `${input.step}.${input.part}`;
    case 'files':
      return listed(input.paths.map(show));
    case 'builtin':
      return `builtin:${input.name}`;
    case 'call':
      return input.call;
    case 'folder':
      return show(input.path);
    case 'many':
      return listed(input.members.map((member) => inputText(member.input, show)));
    default:
      return input satisfies never;
  }
}

function listed(texts: readonly string[]): string {
  const more = texts.length > mostValues ? `, … (${texts.length})` : '';
  return `${texts.slice(0, mostValues).join(', ')}${more}`;
}
