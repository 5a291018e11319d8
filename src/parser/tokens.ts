// The kinds of tokens. Words of the language other than the reserved ones are ordinary names to the lexer; layout.ts gives
// them a role from what surrounds them. Some tokens have no text: they mark where an item starts, or text that is missing.
import { createToken, Lexer, type IToken, type TokenType } from 'chevrotain';
import { scanString } from './scan-string.ts';

export interface Token extends IToken {
  payload: Place;
}

export interface Place {
  /** 0-based. */
  line: number;
  /** 0-based, in UTF-16 units. */
  column: number;
  /** No other token stands before it on its line. */
  first: boolean;
}

export const BinaryOperator = createToken({ name: 'BinaryOperator', pattern: Lexer.NA });
export const PrefixOperator = createToken({ name: 'PrefixOperator', pattern: Lexer.NA });

export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_]\w*(?:-[A-Za-z]\w*)*/ });

/** A number with whatever letters follow it; build.ts reads the unit. */
export const NumberLiteral = createToken({
  name: 'Number',
  pattern: /(?:\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?|\.\d+)(?:[eE][+-]?\d+)?(?:%|[A-Za-z_]\w*)?/,
});

export const StringLiteral = createToken({
  name: 'String',
  pattern: (text: string, offset: number): [string] | null => {
    if (text[offset] !== '"') return null;
    return [text.slice(offset, scanString(text, offset).end)];
  },
  start_chars_hint: ['"'],
  line_breaks: true,
});

/** `'text'`: reported, then read as a string. */
export const SingleQuoted = createToken({ name: 'SingleQuoted', pattern: /'[^'\n]*'?/ });

const whiteSpace = createToken({ name: 'WhiteSpace', pattern: /[ \t\r\n\f]+/, group: Lexer.SKIPPED });
const comment = createToken({ name: 'Comment', pattern: /#[^\n]*/, group: 'comments' });

function word(text: string, categories: TokenType[] = []): TokenType {
  return createToken({ name: capital(text), pattern: text, longer_alt: Identifier, categories });
}

export const True = word('true');
export const False = word('false');
export const Null = word('null');
export const And = word('and', [BinaryOperator]);
export const Or = word('or', [BinaryOperator]);
export const Not = word('not', [PrefixOperator]);
export const If = word('if');
export const Then = word('then');
export const Else = word('else');

function sign(name: string, pattern: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, pattern, categories });
}

const operators = [BinaryOperator];
export const LCurly = sign('LCurly', '{');
export const RCurly = sign('RCurly', '}');
export const LSquare = sign('LSquare', '[');
export const RSquare = sign('RSquare', ']');
export const LRound = sign('LRound', '(');
export const RRound = sign('RRound', ')');
export const Comma = sign('Comma', ',');
export const Colon = sign('Colon', ':');
export const Range = sign('Range', '..', operators);
export const Dot = sign('Dot', '.');
export const Equal = sign('Equal', '==', operators);
export const Unequal = sign('Unequal', '!=', operators);
export const Assign = sign('Assign', '=');
export const AtMost = sign('AtMost', '<=', operators);
export const AtLeast = sign('AtLeast', '>=', operators);
export const Less = sign('Less', '<', operators);
export const More = sign('More', '>', operators);
export const Plus = sign('Plus', '+', operators);
export const Minus = sign('Minus', '-', [BinaryOperator, PrefixOperator]);
export const Times = sign('Times', '*', operators);
export const Divide = sign('Divide', '/', operators);
export const Pipe = sign('Pipe', '|');

function role(text: string): TokenType {
  return createToken({ name: capital(text), label: text, pattern: Lexer.NA });
}

export const Fsl = role('fsl');
export const Param = role('param');
export const Let = role('let');
export const Import = role('import');
export const As = role('as');
export const Use = role('use');
export const Each = role('each');
export const In = role('in');
export const When = role('when');
export const Defaults = role('defaults');
export const Target = role('target');
export const Per = role('per');
export const Label = role('label');
export const Sd = role('sd');
export const By = role('by');
export const At = role('at');

export const EntryStart = createToken({ name: 'EntryStart', pattern: Lexer.NA });
export const DeclarationStart = createToken({ name: 'DeclarationStart', pattern: Lexer.NA });
/** The name before a `:` inside `()` and `[]`. */
export const Key = createToken({ name: 'Key', pattern: Lexer.NA });
export const TrailingComma = createToken({ name: 'TrailingComma', label: ',', pattern: Lexer.NA });
/** Stands for a value that could not be read. */
export const Missing = createToken({ name: 'Missing', pattern: Lexer.NA });

/** In the order in which the lexer tries them. */
export const lexerTokens: TokenType[] = [
  ...[whiteSpace, comment, True, False, Null, And, Or, Not, If, Then, Else, Identifier],
  ...[Range, NumberLiteral, StringLiteral, SingleQuoted, LCurly, RCurly, LSquare, RSquare, LRound, RRound],
  ...[Comma, Colon, Dot, Equal, Unequal, Assign, AtMost, AtLeast, Less, More, Plus, Minus, Times],
  ...[Divide, Pipe],
];

export const grammarTokens: TokenType[] = [
  ...lexerTokens.filter((type) => ![whiteSpace, comment, SingleQuoted].includes(type)),
  ...[Fsl, Param, Let, Import, As, Use, Each, In, When, Defaults, Target, Per, Label, Sd, By, At],
  ...[BinaryOperator, PrefixOperator, EntryStart, DeclarationStart, Key, TrailingComma, Missing],
];

/** A token that is not in the text, at a place in it. */
export function virtualToken(type: TokenType, offset: number, image = ''): Token {
  return {
    image,
    startOffset: offset,
    endOffset: offset - 1,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    payload: { line: 0, column: 0, first: false },
  };
}

/** Offset after the token; its start for one that is not in the text. */
export function endOf(token: Token): number {
  return (token.endOffset ?? token.startOffset) + 1;
}

/** The same text in another role. */
export function retype(token: Token, type: TokenType): Token {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0 };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
