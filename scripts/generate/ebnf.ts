// grammar/fsl.ebnf: the grammar for people and editors, in the notation of the W3C.
import { binaryPrecedence, prefixPrecedence } from '../../src/parser/operators.ts';
import { grammarRules, type Shape } from './grammar-shape.ts';

const preface = `/* The grammar of FSL, version 1. Generated from src/parser/grammar.ts by \`npm run generate\`.
   Notation: W3C EBNF. White space and comments (# to the end of the line) separate; apart from that they mean nothing.
   Only true false null and or not if then else are reserved: every other quoted word is a name where it cannot be
   that word. An option starts at NAME ':', a declaration at its keyword or at NAME NAME '{'. */
`;

export function ebnf(): string {
  const lines = grammarRules().map(({ name, shape }) => {
    const head = `${name} ::=`;
    if (shape.shape === 'choice' && shape.items.length > 3)
      return `${head}\n    ${shape.items.map(text).join('\n  | ')}`;
    return `${head} ${text(shape)}`;
  });
  return [preface, lines.join('\n\n'), '\n', operators(), lexical].join('\n');
}

function text(item: Shape): string {
  switch (item.shape) {
    case 'text':
      return `'${item.text}'`;
    case 'token':
    case 'rule':
      return item.name;
    case 'sequence':
      return item.items.map(text).join(' ');
    case 'choice':
      return `( ${item.items.map(text).join(' | ')} )`;
    case 'optional':
      return group(item.item, '?');
    case 'repeat':
      return group(item.item, item.least === 0 ? '*' : '+');
    default:
      return item satisfies never;
  }
}

function group(item: Shape, sign: string): string {
  return item.shape === 'sequence' ? `( ${text(item)} )${sign}` : `${text(item)}${sign}`;
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
