// Gives everything that a program declares another name, everywhere; writes `(name)` where the new name is a word of the option.
import type * as Ast from '../../src/parser/ast.ts';
import type { OptionKind } from '../../src/stages/option.ts';
import { commonOptions } from '../../src/stages/common-options.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';

/** Old names to new ones. */
export type Renaming = ReadonlyMap<string, string>;

/** Stages, parameters, constants, targets, variables: each once, in the order of the program. */
export function declaredNames(declarations: readonly Ast.Declaration[]): readonly string[] {
  const names = new Set<string>();
  const visit = (list: readonly Ast.Declaration[]): void => {
    for (const declaration of list) {
      switch (declaration.node) {
        case 'param':
        case 'let':
        case 'target':
        case 'import':
          names.add(declaration.name.text);
          break;
        case 'stage':
          names.add(declaration.name.text);
          visit(declaration.body);
          break;
        case 'each':
          names.add(declaration.variable.text);
          visit(declaration.body);
          break;
        case 'when':
          visit(declaration.then);
          visit(declaration.otherwise);
          break;
        case 'version':
        case 'use':
        case 'defaults':
          break;
        default:
          declaration satisfies never;
      }
    }
  };
  visit(declarations);
  return [...names];
}

/** What an expression stands for: a value or a stage, something that an option reads, or what only its use will say. */
export type Place = 'value' | 'unknown' | OptionKind;

/** Words that bare names would be taken for where the program uses its own names, by name. */
export function contestedWords(
  declarations: readonly Ast.Declaration[],
): ReadonlyMap<string, readonly string[]> {
  const contested = new Map<string, string[]>();
  const names = new Map(declaredNames(declarations).map((name) => [name, name]));
  rename(declarations, names, (name, place) => {
    const known = contested.get(name);
    if (known === undefined) contested.set(name, [...wordsOf(place)]);
    else known.push(...wordsOf(place));
  });
  return contested;
}

export function rename(
  declarations: readonly Ast.Declaration[],
  renaming: Renaming,
  used: (name: string, place: Place) => void = () => undefined,
): readonly Ast.Declaration[] {
  const registry = standardRegistry();
  const to = (name: Ast.Name): Ast.Name => ({ ...name, text: renaming.get(name.text) ?? name.text });
  const body = (list: readonly Ast.Declaration[]): readonly Ast.Declaration[] => list.map(one);
  const inner = innerNames(declarations);
  // `search` and `fold` are words in there, whatever is called so.
  let block = false;

  function one(declaration: Ast.Declaration): Ast.Declaration {
    switch (declaration.node) {
      case 'version':
      case 'use':
        return declaration;
      case 'param': {
        const { fallback, domain, ...rest } = declaration;
        return {
          ...rest,
          name: to(declaration.name),
          ...(fallback === undefined ? {} : { fallback: expr(fallback, 'value') }),
          ...(domain === undefined ? {} : { domain: expr(domain, 'value') }),
        };
      }
      case 'let':
        return { ...declaration, name: to(declaration.name), value: expr(declaration.value, 'unknown') };
      case 'target':
        return { ...declaration, name: to(declaration.name), stages: expr(declaration.stages, 'value') };
      case 'import':
        return {
          ...declaration,
          name: to(declaration.name),
          entries: declaration.entries.map((entry) => ({ ...entry, value: expr(entry.value, 'value') })),
        };
      case 'each':
        return {
          ...declaration,
          variable: to(declaration.variable),
          list: expr(declaration.list, 'value'),
          body: body(declaration.body),
        };
      case 'when':
        return {
          ...declaration,
          condition: expr(declaration.condition, 'value'),
          then: body(declaration.then),
          otherwise: body(declaration.otherwise),
        };
      case 'defaults':
        return { ...declaration, entries: entriesOf(declaration.kind.text, declaration.entries) };
      case 'stage':
        return {
          ...declaration,
          name: to(declaration.name),
          entries: entriesOf(declaration.kind.text, declaration.entries),
          body: blockBody(declaration.body),
        };
      default:
        return declaration satisfies never;
    }
  }

  function blockBody(list: readonly Ast.Declaration[]): readonly Ast.Declaration[] {
    block = true;
    const renamed = body(list);
    block = false;
    return renamed;
  }

  function entriesOf(kind: string, entries: readonly Ast.Entry[]): readonly Ast.Entry[] {
    const options = { ...commonOptions, ...registry.kind(kind)?.options };
    return entries.map((entry) => {
      const option = Object.entries(options).find(([name]) => name === entry.name.text)?.[1];
      return { ...entry, value: expr(entry.value, option?.kind ?? 'value') };
    });
  }

  function expr(given: Ast.Expr, place: Place): Ast.Expr {
    const plain = (inner: Ast.Expr): Ast.Expr => expr(inner, 'value');
    switch (given.node) {
      case 'literal':
      case 'hole':
        return given;
      case 'text':
        return {
          ...given,
          parts: given.parts.map((part) => (typeof part === 'string' ? part : plain(part))),
        };
      case 'reference': {
        const name = to(given.name);
        const declared = renaming.has(given.name.text);
        if (declared) used(given.name.text, place);
        const hidden = isWord(name.text, place) || (block && blockWords.includes(name.text));
        return { ...given, name, forced: given.forced || (declared && hidden) };
      }
      case 'member': {
        const { object } = given;
        const whole = object.node === 'select' ? object.object : object;
        const parts = whole.node === 'reference' ? inner.get(whole.name.text) : undefined;
        const isInner = parts?.has(given.name.text) === true;
        return { ...given, object: plain(object), ...(isInner ? { name: to(given.name) } : {}) };
      }
      case 'select':
        return {
          ...given,
          object: plain(given.object),
          keys: given.keys.map((key) => ({ ...key, name: to(key.name), value: plain(key.value) })),
        };
      case 'call':
        return {
          ...given,
          arguments: given.arguments.map((argument, i) => ({
            ...argument,
            value: expr(argument.value, argumentPlace(given.callee.text, argument.name?.text ?? i, place)),
          })),
        };
      case 'list':
        return { ...given, items: given.items.map((item) => expr(item, elementPlace(place))) };
      case 'map':
        return {
          ...given,
          entries: given.entries.map((entry) => ({
            ...entry,
            value: expr(entry.value, entryPlace(entry.name.text, place)),
          })),
        };
      case 'unary':
        return { ...given, operand: expr(given.operand, innerPlace(place)) };
      case 'binary':
        return {
          ...given,
          left: expr(given.left, innerPlace(place)),
          right: expr(given.right, innerPlace(place)),
        };
      case 'conditional':
        return {
          ...given,
          condition: plain(given.condition),
          then: expr(given.then, place),
          otherwise: expr(given.otherwise, place),
        };
      case 'per-label':
      case 'deviations':
        return { ...given, count: plain(given.count) };
      case 'claim': {
        const { by, at, ...rest } = given;
        return {
          ...rest,
          comparison: expr(given.comparison, place),
          ...(by === undefined ? {} : { by: plain(by) }),
          ...(at === undefined ? {} : { at: plain(at) }),
        };
      }
      default:
        return given satisfies never;
    }
  }
  return body(declarations);
}

/** What no stage inside another may be called. */
export const blockWords: readonly string[] = ['search', 'fold'];

/** Of each stage with stages inside it: their names, which are parts of it outside. */
export function innerNames(
  declarations: readonly Ast.Declaration[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  const visit = (list: readonly Ast.Declaration[]): void => {
    for (const declaration of list) {
      if (declaration.node === 'each') visit(declaration.body);
      if (declaration.node === 'when') visit([...declaration.then, ...declaration.otherwise]);
      if (declaration.node === 'stage' && declaration.body.length > 0)
        found.set(declaration.name.text, new Set(declaredNames(declaration.body)));
    }
  };
  visit(declarations);
  return found;
}

/** Whether a bare name would be taken for a word there. */
function isWord(name: string, place: Place): boolean {
  return place === 'unknown' || wordsOf(place).includes(name);
}

function wordsOf(place: Place): readonly string[] {
  if (place === 'value' || place === 'unknown') return [];
  switch (place.type) {
    case 'word':
      return Object.keys(place.words);
    case 'call':
      return Object.keys(place.calls);
    case 'count':
      return ['rest'];
    case 'list':
      return wordsOf(place.of);
    case 'either':
      return place.kinds.flatMap(wordsOf);
    case 'requirement':
      return place.metrics;
    default:
      return [];
  }
}

function argumentPlace(callee: string, argument: string | number, place: Place): Place {
  if (place === 'value' || place === 'unknown') return place;
  // Elements of a choice are read where its value is used.
  if (place.type === 'space') return callee === 'choice' ? 'unknown' : 'value';
  if (place.type === 'either' || place.type === 'list')
    for (const kind of place.type === 'list' ? [place.of] : place.kinds) {
      const inner = argumentPlace(callee, argument, kind);
      if (inner !== 'value') return inner;
    }
  if (place.type !== 'call') return 'value';
  const args = Object.entries(place.calls[callee]?.arguments ?? {});
  const found = typeof argument === 'number' ? args[argument] : args.find(([name]) => name === argument);
  return found?.[1].kind ?? 'value';
}

function elementPlace(place: Place): Place {
  if (place === 'value' || place === 'unknown') return place;
  if (place.type === 'list') return place.of;
  return place.type === 'either'
    ? (place.kinds.map(elementPlace).find((kind) => kind !== 'value') ?? 'value')
    : 'value';
}

function entryPlace(key: string, place: Place): Place {
  if (place === 'value' || place === 'unknown') return place;
  if (place.type === 'map') return place.of;
  if (place.type === 'record') return place.fields[key]?.kind ?? 'value';
  return place.type === 'either'
    ? (place.kinds.map((kind) => entryPlace(key, kind)).find((kind) => kind !== 'value') ?? 'value')
    : 'value';
}

/** Operators compute with values, except where they are the option's own. */
function innerPlace(place: Place): Place {
  if (place === 'value' || place === 'unknown') return 'value';
  return place.type === 'requirement' || place.type === 'condition' ? place : 'value';
}
