// What differs between what two results were made from: what plans and `fslrun diff` both tell. Pure; knows no program.
import { stepId } from '../compiler/expand.ts';
import { canonicalJson } from './canonical.ts';
import type { InputContents, KeyParts, StageParts } from './key.ts';
import type { Reason } from './plan.ts';

/** A side is absent where there is no such thing there. */
export interface Change {
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

type Values = Readonly<Record<string, unknown>>;

/** `restaged`: only what both have, as a new version of a stage brings options of its own, which nobody changed. */
export function valueChanges(before: Values, after: Values, restaged = false): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return [];
    if (restaged && (was === undefined || is === undefined)) return [];
    return [
      { name, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) },
    ];
  });
}

export function optionChanges(before: StageParts, after: StageParts): readonly Change[] {
  return valueChanges(seeded(before), seeded(after), before.version !== after.version);
}

function seeded({ options, seed }: StageParts): Values {
  return seed === undefined ? options : { ...options, seed };
}

export function stageChanges(before: StageParts, after: StageParts): readonly Reason[] {
  return before.version === after.version
    ? []
    : [{ code: 'stage_changed', path: after.kind, before: before.version, after: after.version }];
}

/** Of what all results depend on. */
export function environmentChanges(before: KeyParts, after: KeyParts): readonly Reason[] {
  return (['format', 'numerics'] as const).flatMap((part) =>
    before[part] === after[part]
      ? []
      : [{ code: 'environment_changed', path: part, before: before[part], after: after[part] }],
  );
}

/** Where a stage shows the names of what it reads, and others are read: which. */
export function memberChanges(
  was: InputContents | undefined,
  is: InputContents | undefined,
): Pick<Change, 'before' | 'after'> | undefined {
  if (was === undefined || is === undefined || !('many' in was && 'many' in is)) return undefined;
  if (membership(was) === membership(is)) return undefined;
  const [before, after] = differingMembers(was, is);
  return { before, after };
}

type Many = Extract<InputContents, { readonly many: unknown }>;

function membership({ many }: Many): string {
  return canonicalJson(many.map(({ name, keys }) => [name, keys]));
}

/** Names where they tell the difference, else the members whose keys or places differ. */
function differingMembers(
  was: Many,
  is: Many,
): readonly [before: readonly string[], after: readonly string[]] {
  const names = ({ many }: Many): readonly string[] => [...new Set(many.map(({ name }) => name))];
  const [from, to] = [names(was), names(is)];
  if (canonicalJson(from) !== canonicalJson(to)) return [from, to];
  const members = ({ many }: Many): readonly string[] => many.map(({ name, keys }) => stepId(name, keys));
  const [before, after] = [members(was), members(is)];
  return [before.filter((id, i) => id !== after[i]), after.filter((id, i) => id !== before[i])];
}
