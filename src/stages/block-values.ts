// Places of the search in the options of a stage inside a block: which names stand there, and the options of one trial.
import type { Option, OptionKind, Options } from './option.ts';
import type { TrialValues } from './stage.ts';
import type { Json, Placeholder } from './value.ts';

type Values = Readonly<Record<string, Json>>;
type Declared = Pick<Option<unknown>, 'required' | 'fallback'>;

/** Names that stand somewhere in the values, each once. */
export function searchedNames(values: readonly Json[]): readonly string[] {
  const names = new Set<string>();
  const visit = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    if (isPlaceholder(value)) names.add(value.$search);
    else Object.values(value).forEach(visit);
  };
  values.forEach(visit);
  return [...names];
}

/** The options with the values of a trial. */
export function trialOptions(declared: Options, options: Values, values: TrialValues): Values {
  return fillAll(declared, options, ({ $search, cases }, { fallback }) => {
    const value = values[$search];
    if (value === undefined) throw new Error(`the trial has no value for ${$search}`);
    if (value === null) return fallback;
    return cases === undefined ? value : cases[value];
  });
}

/** Whether each place can be left out. */
export function hasDefaults(declared: Options, options: Values): boolean {
  let all = true;
  fillAll(declared, options, (_, { required, fallback }) => {
    all &&= !required;
    return fallback;
  });
  return all;
}

type Fill = (place: Placeholder, declared: Declared) => Json | undefined;

/** What stands inside another value cannot be left out. */
const element: Declared = { required: true, fallback: undefined };

function fillAll(declared: Options, values: Values, fill: Fill): Values {
  const filled: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) {
    const option = declared[name];
    const result = option === undefined ? value : fillValue(option.kind, value, option, fill);
    if (result !== undefined) filled[name] = result;
  }
  return filled;
}

function fillValue(
  kind: OptionKind | undefined,
  value: Json,
  declared: Declared,
  fill: Fill,
): Json | undefined {
  if (value === null || typeof value !== 'object') return value;
  if (isPlaceholder(value)) return fill(value, declared);
  const within = (of: OptionKind | undefined, one: Json): Json => fillValue(of, one, element, fill) ?? null;
  if (kind?.type === 'either') {
    const fitting = kind.kinds.find((one) => mayBe(one, value));
    return fillValue(fitting, value, declared, fill);
  }
  const call = callOf(value);
  if (kind?.type === 'call' && call !== undefined) {
    const takes = kind.calls[call.name]?.arguments ?? {};
    return { name: call.name, arguments: fillAll(takes, call.arguments, fill) };
  }
  if (kind?.type === 'record' && !isList(value)) return fillAll(kind.fields, value, fill);
  if (isList(value)) return value.map((one) => within(kind?.type === 'list' ? kind.of : undefined, one));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, within(undefined, one)]));
}

function mayBe(kind: OptionKind, value: Json): boolean {
  switch (kind.type) {
    case 'call':
      return Object.hasOwn(kind.calls, callOf(value)?.name ?? '');
    case 'list':
      return isList(value);
    case 'record':
      return !isList(value) && callOf(value) === undefined;
    default:
      return false;
  }
}

function isPlaceholder(value: Json): value is Placeholder & Json {
  return (
    value !== null && typeof value === 'object' && !isList(value) && typeof value['$search'] === 'string'
  );
}

function callOf(value: Json): { readonly name: string; readonly arguments: Values } | undefined {
  if (value === null || typeof value !== 'object' || isList(value)) return undefined;
  const { name, arguments: given } = value;
  return typeof name === 'string' && given !== null && typeof given === 'object' && !isList(given)
    ? { name, arguments: given }
    : undefined;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
