// The models that calls name, in the value of an option: places among the members of an input, which mean nothing to people.
import type { OptionKind } from './option.ts';
import type { Json } from './value.ts';

/** The value with something else in the place of each; `undefined` leaves the argument out. */
export function replaceModels(
  kind: OptionKind | undefined,
  value: Json,
  replace: (input: string, place: number) => Json | undefined,
): Json | undefined {
  if (kind?.type === 'model' && typeof value === 'number') return replace(kind.input, value);
  if (kind?.type === 'list' && isList(value)) {
    const items = value.map((item) => replaceModels(kind.of, item, replace));
    const kept = items.filter((item) => item !== undefined);
    return kept.length === 0 && items.length > 0 ? undefined : kept;
  }
  if (kind?.type !== 'call' || value === null || typeof value !== 'object' || isList(value)) return value;
  const { name, arguments: given } = value;
  if (typeof name !== 'string' || given === null || typeof given !== 'object' || isList(given)) return value;
  const declared = kind.calls[name]?.arguments ?? {};
  const replaced = Object.entries(given).flatMap(([argument, one]) => {
    const other = replaceModels(declared[argument]?.kind, one, replace);
    return other === undefined ? [] : [[argument, other] as const];
  });
  return { name, arguments: Object.fromEntries(replaced) };
}

/** For telling what changed: which models calls name is told of the input that they are. */
export function withoutModels(kind: OptionKind | undefined, value: unknown): unknown {
  return value === undefined ? undefined : replaceModels(kind, value as Json, () => undefined); // a resolved value
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
