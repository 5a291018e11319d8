// A broken option or declaration -> tokens that the grammar takes, with marks where something is missing or unreadable.
import type { CstNode } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import type { Grammar } from './grammar.ts';
import type { Item } from './layout.ts';
import { problemOf, type Misfit } from './messages.ts';
import { runRule } from './run-rule.ts';
import type { Source } from './source.ts';
import * as t from './tokens.ts';
import { retype, virtualToken, type Token } from './tokens.ts';

export interface Mending {
  readonly grammar: Grammar;
  readonly source: Source;
}

export interface Broken {
  readonly tokens: readonly Token[];
  readonly misfit: Misfit;
  /** Takes problems in other list elements. */
  readonly extra: Problem[];
}

export function mend(mending: Mending, form: Item['form'], broken: Broken): CstNode | undefined {
  const { tokens } = broken;
  const mended = form === 'entry' ? mendEntry(mending, broken) : mendDeclaration(mending, broken);
  if (mended === undefined || mended === tokens) return undefined;
  const result = runRule(mending.grammar, form === 'entry' ? 'entry' : 'declaration', mended);
  return 'tree' in result ? result.tree : undefined;
}

function mendEntry(mending: Mending, { tokens, misfit, extra }: Broken): readonly Token[] | undefined {
  const [name, colon, ...value] = tokens;
  if (name === undefined || colon?.tokenType !== t.Colon) return undefined;
  return [name, colon, ...mendExpression(mending, value, { extra, first: misfit.at - 2 })];
}

/** The tokens of an expression that can be read; a list element that cannot be becomes a missing one, or else the whole does. */
function mendExpression(
  { grammar, source }: Mending,
  given: readonly Token[],
  report?: { readonly extra: Problem[]; readonly first: number },
): readonly Token[] {
  const start = given[0]?.startOffset ?? 0;
  const last = given[given.length - 1];
  const end = last === undefined ? start : t.endOf(last);
  const whole: Token = {
    ...virtualToken(t.Missing, start, source.text.slice(start, end)),
    endOffset: end - 1,
  };
  const found: Problem[] = [];
  let tokens = given;
  for (let tries = 0; tries < 16; tries += 1) {
    const result = runRule(grammar, 'expression', tokens);
    if ('tree' in result) {
      report?.extra.push(...found);
      return tokens;
    }
    const { misfit } = result;
    if (tries > 0 || misfit.at !== report?.first) {
      found.push(problemOf(misfit, { source, tokens, container: '', fallback: end }));
    }
    const following = tokens[misfit.at];
    const beyond = misfit.at > 0 && misfit.expected.length === 0 && following?.payload.first === true;
    const next = beyond ? tokens.slice(0, misfit.at) : withoutElement(tokens, misfit.at);
    if (next === undefined) return [whole];
    tokens = next;
  }
  return [whole];
}

/** The tokens with the list element or argument around index `at` replaced by a missing one. */
function withoutElement(tokens: readonly Token[], at: number): readonly Token[] | undefined {
  const opens: number[] = [];
  for (const [i, { tokenType: type }] of tokens.entries()) {
    if (i >= at) break;
    if (type === t.LSquare || type === t.LRound) opens.push(i);
    if (type === t.RSquare || type === t.RRound) opens.pop();
  }
  const open = opens.pop();
  if (open === undefined) return undefined;
  let depth = 0;
  let from = open + 1;
  let to = tokens.length;
  for (let i = open + 1; i < tokens.length; i += 1) {
    const type = tokens[i]?.tokenType;
    if (type === t.LSquare || type === t.LRound) depth += 1;
    else if (
      depth === 0 &&
      (type === t.Comma || type === t.TrailingComma || type === t.RSquare || type === t.RRound)
    ) {
      if (i >= at || type === t.RSquare || type === t.RRound) {
        to = i;
        break;
      }
      from = i + 1;
    } else if (type === t.RSquare || type === t.RRound) depth -= 1;
  }
  const [key, colon] = [tokens[from], tokens[from + 1]];
  if (key?.tokenType === t.Key && colon?.tokenType === t.Colon && to >= from + 2) from += 2;
  const element = tokens.slice(from, to);
  if (element.length === 1 && element[0]?.tokenType === t.Missing) return undefined;
  const start = element[0]?.startOffset ?? tokens[from - 1]?.startOffset ?? 0;
  return [...tokens.slice(0, from), virtualToken(t.Missing, start), ...tokens.slice(to)];
}

/** The same declaration with everything it needs: what is missing or unreadable is put in as missing. */
function mendDeclaration(mending: Mending, { tokens, misfit, extra }: Broken): readonly Token[] | undefined {
  const [keyword] = tokens;
  if (keyword === undefined) return undefined;
  const end = endOf(tokens);
  const name =
    tokens[1]?.tokenType === t.Identifier ? tokens[1] : virtualToken(t.Identifier, endOf([keyword]));
  const value = (from: number, to: number): readonly Token[] =>
    mendExpression(mending, tokens.slice(from, to), { extra, first: misfit.at - from });
  const mark = (type: typeof t.Let, after: number): number => {
    const index = tokens.findIndex((token) => token.tokenType === type);
    return index === -1 ? after : index + 1;
  };
  const add = (type: typeof t.Let, image = ''): Token => virtualToken(type, end, image);
  switch (keyword.tokenType) {
    case t.Fsl: {
      const number = tokens.find(({ tokenType }) => tokenType === t.NumberLiteral);
      return number && [keyword, number];
    }
    case t.Let:
    case t.Target: {
      const from = mark(t.Assign, tokens.length);
      return [keyword, name, add(t.Assign), ...value(from, tokens.length)];
    }
    case t.Param: {
      const assign = tokens.findIndex(({ tokenType }) => tokenType === t.Assign);
      const domain = tokens.findIndex(({ tokenType }) => tokenType === t.In);
      const stop = domain === -1 ? tokens.length : domain;
      const typeEnd = assign === -1 ? stop : assign;
      const type = mendType(mending, tokens.slice(mark(t.Colon, typeEnd), typeEnd), end);
      const fallback = assign === -1 ? [] : [add(t.Assign), ...value(assign + 1, stop)];
      const range = domain === -1 ? [] : [add(t.In), ...value(domain + 1, tokens.length)];
      return [keyword, name, add(t.Colon), ...type, ...fallback, ...range];
    }
    case t.Import:
    case t.Use: {
      const path = tokens.find(({ tokenType }) => tokenType === t.StringLiteral) ?? add(t.Missing);
      if (keyword.tokenType === t.Use) return [keyword, path];
      const as = mark(t.As, tokens.length);
      const given = tokens.slice(as).find(({ tokenType }) => tokenType === t.Identifier);
      const block = bracesOf(tokens)[0] ?? [];
      return [keyword, path, add(t.As), given ?? add(t.Identifier), ...block];
    }
    case t.Each: {
      const blocks = bracesOf(tokens);
      const block = blocks[blocks.length - 1];
      const stop = block?.[0] === undefined ? tokens.length : tokens.indexOf(block[0]);
      const from = mark(t.In, stop);
      return [keyword, name, add(t.In), ...value(from, stop), ...(block ?? [add(t.LCurly), add(t.RCurly)])];
    }
    case t.When: {
      const branch = tokens.findIndex(({ tokenType }, i) => tokenType === t.Else && i > 1);
      const before = bracesOf(branch === -1 ? tokens : tokens.slice(0, branch));
      const then = before[before.length - 1];
      const stop =
        then?.[0] === undefined ? (branch === -1 ? tokens.length : branch) : tokens.indexOf(then[0]);
      const otherwise = branch === -1 ? undefined : bracesOf(tokens.slice(branch))[0];
      const rest = otherwise === undefined ? [] : [add(t.Else), ...otherwise];
      return [keyword, ...value(1, stop), ...(then ?? [add(t.LCurly), add(t.RCurly)]), ...rest];
    }
    case t.Defaults:
      return [keyword, name, ...(bracesOf(tokens)[0] ?? [add(t.LCurly), add(t.RCurly)])];
    case t.Identifier: {
      const each = asEach(tokens);
      if (each !== undefined) return [...each.head, ...value(each.from, each.stop), ...each.block];
      const block = bracesOf(tokens)[0];
      if (block === undefined && tokens[1]?.tokenType !== t.Identifier) return undefined;
      return [keyword, name, ...(block ?? [add(t.LCurly), add(t.RCurly)])];
    }
    default:
      return undefined;
  }
}

/** `… NAME in LIST { … }` under a word that is not `each`. */
function asEach(tokens: readonly Token[]):
  | {
      readonly head: readonly Token[];
      readonly from: number;
      readonly stop: number;
      readonly block: readonly Token[];
    }
  | undefined {
  const word = tokens.findIndex(({ image, tokenType }) => image === 'in' && tokenType === t.Identifier);
  const [keyword, name, joint] = [tokens[0], tokens[word - 1], tokens[word]];
  const block = bracesOf(tokens)[0];
  if (keyword === undefined || name?.tokenType !== t.Identifier || joint === undefined) return undefined;
  if (block?.[0] === undefined) return undefined;
  const head = [virtualToken(t.Each, keyword.startOffset, keyword.image), name, retype(joint, t.In)];
  return { head, from: word + 1, stop: tokens.indexOf(block[0]), block };
}

function mendType({ grammar }: Mending, tokens: readonly Token[], end: number): readonly Token[] {
  const probe = [virtualToken(t.Param, end), virtualToken(t.Identifier, end), virtualToken(t.Colon, end)];
  const fits = tokens.length > 0 && 'tree' in runRule(grammar, 'declaration', [...probe, ...tokens]);
  return fits ? tokens : [virtualToken(t.Missing, tokens[0]?.startOffset ?? end)];
}

/** The emptied blocks of a declaration that are not inside other brackets. */
function bracesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [];
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    const type = token.tokenType;
    if (type === t.LSquare || type === t.LRound) depth += 1;
    if (type === t.RSquare || type === t.RRound) depth -= 1;
    const close = tokens[i + 1];
    if (depth === 0 && type === t.LCurly && close?.tokenType === t.RCurly) found.push([token, close]);
  }
  return found;
}

function endOf(tokens: readonly Token[]): number {
  const last = tokens[tokens.length - 1];
  return last === undefined ? 0 : t.endOf(last);
}
