// A value for an option of any kind, from its declaration alone. Kinds that need more than that are left to the rules.
import type { CallDeclaration, OptionKind } from '../../src/stages/option.ts';
import type { Value } from '../../src/compiler/value.ts';
import type { Decisions } from './decisions.ts';
import { bool, string, words, type Term } from './terms.ts';

/** What an argument of a call or a field is to be, where its kind does not say enough; `undefined` leaves it out. */
export type Inner = (path: string, kind: OptionKind, d: Decisions) => Term | 'any' | undefined;

/** Nothing where the kind does not say enough. */
export function anyValue(kind: OptionKind, inner: Inner, path: string, d: Decisions): Term | undefined {
  switch (kind.type) {
    case 'int':
      return numbers('int', [1, 2, 3, 5, 0, 13, 21, 42, 64], kind);
    case 'float':
      return numbers('float', [1, 0.5, 0.1, 2, 0.25, 10], kind);
    case 'share':
      return numbers('share', [0.1, 0.2, 0.25, 0.5], { min: 0, max: 1, ...kind });
    case 'bool':
      return bool(d.chance('bool', 0.5));
    case 'string':
      return string(
        d.pick('text', ['plain', 'two words', 'a "quoted" one', 'größer', '# no comment', 'a\\b']),
      );
    case 'duration':
      return { is: 'choice', values: [600, 3600, 7200].map((value): Value => ({ type: 'duration', value })) };
    case 'size':
      return { is: 'choice', values: [1e6, 2e6].map((value): Value => ({ type: 'size', value })) };
    case 'word':
      return words(...Object.keys(kind.words));
    case 'call': {
      const name = d.pick('call', Object.keys(kind.calls));
      return anyCall(name, kind.calls[name], inner, path, d.at(name));
    }
    case 'list': {
      const { min = 1, max = 3 } = kind;
      const count = min + d.below('length', Math.max(1, Math.min(max, min + 2) - min + 1));
      const items = Array.from({ length: count }, (_, i) => anyValue(kind.of, inner, path, d.at(`${i}`)));
      const found = items.filter((item) => item !== undefined);
      if (found.length < min) return undefined;
      return { is: 'list', items: kind.distinct === true ? distinct(kind.of, found, d) : found };
    }
    case 'record':
      return {
        is: 'map',
        entries: Object.entries(kind.fields).flatMap(([name, field]) => {
          const given = field.required || d.chance(name, 0.7);
          const term = given ? argument(`${path}.${name}`, field.kind, inner, d.at(name)) : undefined;
          return term === undefined ? [] : [[name, term] as const];
        }),
      };
    case 'either': {
      const known = kind.kinds.flatMap((one, i) => anyValue(one, inner, path, d.at(`${i}`)) ?? []);
      return known.length === 0 ? undefined : d.pick('either', known);
    }
    case 'map':
    case 'column':
    case 'template':
    case 'count':
    case 'deviation':
    case 'condition':
    case 'name':
    case 'requirement':
    case 'output-path':
    case 'space':
    case 'objective':
    case 'model':
    case 'secret':
      return undefined;
    default:
      return kind satisfies never;
  }
}

export function anyCall(
  name: string,
  declaration: CallDeclaration | undefined,
  inner: Inner,
  path: string,
  d: Decisions,
): Term {
  const args = Object.entries(declaration?.arguments ?? {}).flatMap(([argument_, option]) => {
    const given = option.required || d.chance(`give ${argument_}`, 0.5);
    const term = given ? argument(`${path}.${argument_}`, option.kind, inner, d.at(argument_)) : undefined;
    return term === undefined ? [] : [[argument_, term] as const];
  });
  return { is: 'call', name, arguments: args };
}

function argument(path: string, kind: OptionKind, inner: Inner, d: Decisions): Term | undefined {
  const ruled = inner(path, kind, d);
  return ruled === 'any' ? anyValue(kind, inner, path, d) : ruled;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
}

function numbers(
  type: 'int' | 'float' | 'share',
  candidates: readonly number[],
  { min = -Infinity, max = Infinity, above = -Infinity }: Bounds,
): Term | undefined {
  const inside = candidates.filter((one) => one >= min && one <= max && one > above);
  const allowed = inside.length > 0 ? inside : Number.isFinite(min) ? [min] : [];
  if (allowed.length === 0) return undefined;
  return { is: 'choice', values: allowed.map((value): Value => ({ type, value })) };
}

/** Words that differ: where elements are words, as many of them. */
function distinct(kind: OptionKind, items: readonly Term[], d: Decisions): readonly Term[] {
  if (kind.type === 'word') {
    const all = Object.keys(kind.words);
    const start = d.below('first', all.length);
    return items
      .slice(0, all.length)
      .map((_, i) => ({ is: 'word', word: all[(start + i) % all.length] ?? '' }));
  }
  return items.slice(0, 1);
}
