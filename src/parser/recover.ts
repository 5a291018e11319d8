// After a mistake: reads every option and declaration on its own, so that no mistake touches its neighbours, and mends what is
// broken with marks for missing text. At most one problem per item, but for mistakes in different elements of its lists.
import type { CstNode } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import type { Grammar, Start } from './grammar.ts';
import type { Group, Item } from './layout.ts';
import { misfitOf, problemOf, type Misfit } from './messages.ts';
import type { Source } from './source.ts';
import * as t from './tokens.ts';
import { retype, virtualToken, type Token } from './tokens.ts';

export interface Recovered {
  readonly tree: CstNode;
  readonly problems: readonly Problem[];
  /** Options stand outside a stage: it has lost its header, or was closed too early. */
  readonly lostOptions: boolean;
}

type Container = 'file' | 'body' | 'declarations' | 'options';

interface Recovery {
  readonly grammar: Grammar;
  readonly source: Source;
  /** Offsets of problems found before parsing, ascending: what they spoiled is not reported again. */
  readonly known: readonly number[];
  readonly problems: Problem[];
  lostOptions: boolean;
}

export function recover(
  root: Group,
  from: { readonly grammar: Grammar; readonly source: Source; readonly known: readonly Problem[] },
): Recovered {
  const known = from.known.map(({ span }) => span.start).sort((a, b) => a - b);
  const recovery: Recovery = {
    grammar: from.grammar,
    source: from.source,
    known,
    problems: [],
    lostOptions: false,
  };
  const tree: CstNode = { name: 'file', children: {} };
  readGroup(recovery, root, { tree, container: 'file', silent: false });
  return { tree, problems: recovery.problems, lostOptions: recovery.lostOptions };
}

/** Runs one rule over exactly these tokens. */
export function run(
  grammar: Grammar,
  rule: Start,
  tokens: readonly Token[],
): { readonly tree: CstNode } | { readonly misfit: Misfit } {
  grammar.input = [...tokens];
  const tree = grammar[rule]();
  const [error] = grammar.errors;
  return error === undefined ? { tree } : { misfit: misfitOf(error, tokens) };
}

interface Place {
  /** The node that takes the items; none where what is around it could not be read. */
  readonly tree: CstNode | undefined;
  readonly container: Container | undefined;
  readonly silent: boolean;
}

function readGroup(recovery: Recovery, group: Group, place: Place): void {
  const { text } = recovery.source;
  const untils = group.items.map(
    (_, i) => (group.items[i + 1]?.tokens[0] ?? group.close)?.startOffset ?? text.length,
  );
  let quiet = false;
  for (const [i, item] of group.items.entries()) {
    const until = untils[i] ?? text.length;
    const misplaced = misplacedProblem(recovery, item, place.container);
    if (misplaced === undefined) quiet = isSpoiled(recovery, item, until);
    const silent = place.silent || followsStray(group, item, recovery.source);
    readItem(recovery, item, {
      ...place,
      misplaced,
      silent: silent || (quiet && misplaced !== undefined),
      until,
    });
    // Options that lost their stage are one mistake.
    if (misplaced === undefined) continue;
    quiet = true;
    recovery.lostOptions ||= item.form === 'entry';
  }
}

interface ItemPlace extends Place {
  readonly until: number;
  readonly misplaced: Problem | undefined;
}

function readItem(recovery: Recovery, item: Item, place: ItemPlace): void {
  const { container } = place;
  const spoiled = isSpoiled(recovery, item, place.until);
  const last = item.tokens[item.tokens.length - 1];
  const given = last?.tokenType === t.Comma ? item.tokens.slice(0, -1) : item.tokens;
  const { tokens, form, problem } = respell(recovery, { ...item, tokens: given }, container);
  const misplaced = problem ?? place.misplaced;
  const rule: Start = form === 'entry' ? 'entry' : 'declaration';
  const attempt = run(recovery.grammar, rule, tokens);
  const extra: Problem[] = [];
  let tree = 'tree' in attempt ? attempt.tree : undefined;
  let own = misplaced;
  if ('misfit' in attempt) {
    const reading = { source: recovery.source, tokens, container: container ?? '', fallback: place.until };
    own ??= problemOf(attempt.misfit, reading);
    tree = mend(recovery, form, { tokens, misfit: attempt.misfit, extra });
  }
  const silent = spoiled || place.silent;
  if (!silent && own !== undefined) recovery.problems.push(own, ...(misplaced === undefined ? extra : []));

  const accepted = place.tree !== undefined && tree !== undefined && accepts(container, form);
  if (accepted && place.tree !== undefined && tree !== undefined) {
    const { children } = place.tree;
    (children[form] ??= []).push(tree);
  }
  const blocks = tree === undefined ? new Map<Token | undefined, CstNode>() : blocksOf(tree);
  // What an unreadable header leaves behind says nothing new.
  const orphaned = tree === undefined || (spoiled && !item.recognized);
  for (const group of item.groups) {
    const block = blocks.get(group.open);
    const silentInside = place.silent || (orphaned && block === undefined);
    readGroup(recovery, group, { tree: block, container: containerOf(block), silent: silentInside });
  }
}

/** The item stands on the line of an unclosed `{`: most likely the `{` is what is wrong. */
function followsStray({ open, close }: Group, item: Item, { text }: Source): boolean {
  const [first] = item.tokens;
  if (open === undefined || first === undefined) return false;
  const added = close !== undefined && t.endOf(close) === close.startOffset;
  return added && !text.slice(open.startOffset, first.startOffset).includes('\n');
}

function containerOf(block: CstNode | undefined): Container | undefined {
  const name = block?.name;
  return name === 'body' || name === 'declarations' || name === 'options' ? name : undefined;
}

function accepts(container: Container | undefined, form: Item['form']): boolean {
  if (container === 'body') return true;
  return form === 'entry' ? container === 'options' : container === 'file' || container === 'declarations';
}

/** A problem found earlier lies in the item, but not inside one of its blocks. */
function isSpoiled({ known }: Recovery, item: Item, until: number): boolean {
  const start = item.tokens[0]?.startOffset ?? until;
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((known[middle] ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < known.length; i += 1) {
    const offset = known[i] ?? until;
    if (offset > until) return false;
    const inside = item.groups.some(({ open, close, items }) => {
      const first = items[0]?.tokens[0]?.startOffset;
      if (open === undefined || first === undefined) return false;
      return offset >= first && offset < (close?.startOffset ?? until);
    });
    if (!inside) return true;
  }
  return false;
}

interface Respelt {
  readonly tokens: readonly Token[];
  readonly form: Item['form'];
  readonly problem?: Problem;
}

/** `name = value`: an option with the wrong sign, or a `let` without its keyword. */
function respell({ source }: Recovery, item: Item, container: Container | undefined): Respelt {
  const { tokens, form } = item;
  const [name, sign, ...value] = tokens;
  if (form === 'entry' || name?.tokenType !== t.Identifier || sign?.tokenType !== t.Assign)
    return { tokens, form };
  const start = name.startOffset;
  if (container === 'file' || container === 'declarations') {
    const keyword = virtualToken(t.Let, start);
    const problem: Problem = {
      code: 'unexpected-text',
      message: `\`${name.image} = …\` starts no declaration`,
      span: { source, start, end: start + name.image.length },
      hint: `write \`let ${name.image} = …\``,
      fix: { span: { source, start, end: start }, text: 'let ' },
    };
    return { tokens: [keyword, ...tokens], form, problem };
  }
  const span = { source, start: sign.startOffset, end: sign.startOffset + 1 };
  const problem: Problem = {
    code: 'unexpected-text',
    message: `expected \`:\` after \`${name.image}\`, not \`=\``,
    span,
    hint: 'an option is written `name: value`',
    fix: { span, text: ':' },
  };
  return { tokens: [name, retype(sign, t.Colon), ...value], form: 'entry', problem };
}

function misplacedProblem(
  { source }: Recovery,
  item: Item,
  container: Container | undefined,
): Problem | undefined {
  if (container === undefined || accepts(container, item.form) || !item.recognized) return undefined;
  const [first] = item.tokens;
  if (first === undefined) return undefined;
  const span = { source, start: first.startOffset, end: first.startOffset + first.image.length };
  if (item.form === 'declaration') {
    return {
      code: 'unexpected-text',
      message: 'a declaration cannot stand here',
      span,
      hint: 'here every entry is written `name: value`',
    };
  }
  return {
    code: 'unexpected-text',
    message: `the option \`${first.image}\` stands outside a stage`,
    span,
    hint: 'options stand inside a stage: `kind name { option: value }`',
  };
}

interface Broken {
  readonly tokens: readonly Token[];
  readonly misfit: Misfit;
  /** Takes problems in other list elements. */
  readonly extra: Problem[];
}

function mend(recovery: Recovery, form: Item['form'], broken: Broken): CstNode | undefined {
  const { tokens } = broken;
  const mended = form === 'entry' ? mendEntry(recovery, broken) : mendDeclaration(recovery, broken);
  if (mended === undefined || mended === tokens) return undefined;
  const result = run(recovery.grammar, form === 'entry' ? 'entry' : 'declaration', mended);
  return 'tree' in result ? result.tree : undefined;
}

function mendEntry(recovery: Recovery, { tokens, misfit, extra }: Broken): readonly Token[] | undefined {
  const [name, colon, ...value] = tokens;
  if (name === undefined || colon?.tokenType !== t.Colon) return undefined;
  return [name, colon, ...mendExpression(recovery, value, { extra, first: misfit.at - 2 })];
}

/** The tokens of an expression that can be read; a list element that cannot be becomes a missing one, or else the whole does. */
function mendExpression(
  { grammar, source }: Recovery,
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
    const result = run(grammar, 'expression', tokens);
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
function mendDeclaration(
  recovery: Recovery,
  { tokens, misfit, extra }: Broken,
): readonly Token[] | undefined {
  const [keyword] = tokens;
  if (keyword === undefined) return undefined;
  const end = endOf(tokens);
  const name =
    tokens[1]?.tokenType === t.Identifier ? tokens[1] : virtualToken(t.Identifier, endOf([keyword]));
  const value = (from: number, to: number): readonly Token[] =>
    mendExpression(recovery, tokens.slice(from, to), { extra, first: misfit.at - from });
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
      const type = mendType(recovery, tokens.slice(mark(t.Colon, typeEnd), typeEnd), end);
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

function mendType({ grammar }: Recovery, tokens: readonly Token[], end: number): readonly Token[] {
  const probe = [virtualToken(t.Param, end), virtualToken(t.Identifier, end), virtualToken(t.Colon, end)];
  const fits = tokens.length > 0 && 'tree' in run(grammar, 'declaration', [...probe, ...tokens]);
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

/** Every `{}` in a tree, by its `{`. */
function blocksOf(
  tree: CstNode,
  found = new Map<Token | undefined, CstNode>(),
): Map<Token | undefined, CstNode> {
  for (const children of Object.values(tree.children)) {
    for (const child of children) {
      if ('children' in child) blocksOf(child, found);
      else if (child.tokenType === t.LCurly && 'payload' in child) found.set(child as Token, tree);
    }
  }
  return found;
}

function endOf(tokens: readonly Token[]): number {
  const last = tokens[tokens.length - 1];
  return last === undefined ? 0 : t.endOf(last);
}
