// Options described in words, from their declarations: what they take, their defaults, and how they look in a program.
import type { CallDeclaration, Option, OptionKind } from '../../stages/option.ts';
import type { Json } from '../../stages/value.ts';
import { figureOf, languageText } from './value-text.ts';

/** What an option takes, as one phrase: `a whole number from 1 to 64`. */
export function kindText(kind: OptionKind): string {
  switch (kind.type) {
    case 'int':
      return `a whole number${bounds(kind)}`;
    case 'float':
      return `a number${kind.above === undefined ? '' : ` above ${kind.above}`}${bounds(kind)}`;
    case 'share':
      return `a share such as \`10%\`${bounds(kind, (value) => `${figureOf(value * 100)}%`)}`;
    case 'bool':
      return '`true` or `false`';
    case 'string':
      return 'a text';
    case 'duration':
      return 'a duration such as `30s`, `5m` or `2h`';
    case 'size':
      return 'a size such as `512MB` or `8GB`';
    case 'word':
      return `one of ${Object.keys(kind.words).map(code).join(', ')}`;
    case 'column':
      return 'a column of the data';
    case 'template':
      return 'a column, or a template such as `"{title}. {text}"`';
    case 'count':
      return 'a count: `8 per label`, `100`, `20%` or `rest`';
    case 'deviation':
      return 'a number of standard deviations such as `2 sd`';
    case 'condition':
      return 'a condition over columns, such as `stars != 3`';
    case 'requirement':
      return 'a requirement, such as `macro_f1 >= 0.75`';
    case 'name':
      return 'a name';
    case 'output-path':
      return 'a path to write to, relative to the program';
    case 'call':
      return `one of ${Object.entries(kind.calls).map(callText).map(code).join(', ')}`;
    case 'list':
      return listText(kind);
    case 'map':
      return `a map \`{ name: … }\`, each value ${kindText(kind.of)}`;
    case 'either':
      return kind.kinds.map(kindText).join('; or ');
    case 'record':
      return `a map \`{ ${Object.keys(kind.fields)
        .map((name) => `${name}: …`)
        .join(', ')} }\``;
    case 'space':
      return 'what to choose from: `uniform(a, b)`, `log_uniform(a, b)`, `int(a, b)` or `choice(…)`';
    case 'objective':
      return 'a metric of a stage in the block, such as `score.macro_f1`';
    case 'model':
      return 'a model: a stage, `"builtin:NAME"`, or the path of a model folder';
    case 'secret':
      return '`secret("NAME")`, the name of an environment variable';
    default:
      return kind satisfies never;
  }
}

export interface Choice {
  /** As it is written: `linear`, `logistic(c: 1)`. */
  readonly text: string;
  readonly doc: string;
  /** Arguments, where it is a call. */
  readonly arguments: Readonly<Record<string, Option<unknown>>>;
}

/** Every word and call that the kind knows, with what it means. */
export function choices(kind: OptionKind): readonly Choice[] {
  switch (kind.type) {
    case 'word':
      return Object.entries(kind.words).map(([text, doc]) => ({ text, doc, arguments: {} }));
    case 'call':
      return Object.entries(kind.calls).map((entry) => ({
        text: callText(entry),
        doc: entry[1].doc,
        arguments: entry[1].arguments,
      }));
    case 'list':
    case 'map':
      return choices(kind.of);
    case 'either':
      return kind.kinds.flatMap(choices);
    case 'record':
      return Object.entries(kind.fields).map(([name, option]) => ({
        text: `${name}: …`,
        doc: `${option.doc} Takes ${kindText(option.kind)}.`,
        arguments: {},
      }));
    case 'requirement':
      return [];
    case 'int':
    case 'float':
    case 'share':
    case 'bool':
    case 'string':
    case 'duration':
    case 'size':
    case 'column':
    case 'template':
    case 'count':
    case 'deviation':
    case 'condition':
    case 'name':
    case 'output-path':
    case 'space':
    case 'objective':
    case 'model':
    case 'secret':
      return [];
    default:
      return kind satisfies never;
  }
}

/** `default: 0.001`, `required`, or nothing. */
export function fallbackText(option: Option<unknown>): string {
  if (option.required) return 'required';
  return option.fallback === undefined ? '' : `default: \`${valueText(option.kind, option.fallback)}\``;
}

/** A resolved value as one would write it for an option of that kind. */
export function valueText(kind: OptionKind, value: Json): string {
  switch (kind.type) {
    case 'share':
      return typeof value === 'number' ? `${figureOf(value * 100)}%` : languageText(value);
    case 'duration':
      return typeof value === 'number' ? `${figureOf(value)}s` : languageText(value);
    case 'word':
    case 'name':
    case 'model':
      return typeof value === 'string' ? value : languageText(value);
    case 'count':
      return countText(value);
    case 'deviation':
      return typeof value === 'number' ? `${figureOf(value)} sd` : languageText(value);
    case 'call':
      return callValueText(kind.calls, value);
    case 'list':
      return isList(value)
        ? `[${value.map((item) => valueText(kind.of, item)).join(', ')}]`
        : valueText(kind.of, value);
    case 'either': {
      const word = kind.kinds.find(
        (one) => one.type === 'word' && typeof value === 'string' && value in one.words,
      );
      const call = kind.kinds.find((one) => one.type === 'call' && isCall(value));
      const list = kind.kinds.find((one) => one.type === 'list' && isList(value));
      const fitting = word ?? call ?? list;
      return fitting === undefined ? languageText(value) : valueText(fitting, value);
    }
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
    case 'size':
    case 'column':
    case 'template':
    case 'condition':
    case 'requirement':
    case 'output-path':
    case 'map':
    case 'record':
    case 'space':
    case 'objective':
    case 'secret':
      return languageText(value);
    default:
      return kind satisfies never;
  }
}

function listText(kind: Extract<OptionKind, { type: 'list' }>): string {
  const { min, max } = kind;
  const many =
    min === undefined && max === undefined
      ? ''
      : ` of ${max === undefined ? `at least ${min}` : min === undefined ? `at most ${max}` : min === max ? `${min}` : `${min} to ${max}`}`;
  return `a list${many}, each ${kindText(kind.of)}${kind.distinct === true ? ', all different' : ''}`;
}

/** `logistic(c: 1)`; a required argument has no value. */
function callText([name, declaration]: readonly [string, CallDeclaration]): string {
  const given = Object.entries(declaration.arguments).map(([argument, option]) =>
    option.fallback === undefined
      ? `${argument}:`
      : `${argument}: ${valueText(option.kind, option.fallback)}`,
  );
  return given.length === 0 ? name : `${name}(${given.join(', ')})`;
}

function callValueText(calls: Readonly<Record<string, CallDeclaration>>, value: Json): string {
  if (!isCall(value)) return languageText(value);
  const declared = calls[value.name]?.arguments ?? {};
  const given = Object.entries(value.arguments).flatMap(([name, argument]) => {
    const option = declared[name];
    return option === undefined ||
      argument === null ||
      JSON.stringify(argument) === JSON.stringify(option.fallback)
      ? []
      : [`${name}: ${valueText(option.kind, argument)}`];
  });
  return given.length === 0 ? value.name : `${value.name}(${given.join(', ')})`;
}

function countText(value: Json): string {
  if (value === 'rest' || value === null || typeof value !== 'object' || isList(value))
    return languageText(value);
  if ('per_label' in value) return `${languageText(value.per_label ?? null)} per label`;
  if ('rows' in value) return languageText(value.rows ?? null);
  return 'share' in value && typeof value.share === 'number'
    ? `${figureOf(value.share * 100)}%`
    : languageText(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isCall(
  value: Json,
): value is { readonly name: string; readonly arguments: Readonly<Record<string, Json>> } {
  return (
    value !== null && typeof value === 'object' && !isList(value) && 'name' in value && 'arguments' in value
  );
}

function bounds(
  { min, max }: { readonly min?: number; readonly max?: number },
  text: (value: number) => string = String,
): string {
  if (min !== undefined && max !== undefined) return ` from ${text(min)} to ${text(max)}`;
  if (min !== undefined) return `, at least ${text(min)}`;
  return max === undefined ? '' : `, at most ${text(max)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
