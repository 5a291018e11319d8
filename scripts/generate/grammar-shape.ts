// The parser's own grammar as plain data, for whatever shows it: marks that the parser puts in and that have no text are left out.
import {
  Alternation,
  Alternative,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  Terminal,
  type IProduction,
  type TokenType,
} from 'chevrotain';
import { Grammar } from '../../src/parser/grammar.ts';
import * as t from '../../src/parser/tokens.ts';

export type Shape =
  /** Text as it stands in a program. */
  | { readonly shape: 'text'; readonly text: string }
  /** A token of a class: `NAME`, `NUMBER`, `STRING`. */
  | { readonly shape: 'token'; readonly name: string }
  | { readonly shape: 'rule'; readonly name: string }
  | { readonly shape: 'sequence'; readonly items: readonly Shape[] }
  | { readonly shape: 'choice'; readonly items: readonly Shape[] }
  | { readonly shape: 'repeat'; readonly least: 0 | 1; readonly item: Shape }
  | { readonly shape: 'optional'; readonly item: Shape };

export interface Rule {
  readonly name: string;
  readonly shape: Shape;
}

/** In the order of the grammar, `file` first. */
export function grammarRules(): readonly Rule[] {
  const rules = new Grammar().getGAstProductions();
  return Object.values(rules).map(({ name, definition }) => ({ name, shape: sequence(definition) }));
}

const empty: Shape = { shape: 'sequence', items: [] };

function sequence(definition: readonly IProduction[]): Shape {
  const items = definition.map(production).filter((item) => !isEmpty(item));
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { shape: 'sequence', items };
}

function production(item: IProduction): Shape {
  if (item instanceof NonTerminal) return { shape: 'rule', name: item.nonTerminalName };
  if (item instanceof Terminal) return terminal(item.terminalType);
  if (item instanceof Alternative) return sequence(item.definition);
  if (item instanceof Alternation) {
    const items = item.definition.map(production).filter((one) => !isEmpty(one));
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { shape: 'choice', items };
  }
  const inner =
    item instanceof Option || item instanceof Repetition || item instanceof RepetitionMandatory
      ? sequence(item.definition)
      : empty;
  if (isEmpty(inner)) return empty;
  if (item instanceof Option) return { shape: 'optional', item: inner };
  return { shape: 'repeat', least: item instanceof RepetitionMandatory ? 1 : 0, item: inner };
}

function isEmpty(item: Shape): boolean {
  return item.shape === 'sequence' && item.items.length === 0;
}

const classes = new Map<TokenType, string>([
  [t.Identifier, 'NAME'],
  [t.Key, 'NAME'],
  [t.NumberLiteral, 'NUMBER'],
  [t.StringLiteral, 'STRING'],
]);

/** Classes that rules of their own spell out: grammar/fsl.ebnf says what is in them. */
const operators = new Map<TokenType, string>([
  [t.BinaryOperator, 'operator'],
  [t.PrefixOperator, 'prefix'],
]);

const marks = new Set<TokenType>([t.EntryStart, t.DeclarationStart, t.Missing]);

function terminal(type: TokenType): Shape {
  if (marks.has(type)) return empty;
  const token = classes.get(type);
  if (token !== undefined) return { shape: 'token', name: token };
  const operator = operators.get(type);
  if (operator !== undefined) return { shape: 'rule', name: operator };
  return { shape: 'text', text: typeof type.PATTERN === 'string' ? type.PATTERN : (type.LABEL ?? type.name) };
}
