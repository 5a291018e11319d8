// Gives words their roles and finds where options and declarations start: the part of the language that depends on what
// surrounds a word. After it the grammar needs one token of lookahead. Brackets match already; nothing here fails.
import type { TokenType } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import {
  endsType,
  isKey,
  operandEnds,
  operandStarts,
  startAt,
  typeSoFar,
  type Context,
  type Misspelt,
  type OpenItem,
} from './item-start.ts';
import type { Source } from './source.ts';
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

/** Declarations that end with a block. */
const blocks = new Set(['stage', 'each', 'when', 'defaults', 'import']);

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
        : roleAt(tokens, i, {
            shape: item?.shape,
            block: context.block,
            previous,
            endsType: endsType(item, previous),
          });
      if (role !== undefined) placed = retype(token, role);
    }
    if (!context.block) {
      if (token.tokenType === t.Comma && (next?.tokenType === t.RSquare || next?.tokenType === t.RRound)) {
        placed = retype(token, t.TrailingComma);
      } else if (token.tokenType === t.Identifier && next?.tokenType === t.Colon) {
        placed = retype(token, t.Key);
      }
    }
    if (placed.tokenType === t.AtLeast && item?.shape === 'param' && isOpenType(item)) {
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
      const ended = previous === t.RCurly && blocks.has(item?.shape ?? '');
      context.fresh ||= ended || next?.payload.first === true || isKey(next, tokens[i + 2]);
    }
    previous = placed.tokenType;
  }
  return {
    root: { open: undefined, close: undefined, items: root.items },
    tokens: flat,
    problems: (source) => misspelt.map((item) => misspeltProblem(source, item)),
  };
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

/** The item that the next token belongs to: the last one of the innermost block. */
function ownerOf(stack: readonly Context[]): OpenItem | undefined {
  for (let i = stack.length - 1; i >= 0; i -= 1) {
    const context = stack[i];
    if (context?.block === true) return context.items[context.items.length - 1];
  }
  return undefined;
}

interface WordPlace {
  readonly shape: string | undefined;
  readonly block: boolean;
  readonly previous: TokenType | undefined;
  /** The type of a parameter is complete. */
  readonly endsType: boolean;
}

/** The role of a word inside an item, where it is not a name. */
function roleAt(tokens: readonly Token[], i: number, place: WordPlace): TokenType | undefined {
  const [token, next, after] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  const { previous, shape, block } = place;
  if (token === undefined || previous === undefined) return undefined;
  if (previous === t.Per) return token.image === 'label' ? t.Label : undefined;
  if (!operandEnds.has(previous) && !place.endsType) return undefined;
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
function isOpenType(item: OpenItem): boolean {
  const { ended, open } = typeSoFar(item);
  return !ended && open > 0;
}
