// Text -> tokens with places, comments, and what was wrong with single tokens. Never fails.
import { Lexer, type IToken } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import { scanString } from './scan-string.ts';
import type { Source } from './source.ts';
import { Identifier, lexerTokens, SingleQuoted, StringLiteral, retype, type Token } from './tokens.ts';

export interface Comment {
  readonly start: number;
  readonly end: number;
  /** 0-based. */
  readonly line: number;
  /** Nothing but the comment is on its line. */
  readonly alone: boolean;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly problems: readonly Problem[];
}

export interface Extent {
  readonly start: number;
  readonly end: number;
}

export type Lex = (source: Source, extent?: Extent) => Lexed;

/** Making the lexer takes some milliseconds, so callers keep what this returns. */
export function createLex(): Lex {
  const lexer = new Lexer(lexerTokens, {
    positionTracking: 'onlyOffset',
    skipValidations: true,
    ensureOptimizations: false,
  });
  return (source, extent = { start: 0, end: source.text.length }) => lex(lexer, source, extent);
}

function lex(lexer: Lexer, source: Source, extent: Extent): Lexed {
  const { text } = source;
  const base = extent.start === 0 && text.startsWith('\uFEFF') ? 1 : extent.start;
  const { tokens: read, errors, groups } = lexer.tokenize(text.slice(base, extent.end));
  const problems: Problem[] = [];
  const strays = errors.map(({ offset, length }) => ({ start: base + offset, end: base + offset + length }));
  for (const token of read) shift(token, base);
  const joined = joinForeignNames(read, strays, text);
  for (const stray of joined.strays) problems.push(strayProblem(source, stray));
  for (const name of joined.foreign) {
    problems.push({
      code: 'bad-character',
      message: `\`${name.image}\` has letters that a name cannot have`,
      span: { source, start: name.startOffset, end: name.startOffset + name.image.length },
      hint: 'names are made of `A-Z`, `a-z`, `0-9`, `_` and `-`; any text may stand in a string',
    });
  }
  const unseen = extent.start === 0 ? unseenProblem(source) : undefined;
  if (unseen !== undefined) problems.push(unseen);
  const tokens = locate(joined.tokens, text).map((token) => checkQuotes(token, source, problems));
  const comments = (groups['comments'] ?? []).map((token) => commentAt(shift(token, base), text));
  return { tokens, comments: countLines(comments, text), problems };
}

function shift(token: IToken, by: number): IToken {
  token.startOffset += by;
  token.endOffset = token.startOffset + token.image.length - 1;
  return token;
}

interface Joined {
  readonly tokens: readonly IToken[];
  readonly strays: readonly Extent[];
  readonly foreign: readonly IToken[];
}

/** Letters outside ASCII and the names they touch become one name each; other stray text stays stray. */
function joinForeignNames(read: readonly IToken[], strays: readonly Extent[], text: string): Joined {
  const letters = strays.filter(({ start, end }) => /^[\p{L}\p{M}\p{N}]+$/u.test(text.slice(start, end)));
  if (letters.length === 0) return { tokens: read, strays, foreign: [] };
  const tokens: IToken[] = [];
  const foreign = new Set<IToken>();
  const pieces: (IToken | Extent)[] = [...read, ...letters].sort((a, b) => startOf(a) - startOf(b));
  for (const piece of pieces) {
    const isToken = 'image' in piece;
    const last = tokens[tokens.length - 1];
    const touches = last?.tokenType === Identifier && last.endOffset === startOf(piece) - 1;
    if (touches && last !== undefined && (!isToken || foreign.has(last))) {
      const end = isToken ? piece.startOffset + piece.image.length : piece.end;
      if (!isToken || /^\w/.test(piece.image)) {
        last.image = text.slice(last.startOffset, end);
        last.endOffset = end - 1;
        foreign.add(last);
        continue;
      }
    }
    if (isToken) tokens.push(piece);
    else {
      const offsets = { startOffset: piece.start, endOffset: piece.end - 1 };
      const token = {
        image: text.slice(piece.start, piece.end),
        ...offsets,
        tokenType: Identifier,
        tokenTypeIdx: Identifier.tokenTypeIdx ?? 0,
      };
      tokens.push(token);
      foreign.add(token);
    }
  }
  const lettersSet = new Set(letters);
  return { tokens, strays: strays.filter((stray) => !lettersSet.has(stray)), foreign: [...foreign] };
}

function startOf(piece: IToken | Extent): number {
  return 'image' in piece ? piece.startOffset : piece.start;
}

function locate(tokens: readonly IToken[], text: string): readonly Token[] {
  const lines = lineCounter(text);
  let lastLine = -1;
  return tokens.map((token) => {
    const { line, start } = lines(token.startOffset);
    const first = line !== lastLine;
    lastLine = token.tokenType === StringLiteral ? lines(token.startOffset + token.image.length).line : line;
    return Object.assign(token, { payload: { line, column: token.startOffset - start, first } });
  });
}

/** Line and its start for offsets that never go back. */
function lineCounter(text: string): (offset: number) => { readonly line: number; readonly start: number } {
  let line = 0;
  let start = 0;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next !== -1 && next < offset) {
      line += 1;
      start = next + 1;
      next = text.indexOf('\n', start);
    }
    return { line, start };
  };
}

function checkQuotes(token: Token, source: Source, problems: Problem[]): Token {
  const { startOffset: start, image } = token;
  const span = { source, start, end: start + image.length };
  if (token.tokenType === SingleQuoted) {
    const inner = image.slice(1).replace(/'$/, '');
    problems.push({
      code: 'unexpected-text',
      message: 'strings take double quotes',
      span,
      hint: `write \`${JSON.stringify(inner)}\``,
      fix: { span, text: JSON.stringify(inner) },
    });
    return retype(token, StringLiteral);
  }
  if (token.tokenType !== StringLiteral) return token;
  const { closed, triple } = scanString(source.text, start);
  if (!closed) {
    problems.push({
      code: 'unclosed-string',
      message: 'this string is never closed',
      span: triple ? { source, start, end: start + 3 } : span,
      hint: triple ? 'close it with `"""`' : 'close it with `"`; a string over several lines takes `"""`',
    });
  } else if (image.includes('\0')) {
    problems.push({
      code: 'bad-character',
      message: 'a string cannot hold the character U+0000',
      span,
      hint: 'remove it',
    });
  }
  return token;
}

function commentAt(token: IToken, text: string): Omit<Comment, 'line'> {
  const start = token.startOffset;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const end = start + token.image.replace(/\r$/, '').length;
  return { start, end, alone: /^[\s\uFEFF]*$/.test(text.slice(lineStart, start)) };
}

function countLines(comments: readonly Omit<Comment, 'line'>[], text: string): readonly Comment[] {
  const lines = lineCounter(text);
  return comments.map((entry) => ({ ...entry, line: lines(entry.start).line }));
}

/** The first character that makes a text read otherwise than it is: to some editors it ends a line, or reorders one. */
function unseenProblem(source: Source): Problem | undefined {
  const found = /[\u202A-\u202E\u2066-\u2069]|\r(?!\r*\n)/.exec(source.text);
  if (found === null) return undefined;
  const span = { source, start: found.index, end: found.index + 1 };
  if (found[0] === '\r')
    return {
      code: 'bad-character',
      message: 'a carriage return alone ends no line here',
      span,
      hint: 'save the file with the line ends LF or CRLF; in a text it is written `\\r`',
    };
  const name = visible(found[0]);
  return {
    code: 'bad-character',
    message: `\`${name}\` reorders the text around it, so that it reads otherwise than it is`,
    span,
    hint: `remove it; in a text it is written \`\\u${name.slice(2)}\``,
  };
}

const advice: Readonly<Record<string, string>> = {
  '&&': 'write `and`',
  '!': 'write `not`',
  ';': 'nothing stands between options and declarations; remove it',
  '\u00A0': 'this is a no-break space; type an ordinary space',
  '\u201C': 'strings take straight quotes: `"`',
  '\u201D': 'strings take straight quotes: `"`',
  '\u201E': 'strings take straight quotes: `"`',
  '\u2018': 'strings take straight quotes: `"`',
  '\u2019': 'strings take straight quotes: `"`',
  '\u2013': 'this is a dash; a minus is `-`',
  '\u2212': 'this is not the ASCII minus; type `-`',
};

function strayProblem(source: Source, { start, end }: Extent): Problem {
  const text = source.text.slice(start, end);
  const shown = [...text].slice(0, 8).map(visible).join('');
  return {
    code: 'bad-character',
    message: `\`${shown}\` means nothing here`,
    span: { source, start, end },
    hint: advice[text] ?? advice[text.charAt(0)] ?? 'remove it, or put it into a string',
  };
}

/** Characters that would not show are written as `U+0000`. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (!/[\p{C}\p{Z}`]/u.test(character)) return character;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
