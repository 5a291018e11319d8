// The grammar as EBNF for people and editors, made from the parser's own rules: grammar/fsl.ebnf. Not part of the command.
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
import { Grammar } from './grammar.ts';
import { binaryPrecedence, prefixPrecedence } from './operators.ts';
import * as t from './tokens.ts';

const preface = `/* The grammar of FSL, version 1. Generated from src/parser/grammar.ts by scripts/grammar.mjs.
   Notation: W3C EBNF. White space and comments (# to the end of the line) separate; apart from that they mean nothing.
   Only true false null and or not if then else are reserved: every other quoted word is a name where it cannot be
   that word. An option starts at NAME ':', a declaration at its keyword or at NAME NAME '{'. */
`;

export function grammarText(): string {
  const rules = new Grammar().getGAstProductions();
  const lines = Object.values(rules).map((rule) => {
    const alternatives = topAlternatives(rule.definition);
    const head = `${rule.name} ::=`;
    if (alternatives !== undefined && alternatives.length > 3) {
      return `${head}\n    ${alternatives.join('\n  | ')}`;
    }
    return `${head} ${sequence(rule.definition)}`;
  });
  return [preface, lines.join('\n\n'), '\n', operators(), lexical].join('\n');
}

/** The alternatives of a rule that is nothing but a choice. */
function topAlternatives(definition: readonly IProduction[]): readonly string[] | undefined {
  const [only, ...rest] = definition;
  if (!(only instanceof Alternation) || rest.length > 0) return undefined;
  return choices(only);
}

function choices(alternation: Alternation): readonly string[] {
  return alternation.definition.map(production).filter((text) => text !== '');
}

function sequence(definition: readonly IProduction[]): string {
  return definition
    .map(production)
    .filter((text) => text !== '')
    .join(' ');
}

function production(item: IProduction): string {
  if (item instanceof NonTerminal) return item.nonTerminalName;
  if (item instanceof Terminal) return terminal(item.terminalType);
  if (item instanceof Option) return group(item.definition, '?');
  if (item instanceof Repetition) return group(item.definition, '*');
  if (item instanceof RepetitionMandatory) return group(item.definition, '+');
  if (item instanceof Alternation) {
    const texts = choices(item);
    return texts.length === 1 ? (texts[0] ?? '') : `( ${texts.join(' | ')} )`;
  }
  return item instanceof Alternative ? sequence(item.definition) : '';
}

function group(definition: readonly IProduction[], sign: string): string {
  const text = sequence(definition);
  const single = /^\S+$/.test(text) || (definition.length === 1 && text.startsWith('( '));
  return text === '' ? '' : single ? `${text}${sign}` : `( ${text} )${sign}`;
}

const named = new Map<TokenType, string>([
  [t.Identifier, 'NAME'],
  [t.Key, 'NAME'],
  [t.NumberLiteral, 'NUMBER'],
  [t.StringLiteral, 'STRING'],
  [t.BinaryOperator, 'operator'],
  [t.PrefixOperator, 'prefix'],
  // Marks that the parser puts in; they have no text.
  [t.EntryStart, ''],
  [t.DeclarationStart, ''],
  [t.Missing, ''],
]);

function terminal(type: TokenType): string {
  const name = named.get(type);
  if (name !== undefined) return name;
  return typeof type.PATTERN === 'string' ? `'${type.PATTERN}'` : `'${type.LABEL ?? type.name}'`;
}

function operators(): string {
  const entries = [
    ...Object.entries(binaryPrecedence),
    ...Object.entries(prefixPrecedence).map(([text, level]) => [`${text} (prefix)`, level] as const),
  ];
  const levels = [...new Set(entries.map(([, level]) => level))].sort((a, b) => a - b);
  const rows = levels.map((level) => {
    const texts = entries.filter((entry) => entry[1] === level).map(([text]) => text);
    return `   ${texts.join('  ')}`;
  });
  const quoted = Object.keys(binaryPrecedence).map((text) => `'${text}'`);
  return `operator ::= ${quoted.join(' | ')}

prefix ::= ${Object.keys(prefixPrecedence)
    .map((text) => `'${text}'`)
    .join(' | ')}

/* Operators from loose to tight, those of one line alike; they group to the left, but comparisons and '..' do not chain.
   Suffixes and if … then … else bind loosest of all.
${rows.join('\n')}
*/
`;
}

const lexical = `NAME ::= [A-Za-z_] [A-Za-z0-9_]* ( '-' [A-Za-z] [A-Za-z0-9_]* )*

NUMBER ::= DIGITS ( '.' DIGITS )? ( [eE] [+-]? [0-9]+ )? ( '%' | 's' | 'm' | 'h' | 'd' | 'B' | 'KB' | 'MB' | 'GB' | 'TB' )?

DIGITS ::= [0-9]+ ( '_' [0-9]+ )*

STRING ::= '"' ( [^"\\#xA$] | ESCAPE | INTERPOLATION | '$' )* '"'
         | '"""' ( [^"\\$] | ESCAPE | INTERPOLATION | '$' | '"' )* '"""'

ESCAPE ::= '\\' ( ["\\/bfnrt] | 'u' [0-9A-Fa-f] [0-9A-Fa-f] [0-9A-Fa-f] [0-9A-Fa-f] ) | '$\${'

INTERPOLATION ::= '\${' expression '}'
`;
