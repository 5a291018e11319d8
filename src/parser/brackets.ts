// Makes brackets match, so that everything after it can rely on them. Where they do not, there are several readings: `strict`
// and `layout` believe the indentation, `plain` only the brackets; parse.ts takes the reading with the fewest mistakes.
import type { TokenType } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import type { Source } from './source.ts';
import {
  Colon,
  Comma,
  Else,
  Identifier,
  If,
  LCurly,
  LRound,
  LSquare,
  RCurly,
  RRound,
  RSquare,
  endOf,
  virtualToken,
  type Token,
} from './tokens.ts';

/** Expressions and blocks nest at most this deep. */
const deepest = 200;

export type Reading = 'strict' | 'layout' | 'plain';

export interface Balanced {
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
  /** Those of the problems that are a `}` too many. */
  readonly surplus: ReadonlySet<Problem>;
}

const closers = new Map<TokenType, TokenType>([
  [LCurly, RCurly],
  [LSquare, RSquare],
  [LRound, RRound],
]);
const openers = new Map<TokenType, TokenType>([...closers].map(([open, close]) => [close, open]));
const signs = new Map<TokenType, string>([
  [RCurly, '}'],
  [RSquare, ']'],
  [RRound, ')'],
]);

export function isBalanced(tokens: readonly Token[]): boolean {
  const open: TokenType[] = [];
  for (const { tokenType } of tokens) {
    const closer = closers.get(tokenType);
    if (closer !== undefined) open.push(closer);
    else if (openers.has(tokenType) && open.pop() !== tokenType) return false;
  }
  return open.length === 0;
}

/** Leaves out what is nested too deeply; the brackets around it stay. An `if` nests until its `else`. */
export function prune(tokens: readonly Token[], source: Source): Balanced {
  const kept: Token[] = [];
  const problems: Problem[] = [];
  const conditions = [0];
  let pending = 0;
  let depth = 0;
  const settle = (count: number): void => {
    pending += count - (conditions[conditions.length - 1] ?? 0);
    conditions[conditions.length - 1] = count;
  };
  for (const [i, token] of tokens.entries()) {
    const type = token.tokenType;
    const count = conditions[conditions.length - 1] ?? 0;
    if (closers.has(type)) {
      depth += 1;
      conditions.push(0);
    } else if (type === If) settle(count + 1);
    else if (type === Else) settle(Math.max(0, count - 1));
    else if (type === Comma || (type === Identifier && tokens[i + 1]?.tokenType === Colon)) settle(0);
    const tooMuch = depth + pending > deepest;
    if (tooMuch && problems.length === 0) problems.push(tooDeep(source, token));
    if (!tooMuch) kept.push(token);
    if (openers.has(type) && depth > 0) {
      settle(0);
      conditions.pop();
      depth -= 1;
    }
  }
  return { tokens: kept, problems, surplus: new Set() };
}

function tooDeep(source: Source, token: Token): Problem {
  return {
    code: 'too-deep',
    message: `nested more than ${deepest} deep`,
    span: spanOf(source, token),
    hint: 'give inner parts a name with `let`',
  };
}

interface Open {
  readonly token: Token;
  /** Column of the first token of its line. */
  readonly indent: number;
  /** Not in the text: reported when it was added. */
  readonly added: boolean;
}

/** Adds and drops brackets until they match. `tokens` nest at most `deepest` deep. */
export function balance(tokens: readonly Token[], source: Source, reading: Reading): Balanced {
  const kept: Token[] = [];
  const problems: Problem[] = [];
  const surplus = new Set<Problem>();
  const open: Open[] = [];
  let indent = 0;

  const close = (entry: Open, at: number): void => {
    const closer = closers.get(entry.token.tokenType) ?? RCurly;
    const sign = signs.get(closer) ?? '}';
    kept.push(virtualToken(closer, at, sign));
    if (entry.added) return;
    problems.push({
      code: 'unexpected-text',
      message: `this \`${entry.token.image}\` is never closed`,
      span: spanOf(source, entry.token),
      notes: [
        { span: { source, start: at, end: at }, message: `a \`${sign}\` is missing here, if not before` },
      ],
      hint: `close it with \`${sign}\``,
    });
  };
  const addOpener = (): void => {
    const previous = kept[kept.length - 1];
    const at = previous === undefined ? 0 : endOf(previous);
    const token = virtualToken(LCurly, at, '{');
    open.push({ token, indent, added: true });
    kept.push(token);
    problems.push({
      code: 'unexpected-text',
      message: 'a `{` is missing here',
      span: { source, start: at, end: at },
      hint: 'a stage is written `kind name { option: value }`',
    });
  };

  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    const { first, column } = token.payload;
    const closer = closers.get(token.tokenType);
    const opener = openers.get(token.tokenType);
    if (reading !== 'plain') {
      if (lacksOpener(tokens, i, indent)) addOpener();
      if (first) {
        for (let top = open[open.length - 1]; top !== undefined; top = open[open.length - 1]) {
          const outside = opener === undefined ? column <= top.indent : column < top.indent;
          if (!outside) break;
          open.pop();
          close(top, endOfAll(kept));
        }
      }
    }
    if (first) indent = column;

    if (reading === 'strict' && token.tokenType === LCurly && looksStray(tokens, i)) {
      problems.push({
        code: 'unexpected-text',
        message: 'this `{` is never closed',
        span: spanOf(source, token),
        hint: 'remove it, or close it with `}`',
      });
      continue;
    }
    if (closer !== undefined) {
      open.push({ token, indent, added: false });
    } else if (opener !== undefined) {
      const reach = reachable(open, opener, token);
      const top = reach === undefined ? undefined : open[reach];
      const strays = reading === 'strict' && looksSurplus(tokens, i, open[open.length - 1], top);
      if (top === undefined || reach === undefined || strays) {
        const problem: Problem = {
          code: 'unexpected-text',
          message: `this \`${token.image}\` closes nothing`,
          span: spanOf(source, token),
          hint: 'remove it',
        };
        problems.push(problem);
        if (token.tokenType === RCurly) surplus.add(problem);
        continue;
      }
      while (open.length > reach + 1) {
        const inner = open.pop();
        if (inner !== undefined) close(inner, token.startOffset);
      }
      open.pop();
    }
    kept.push(token);
  }
  for (let top = open.pop(); top !== undefined; top = open.pop()) close(top, endOfAll(kept));
  return { tokens: kept, problems, surplus };
}

/** Index of the bracket that a closer would close. Round and square ones reach across `{` only within a line. */
function reachable(open: readonly Open[], opener: TokenType, closer: Token): number | undefined {
  for (let i = open.length - 1; i >= 0; i -= 1) {
    const token = open[i]?.token;
    if (token?.tokenType === opener) return i;
    if (token?.tokenType === LCurly && token.payload.line !== closer.payload.line) return undefined;
  }
  return undefined;
}

/** A closer that does not stand where people put one: on the opener's line, or alone under its start. */
function looksSurplus(
  tokens: readonly Token[],
  i: number,
  innermost: Open | undefined,
  opener: Open | undefined,
): boolean {
  const token = tokens[i];
  if (token === undefined || innermost === undefined || opener === undefined) return false;
  if (token.tokenType !== RCurly) {
    const inner = closers.get(innermost.token.tokenType);
    return innermost !== opener && closesLater(tokens, i, [inner, token.tokenType]);
  }
  if (token.payload.line === opener.token.payload.line) return false;
  if (!token.payload.first || token.payload.column !== opener.indent) return true;
  const next = tokens[i + 1];
  if (next === undefined || next.payload.first) return false;
  return ![Comma, Else, RCurly, RSquare, RRound].includes(next.tokenType);
}

/** The rest of the line has these closers in this order. */
function closesLater(
  tokens: readonly Token[],
  i: number,
  wanted: readonly (TokenType | undefined)[],
): boolean {
  let met = 0;
  for (const { tokenType, payload } of tokens.slice(i + 1, i + 400)) {
    if (payload.first) return false;
    if (tokenType === wanted[met]) met += 1;
    if (met === wanted.length) return true;
  }
  return false;
}

/** A `{` that neither ends its line nor is closed on it, or that starts one where no block is due. */
function looksStray(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  const next = tokens[i + 1];
  if (token === undefined || next === undefined) return false;
  if (next.payload.first) return token.payload.first && next.payload.column <= token.payload.column;
  let depth = 0;
  for (const { tokenType, payload } of tokens.slice(i + 1, i + 400)) {
    if (payload.first) break;
    if (tokenType === LCurly) depth += 1;
    if (tokenType === RCurly) {
      if (depth === 0) return false;
      depth -= 1;
    }
  }
  return true;
}

const headers = new Set(['each', 'when', 'defaults', 'import']);

/** Token `i` is the first one inside a block whose `{` was forgotten. */
function lacksOpener(tokens: readonly Token[], i: number, indent: number): boolean {
  const token = tokens[i];
  if (token === undefined || token.tokenType === LCurly) return false;
  if (!token.payload.first) {
    const [kind, name, next] = [tokens[i - 2], tokens[i - 1], tokens[i + 1]];
    if (kind?.payload.first !== true || kind.tokenType !== Identifier || kind.image === 'param') return false;
    return name?.tokenType === Identifier && token.tokenType === Identifier && next?.tokenType === Colon;
  }
  if (token.payload.column <= indent) return false;
  let start = i - 1;
  while (start >= 0 && tokens[start]?.payload.first === false) start -= 1;
  const line = tokens.slice(Math.max(start, i - 40), i);
  const [kind, name] = line;
  if (kind?.payload.first !== true || kind.tokenType !== Identifier) return false;
  if (line.some(({ tokenType }) => tokenType === LCurly || tokenType === RCurly)) return false;
  if (headers.has(kind.image)) return name !== undefined && name.tokenType !== Colon;
  return line.length === 2 && name?.tokenType === Identifier;
}

function endOfAll(tokens: readonly Token[]): number {
  const last = tokens[tokens.length - 1];
  return last === undefined ? 0 : endOf(last);
}

function spanOf(source: Source, token: Token): { source: Source; start: number; end: number } {
  return { source, start: token.startOffset, end: endOf(token) };
}
