// A value said in one of the many ways that the language has: as a literal, through a parameter, a constant or an `each` variable,
// by arithmetic, a condition, a function, a text with holes. Declares what it needs.
import type * as Ast from '../../src/parser/ast.ts';
import { sameValue, type Value } from '../../src/compiler/value.ts';
import type { Decisions } from './decisions.ts';
import {
  binary,
  call,
  conditional,
  enumType,
  int,
  letOf,
  list,
  literal,
  map,
  member,
  namedType,
  not,
  paramOf,
  perLabel,
  reference,
  text,
} from './nodes.ts';
import type { Term } from './terms.ts';

/** An `each` around a place. */
export interface Axis {
  readonly name: string;
  readonly values: readonly Value[];
}

export interface SpellingPlace {
  readonly axes: readonly Axis[];
  /** The axes whose value decides what the option is: each element gives another one. */
  readonly decides: Set<Axis>;
}

interface Constant {
  readonly name: string;
  readonly value: Value;
}

/** What the file declares besides stages. */
export class Globals {
  readonly declarations: (Ast.Param | Ast.Let)[] = [];
  readonly #constants: Constant[] = [];
  #count = 0;

  /** A name no word of any option is. */
  fresh(kind: string): string {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }

  known(value: Value): readonly string[] {
    return this.#constants.filter((one) => same(one.value, value)).map(({ name }) => name);
  }

  declare(declaration: Ast.Param | Ast.Let, value: Value | undefined): void {
    this.declarations.push(declaration);
    if (value !== undefined) this.#constants.push({ name: declaration.name.text, value });
  }
}

function same(a: Value, b: Value): boolean {
  return a.type === b.type && sameValue(a, b);
}

const deepest = 2;

export function spellTerm(term: Term, place: SpellingPlace, globals: Globals, d: Decisions): Ast.Expr {
  if (term.is === 'expression') return term.expr;
  if (d.chance('if', 0.04)) {
    const condition = spellBool(true, globals, d.at('condition'), 1);
    const otherwise = spellTerm(term, { ...place, decides: new Set() }, globals, d.at('other')); // not taken
    return conditional(condition, spellTerm(term, place, globals, d.at('then')), otherwise);
  }
  switch (term.is) {
    case 'value':
      return spellValue(term.value, place, globals, d);
    case 'choice': {
      const axis = usableAxis(place, d, (values) =>
        values.every((one) => term.values.some((allowed) => same(one, allowed))),
      );
      if (axis !== undefined) return axis;
      const value = d.pick('which', term.values);
      if ((value.type === 'int' || value.type === 'float') && d.chance('set', 0.12))
        return declareSettable(value, term.values, globals);
      return value.type === 'string'
        ? spellWord(value.value, place, globals, d)
        : spellValue(value, nowhere(place), globals, d);
    }
    case 'word':
      return spellWord(term.word, place, globals, d);
    case 'list':
      return behindLet(place, globals, d, (inner) =>
        term.items.length === 1 && term.items[0] !== undefined && d.chance('alone', 0.2)
          ? spellTerm(term.items[0], inner, globals, d.at('alone'))
          : list(term.items.map((item, i) => spellTerm(item, inner, globals, d.at(`${i}`)))),
      );
    case 'map':
      return behindLet(place, globals, d, (inner) =>
        map(term.entries.map(([key, item]) => [key, spellTerm(item, inner, globals, d.at(key))] as const)),
      );
    case 'per-label':
      return behindLet(place, globals, d, (inner) =>
        perLabel(spellTerm(term.count, inner, globals, d.at('count'))),
      );
    case 'rows':
      return behindLet(place, globals, d, () =>
        call('rows', [[undefined, list(term.rows.map((row) => literal(int(row))))]]),
      );
    case 'call': {
      if (term.arguments.length === 0 && d.chance('bare', 0.5))
        return spellWord(term.name, place, globals, d.at('bare'));
      return behindLet(place, globals, d, (inner) => {
        // Leading arguments may go without their names.
        const plain = d.below('plain', term.arguments.length + 1);
        return call(
          term.name,
          term.arguments.map(([name, item], i) => [
            i < plain && inOrder.has(term.name) ? undefined : name,
            spellTerm(item, inner, globals, d.at(name)),
          ]),
        );
      });
    }
    default:
      return term satisfies never;
  }
}

/** Calls all of whose arguments are given in the order of their declaration, so that names may be left out. */
const inOrder: ReadonlySet<string> = new Set([
  'synonyms',
  'insert',
  'swap',
  'delete',
  'typos',
  'similarity',
  'cv',
]);

/** A constant has no loops around it. */
function behindLet(
  place: SpellingPlace,
  globals: Globals,
  d: Decisions,
  make: (place: SpellingPlace) => Ast.Expr,
): Ast.Expr {
  if (!d.chance('let', 0.1)) return make(place);
  const name = globals.fresh('const');
  const value = make({ axes: [], decides: new Set() });
  if (value.node !== 'call' && value.node !== 'list' && value.node !== 'map' && value.node !== 'per-label')
    return value;
  globals.declare(letOf({ name }, value), undefined);
  return reference(name);
}

/** Ways that do not decide by a loop, where other values than the one given would be wrong. */
function nowhere(place: SpellingPlace): SpellingPlace {
  return { ...place, axes: [] };
}

function usableAxis(
  { axes, decides }: SpellingPlace,
  d: Decisions,
  fits: (values: readonly Value[]) => boolean,
): Ast.Expr | undefined {
  const usable = axes.filter(({ values }) => fits(values));
  if (usable.length === 0 || !d.chance('axis', 0.6)) return undefined;
  const axis = d.pick('which axis', usable);
  decides.add(axis);
  return reference(axis.name, d.chance('forced', 0.1));
}

/** Bare, in quotes, or through a name. */
function spellWord(word: string, place: SpellingPlace, globals: Globals, d: Decisions): Ast.Expr {
  switch (d.below('word', 8)) {
    case 5:
    case 6:
      return text(word);
    case 7:
      return spellValue({ type: 'string', value: word }, place, globals, d.at('text'));
    default:
      return reference(word);
  }
}

export function spellValue(
  value: Value,
  place: SpellingPlace,
  globals: Globals,
  d: Decisions,
  depth = 0,
): Ast.Expr {
  if (value.type === 'list')
    return list(value.items.map((item, i) => spellValue(item, place, globals, d.at(`${i}`), depth + 1)));
  if (value.type === 'null' || value.type === 'secret' || value.type === 'map' || depth >= deepest)
    return literal(value);
  const again = (of: Value, name: string): Ast.Expr => spellValue(of, place, globals, d.at(name), depth + 1);
  const axis = place.axes.find(
    ({ values }) => values.length === 1 && values.every((one) => same(one, value)),
  );
  switch (d.below('how', 14)) {
    case 8: {
      const known = globals.known(value);
      if (known.length > 0 && d.chance('known', 0.7))
        return reference(d.pick('which known', known), d.chance('forced', 0.2));
      return declareParam(value, globals, d);
    }
    case 9: {
      const name = globals.fresh('const');
      const made = spellValue(value, { axes: [], decides: new Set() }, globals, d.at('let'), depth + 1);
      globals.declare(letOf({ name }, made), value);
      return reference(name, d.chance('forced', 0.2));
    }
    case 10:
      return conditional(
        spellBool(true, globals, d.at('condition'), depth + 1),
        again(value, 'then'),
        literal(value),
      );
    case 11:
      return computed(value, again);
    case 12: {
      const name = globals.fresh('table');
      globals.declare(letOf({ name }, map([['kept', literal(value)]])), undefined);
      return member(reference(name), 'kept');
    }
    case 13:
      return axis === undefined ? literal(value) : reference(axis.name);
    default:
      return literal(value);
  }
}

function computed(
  value: Exclude<Value, { type: 'null' | 'secret' | 'list' | 'map' }>,
  again: (of: Value, name: string) => Ast.Expr,
): Ast.Expr {
  switch (value.type) {
    case 'int':
      return value.value > 1
        ? binary('+', again(int(value.value - 1), 'left'), again(int(1), 'right'))
        : call('min', [
            [undefined, again(value, 'least')],
            [undefined, again(int(value.value + 1), 'more')],
          ]);
    case 'float':
    case 'share':
    case 'duration':
    case 'size':
      return binary('/', literal({ ...value, value: value.value * 2 }), again(int(2), 'two')); // exact
    case 'string': {
      const cut = Math.floor(value.value.length / 2);
      const [head, tail] = [value.value.slice(0, cut), value.value.slice(cut)];
      return tail === '' ? literal(value) : text(head, again({ type: 'string', value: tail }, 'tail'));
    }
    case 'bool':
      return not(again({ type: 'bool', value: !value.value }, 'not'));
    default:
      return value satisfies never;
  }
}

export function spellBool(value: boolean, globals: Globals, d: Decisions, depth: number): Ast.Expr {
  const bool: Value = { type: 'bool', value };
  if (depth >= deepest) return literal(bool);
  const inner = (of: boolean, name: string): Ast.Expr => spellBool(of, globals, d.at(name), depth + 1);
  const number = (of: number, name: string): Ast.Expr =>
    spellValue(int(of), { axes: [], decides: new Set() }, globals, d.at(name), depth + 1);
  switch (d.below('bool', 6)) {
    case 1:
      return binary(value ? '<' : '>=', number(1, 'left'), number(2, 'right'));
    case 2:
      return not(inner(!value, 'not'));
    case 3:
      return binary('and', inner(value, 'and'), inner(true, 'also'));
    case 4:
      return binary('or', inner(false, 'either'), inner(value, 'or'));
    case 5:
      return declareParam(bool, globals, d);
    default:
      return literal(bool);
  }
}

/** A parameter all of whose values are as good: `--set` may choose another one. */
function declareSettable(
  value: Extract<Value, { readonly type: 'int' | 'float' | 'share' | 'duration' | 'size' }>,
  values: readonly Value[],
  globals: Globals,
): Ast.Expr {
  const name = globals.fresh(settable);
  globals.declare(
    paramOf({ name }, namedType(value.type), literal(value), list(values.map(literal))),
    undefined,
  );
  return reference(name);
}

/** How names of such parameters begin. */
export const settable = 'set';

function declareParam(
  value: Exclude<Value, { type: 'null' | 'secret' | 'list' | 'map' }>,
  globals: Globals,
  d: Decisions,
): Ast.Expr {
  const name = globals.fresh('param');
  const isWord = value.type === 'string' && /^[a-z]+$/.test(value.value);
  const type = isWord && d.chance('enum', 0.5) ? enumType([value.value, 'another']) : namedType(value.type);
  const domain = domainOf(value, d);
  globals.declare(paramOf({ name }, type, literal(value), domain), value);
  return reference(name, d.chance('forced', 0.2));
}

function domainOf(value: Value, d: Decisions): Ast.Expr | undefined {
  switch (d.below('domain', 3)) {
    case 1:
      return list([literal(value)]);
    case 2:
      return value.type === 'int'
        ? binary('..', literal(int(Math.min(0, value.value))), literal(int(value.value + 3)))
        : undefined;
    default:
      return undefined;
  }
}
