// Gives words their roles and finds where options and declarations start: the part of the language that depends on what
// surrounds a word. After it the grammar needs one token of lookahead. Brackets match already; nothing here fails.
import type { TokenType } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import type { Source } from './source.ts';
import { suggest } from './suggest.ts';
import * as t from './tokens.ts';
import { retype, virtualToken, type Token } from './tokens.ts';

/** What stands between `{` and `}`, or the whole file. */
export interface Group {
  /** The `{`; none for the file. */
  readonly open: Token | undefined;
  readonly close: Token | undefined;
  readonly items: readonly Item[];
}

/** An option or a declaration. */
export interface Item {
  readonly form: 'entry' | 'declaration';
  /** Its tokens without its start mark, nor what is inside its `{}`. */
  readonly tokens: readonly Token[];
  readonly groups: readonly Group[];
  /** It starts the way such an item does; otherwise something stands here that starts nothing. */
  readonly recognized: boolean;
}

export interface Layout {
  readonly root: Group;
  /** All tokens in order, with start marks, as the grammar takes them. */
  readonly tokens: readonly Token[];
  /** Keywords that are misspelt. */
  readonly problems: (source: Source) => readonly Problem[];
}

interface OpenItem {
  form: 'entry' | 'declaration';
  tokens: Token[];
  groups: Group[];
  recognized: boolean;
  misspelt: Misspelt | undefined;
  /** The keyword of a declaration, `stage`, or `unknown`. */
  shape: string;
}

interface Context {
  /** In `[` and `(` there are no items. */
  readonly block: boolean;
  readonly open: Token | undefined;
  readonly items: OpenItem[];
  /** The token that follows a comma or the opener starts something. */
  fresh: boolean;
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
const operandEnds = new Set<TokenType>([
  ...[t.Identifier, t.NumberLiteral, t.StringLiteral, t.True, t.False, t.Null, t.Missing],
  ...[t.RCurly, t.RSquare, t.RRound, t.Label, t.Sd],
]);
const operandStarts = new Set<TokenType>([
  ...[t.Identifier, t.NumberLiteral, t.StringLiteral, t.True, t.False, t.Null, t.Missing],
  ...[t.LCurly, t.LSquare, t.LRound, t.Minus, t.Not, t.If],
]);

/** The tokens of a file, or of a single expression. */
export function layout(tokens: readonly Token[], of: 'file' | 'expression'): Layout {
  const flat: Token[] = [];
  const misspelt: Misspelt[] = [];
  const root: Context = { block: of === 'file', open: undefined, items: [], fresh: true };
  const stack: Context[] = [root];
  let previous: TokenType | undefined;

  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    const context = stack[stack.length - 1];
    if (token === undefined || context === undefined) break;
    const next = tokens[i + 1];
    const closes = [t.RCurly, t.RSquare, t.RRound].includes(token.tokenType);

    let item = ownerOf(stack);
    let placed = token;
    if (context.block && !closes && token.tokenType !== t.Comma && token.tokenType !== t.Else) {
      const start = startAt(tokens, i, { context, item, previous });
      if (start !== undefined) {
        item = start.item;
        context.items.push(start.item);
        if (start.item.misspelt !== undefined) misspelt.push(start.item.misspelt);
        const mark = start.item.form === 'entry' ? t.EntryStart : t.DeclarationStart;
        flat.push(virtualToken(mark, token.startOffset));
        if (start.keyword !== undefined) placed = retype(token, start.keyword);
        context.fresh = false;
        previous = undefined;
      }
    }
    if (placed === token && token.tokenType === t.Identifier) {
      const names = item?.shape === 'stage' && item.tokens.length === 1;
      const role = names
        ? undefined
        : roleAt(tokens, i, { shape: item?.shape, block: context.block, previous });
      if (role !== undefined) placed = retype(token, role);
    }
    if (!context.block) {
      if (token.tokenType === t.Comma && (next?.tokenType === t.RSquare || next?.tokenType === t.RRound)) {
        placed = retype(token, t.TrailingComma);
      } else if (token.tokenType === t.Identifier && next?.tokenType === t.Colon) {
        placed = retype(token, t.Key);
      }
    }
    if (placed.tokenType === t.AtLeast && item?.shape === 'param' && closesType(item.tokens)) {
      const more = { ...virtualToken(t.More, token.startOffset, '>'), endOffset: token.startOffset };
      flat.push(more);
      item.tokens.push(more);
      placed = { ...virtualToken(t.Assign, token.startOffset + 1, '='), endOffset: token.startOffset + 1 };
    }
    flat.push(placed);

    if (token.tokenType === t.LCurly) {
      item?.tokens.push(placed);
      stack.push({ block: true, open: token, items: [], fresh: true });
    } else if (token.tokenType === t.RCurly && stack.length > 1 && context.block) {
      stack.pop();
      const owner = ownerOf(stack);
      owner?.groups.push({ open: context.open, close: placed, items: context.items });
      owner?.tokens.push(placed);
      const outer = stack[stack.length - 1];
      if (outer !== undefined && owner !== undefined && endsItem(owner, next)) outer.fresh = true;
    } else {
      item?.tokens.push(placed);
      if (token.tokenType === t.LSquare || token.tokenType === t.LRound) {
        stack.push({ block: false, open: token, items: [], fresh: false });
      } else if (closes && stack.length > 1) stack.pop();
    }
    if (token.tokenType === t.Comma && context.block) {
      context.fresh ||= next?.payload.first === true || isKey(next, tokens[i + 2]);
    }
    previous = placed.tokenType;
  }
  return {
    root: { open: undefined, close: undefined, items: root.items },
    tokens: flat,
    problems: (source) => misspelt.map((item) => misspeltProblem(source, item)),
  };
}

interface Misspelt {
  readonly word: Token;
  readonly meant: string;
}

function misspeltProblem(source: Source, { word, meant }: Misspelt): Problem {
  const span = { source, start: word.startOffset, end: word.startOffset + word.image.length };
  return {
    code: 'unexpected-text',
    message: `\`${word.image}\` starts no declaration`,
    span,
    hint: `did you mean \`${meant}\`?`,
    fix: { span, text: meant },
  };
}

/** A block has just closed: whether that ends the declaration around it. */
function endsItem(item: OpenItem, next: Token | undefined): boolean {
  if (item.form === 'entry' || ['let', 'param', 'target'].includes(item.shape)) return false;
  return next !== undefined && [t.Identifier, t.StringLiteral, t.NumberLiteral].includes(next.tokenType);
}

function isKey(token: Token | undefined, next: Token | undefined): boolean {
  if (token?.tokenType !== t.Identifier && token?.tokenType !== t.StringLiteral) return false;
  return next?.tokenType === t.Colon;
}

/** The item that the next token belongs to: the last one of the innermost block. */
function ownerOf(stack: readonly Context[]): OpenItem | undefined {
  for (let i = stack.length - 1; i >= 0; i -= 1) {
    const context = stack[i];
    if (context?.block === true) return context.items[context.items.length - 1];
  }
  return undefined;
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

/** The item that starts at token `i`, if one does. */
function startAt(tokens: readonly Token[], i: number, around: Surroundings): Start | undefined {
  const [token, second, third] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  if (token === undefined) return undefined;
  const { context, item, previous } = around;
  const isName = token.tokenType === t.Identifier;
  const { first } = token.payload;
  const ended = previous === undefined || operandEnds.has(previous);
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
    [t.LSquare, t.LRound, t.LCurly].includes(token.tokenType) || !operandStarts.has(token.tokenType);
  if (!context.fresh && !isName && continues) return undefined;
  const looksLikeStage = isName && (second?.tokenType === t.Identifier || second?.tokenType === t.LCurly);
  return { item: { ...opened('declaration', 'unknown'), recognized: looksLikeStage } };
}

function opened(form: 'entry' | 'declaration', shape: string): OpenItem {
  return { form, tokens: [], groups: [], recognized: true, misspelt: undefined, shape };
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

interface WordPlace {
  readonly shape: string | undefined;
  readonly block: boolean;
  readonly previous: TokenType | undefined;
}

/** The role of a word inside an item, where it is not a name. */
function roleAt(tokens: readonly Token[], i: number, place: WordPlace): TokenType | undefined {
  const [token, next, after] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  const { previous, shape, block } = place;
  if (token === undefined || previous === undefined) return undefined;
  if (previous === t.Per) return token.image === 'label' ? t.Label : undefined;
  if (!operandEnds.has(previous)) return undefined;
  switch (token.image) {
    case 'per':
      return next?.image === 'label' && next.tokenType === t.Identifier ? t.Per : undefined;
    case 'sd':
      return t.Sd;
    case 'by':
    case 'at':
      if (next === undefined || !operandStarts.has(next.tokenType)) return undefined;
      return token.image === 'by' ? t.By : t.At;
    case 'in':
      return block && (shape === 'each' || shape === 'param') ? t.In : undefined;
    case 'as':
      return block && shape === 'import' && after?.tokenType !== t.Colon ? t.As : undefined;
    default:
      return undefined;
  }
}

/** The tokens so far are `param NAME : list < …`, with a `<` still open. */
function closesType(tokens: readonly Token[]): boolean {
  let open = 0;
  for (const { tokenType } of tokens) {
    if (tokenType === t.Assign) return false;
    if (tokenType === t.Less) open += 1;
    if (tokenType === t.More) open -= 1;
  }
  return open > 0;
}
