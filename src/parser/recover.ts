// After a mistake: reads every option and declaration on its own, so that no mistake touches its neighbours, and mends what is
// broken with marks for missing text. At most one problem per item, but for mistakes in different elements of its lists.
import type { CstNode } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import type { Grammar, Start } from './grammar.ts';
import type { Group, Item } from './layout.ts';
import { mend } from './mend.ts';
import { problemOf } from './messages.ts';
import { runRule } from './run-rule.ts';
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
  const attempt = runRule(recovery.grammar, rule, tokens);
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
