// Where an option or a declaration starts, by the words around the place. A misspelt keyword counts as the one it resembles.
import type { TokenType } from 'chevrotain';
import type { Group } from './layout.ts';
import { suggest } from './suggest.ts';
import * as t from './tokens.ts';
import type { Token } from './tokens.ts';

export interface OpenItem {
  form: 'entry' | 'declaration';
  tokens: Token[];
  groups: Group[];
  recognized: boolean;
  misspelt: Misspelt | undefined;
  /** The keyword of a declaration, `stage`, or `unknown`. */
  shape: string;
  /** Of a parameter. */
  type: TypeSoFar;
}

export interface Misspelt {
  readonly word: Token;
  readonly meant: string;
}

export interface Context {
  /** In `[` and `(` there are no items. */
  readonly block: boolean;
  readonly open: Token | undefined;
  readonly items: OpenItem[];
  /** The token that follows a comma or the opener starts something. */
  fresh: boolean;
}

interface Surroundings {
  readonly context: Context;
  readonly item: OpenItem | undefined;
  readonly previous: TokenType | undefined;
}

interface Start {
  readonly item: OpenItem;
  readonly keyword?: TokenType;
}

const keywords = new Map<string, TokenType>([
  ['fsl', t.Fsl],
  ['param', t.Param],
  ['let', t.Let],
  ['import', t.Import],
  ['use', t.Use],
  ['each', t.Each],
  ['when', t.When],
  ['defaults', t.Defaults],
  ['target', t.Target],
]);
const joiners = new Set(['per', 'by', 'at', 'in', 'as', 'sd']);
export const operandEnds = new Set<TokenType>([
  ...[t.Identifier, t.NumberLiteral, t.StringLiteral, t.True, t.False, t.Null, t.Missing],
  ...[t.RCurly, t.RSquare, t.RRound, t.Label, t.Sd],
]);
export const operandStarts = new Set<TokenType>([
  ...[t.Identifier, t.NumberLiteral, t.StringLiteral, t.True, t.False, t.Null, t.Missing],
  ...[t.LCurly, t.LSquare, t.LRound, t.Minus, t.Not, t.If],
]);

/** The item that starts at token `i`, if one does. */
export function startAt(tokens: readonly Token[], i: number, around: Surroundings): Start | undefined {
  const [token, second, third] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  if (token === undefined) return undefined;
  const { context, item, previous } = around;
  const isName = token.tokenType === t.Identifier;
  const { first } = token.payload;
  const ended = previous === undefined || operandEnds.has(previous) || endsType(item, previous);
  const may = context.fresh || (first && ended);
  const shape = context.fresh ? undefined : item?.shape;

  if (isKey(token, second)) {
    const parameter = shape === 'param' && item?.tokens.length === 1;
    // On the same line, `a: b: c` and what follows text that starts nothing are not options of their own.
    const apart = first || context.fresh || (ended && shape !== 'unknown' && context.open !== undefined);
    if (apart && !parameter) return { item: opened('entry', 'entry') };
  }
  if (isName) {
    // `in` and `as` go on with a header that spans lines.
    const joins = !context.fresh && joiners.has(token.image) && ended && !startsStage(token, second, third);
    const goesOn = joins && !(first && second?.tokenType === t.Assign);
    const importing = shape === 'import' && (item?.tokens.length ?? 0) < 4;
    const header = shape === 'each' || importing || shape === 'when' || shape === 'unknown';
    const open = header && !first && !context.fresh;
    const word = token.image;
    if (!goesOn && !open) {
      const keyword = keywords.get(word);
      const apart = first || ended || previous === t.Comma || context.fresh;
      const starts =
        (apart && startsKeyword(word, second, third)) ||
        (previous === t.Comma && word === 'when' && isOperand(second)) ||
        (first && collides(second) && !startsStage(token, second, third)) ||
        (may && mayStartKeyword(word, second, third));
      if (keyword !== undefined && starts) return { item: opened('declaration', word), keyword };
      const headed = shape === 'each' && (word === 'in' || item?.tokens.length === 1);
      if (apart && startsStage(token, second, third) && !headed && !(shape === 'import' && word === 'as')) {
        return { item: opened('declaration', 'stage') };
      }
      if (may) {
        const meant = resembled(word, second, third);
        if (meant !== undefined) {
          const misspelt = { ...opened('declaration', meant), misspelt: { word: token, meant } };
          return { item: misspelt, keyword: keywords.get(meant) ?? t.Identifier };
        }
      }
    }
    if (goesOn || (shape === 'stage' && item?.tokens.length === 1)) return undefined;
  }
  if (!may) return undefined;
  const continues =
    [t.LSquare, t.LRound, t.LCurly, t.Minus].includes(token.tokenType) || !operandStarts.has(token.tokenType);
  if (!context.fresh && !isName && continues) return undefined;
  const looksLikeStage = isName && (second?.tokenType === t.Identifier || second?.tokenType === t.LCurly);
  return { item: { ...opened('declaration', 'unknown'), recognized: looksLikeStage } };
}

/** `param NAME: list<int>` and nothing more so far. */
export function endsType(item: OpenItem | undefined, previous: TokenType | undefined): boolean {
  if (previous !== t.More || item?.shape !== 'param') return false;
  const type = typeSoFar(item);
  return !type.ended && type.open >= 0;
}

export interface TypeSoFar {
  /** Tokens that were looked at. */
  read: number;
  /** A `=` or an `in` has come. */
  ended: boolean;
  /** `<` that are still open. */
  open: number;
}

/** How far the type of a parameter has come. Looks at every token once. */
export function typeSoFar({ tokens, type }: OpenItem): TypeSoFar {
  for (; type.read < tokens.length && !type.ended; type.read += 1) {
    const tokenType = tokens[type.read]?.tokenType;
    if (tokenType === t.Assign || tokenType === t.In) type.ended = true;
    if (tokenType === t.Less) type.open += 1;
    if (tokenType === t.More) type.open -= 1;
  }
  return type;
}

function isOperand(token: Token | undefined): boolean {
  return token !== undefined && operandStarts.has(token.tokenType);
}

function opened(form: 'entry' | 'declaration', shape: string): OpenItem {
  return {
    form,
    tokens: [],
    groups: [],
    recognized: true,
    misspelt: undefined,
    shape,
    type: { read: 0, ended: false, open: 0 },
  };
}

function startsStage(kind: Token, name: Token | undefined, brace: Token | undefined): boolean {
  const names = kind.tokenType === t.Identifier && name?.tokenType === t.Identifier;
  return names && brace?.tokenType === t.LCurly && kind.image !== 'in' && kind.image !== 'as';
}

/** Text that can be nothing else than the start of this declaration. */
function startsKeyword(word: string, second: Token | undefined, third: Token | undefined): boolean {
  const [a, b] = [second?.tokenType, third?.tokenType];
  switch (word) {
    case 'fsl':
      return a === t.NumberLiteral;
    case 'let':
    case 'target':
      return a === t.Identifier && b === t.Assign;
    case 'param':
      return a === t.Identifier && b === t.Colon;
    case 'import':
    case 'use':
      return a === t.StringLiteral;
    case 'each':
      return a === t.Identifier && third?.image === 'in';
    case 'defaults':
      return a === t.Identifier && b === t.LCurly;
    default:
      return false;
  }
}

/** What follows a word on its line is a value, so that the two cannot be one expression. */
function collides(next: Token | undefined): boolean {
  if (next === undefined || next.payload.first || joiners.has(next.image)) return false;
  return [t.Identifier, t.NumberLiteral, t.StringLiteral, t.True, t.False, t.Null].includes(next.tokenType);
}

/** Where an item may start, a keyword starts its declaration, unless it is an option or the kind of a stage. */
function mayStartKeyword(word: string, second: Token | undefined, third: Token | undefined): boolean {
  if (second?.tokenType === t.Colon) return false;
  if (['each', 'when', 'defaults'].includes(word)) return true;
  return !(second?.tokenType === t.Identifier && third?.tokenType === t.LCurly);
}

/** The keyword whose shape the text has, though the word is another: `eac seed in seeds`, `lett x = 3`, `x = 3`. */
function resembled(word: string, second: Token | undefined, third: Token | undefined): string | undefined {
  const [a, b] = [second?.tokenType, third?.tokenType];
  if (a === t.Identifier && b === t.Identifier && third?.image === 'in') return 'each';
  if (a === t.Identifier && second?.image === 'in' && word.startsWith('each')) return 'each';
  if (a === t.Identifier && b === t.Assign) return suggest(word, ['let', 'target']) ?? 'let';
  if (a === t.Identifier && b === t.Colon) return suggest(word, ['param']);
  if (a === t.StringLiteral) return suggest(word, ['import', 'use']);
  if (a === t.NumberLiteral) return suggest(word, ['fsl']);
  return b === t.LCurly ? undefined : suggest(word, ['when']);
}

export function isKey(token: Token | undefined, next: Token | undefined): boolean {
  if (token?.tokenType !== t.Identifier && token?.tokenType !== t.StringLiteral) return false;
  return next?.tokenType === t.Colon;
}
