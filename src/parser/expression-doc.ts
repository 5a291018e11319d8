// An expression -> its layout, with parentheses only where they are needed or written.
import type * as Ast from './ast.ts';
import { displayWidth } from './display-width.ts';
import { blockDoc, listed } from './bracket-doc.ts';
import { choice, flatText, gap, group, indent, token, type Doc } from './doc.ts';
import { binaryPrecedence, chains, prefixPrecedence } from './operators.ts';
import { escapeText, isName, printLiteral, quote } from './print-literal.ts';
import type { Span } from './source.ts';
import { operandsOf, type Spelling } from './spelling.ts';

const line = gap({ breaks: 'group' });

/** A hole is written `…`, which is no expression. */
export function expressionDoc(expr: Ast.Expr, spelling: Spelling): Doc {
  const doc = bareDoc(expr, spelling);
  return expr.node !== 'reference' && spelling.isGrouped(expr) ? grouped(doc) : doc;
}

/** Before a `{`, where `8 per label {` would read as a stage, and a map as the block. */
export function headerDoc(expr: Ast.Expr, spelling: Spelling): Doc {
  let last = expr;
  while (last.node === 'conditional' && !spelling.isGrouped(last)) last = last.otherwise;
  const doc = expressionDoc(expr, spelling);
  const clear = firstSuffix(last, spelling) === undefined && !hasMap(expr, spelling);
  return clear || spelling.isGrouped(expr) ? doc : grouped(doc);
}

function bareDoc(expr: Ast.Expr, spelling: Spelling): Doc {
  switch (expr.node) {
    case 'literal':
      return token(spelling.written(expr.span) ?? printLiteral(expr));
    case 'text':
      return textDoc(expr, spelling);
    case 'reference':
      return expr.forced ? grouped(token(expr.name.text)) : token(expr.name.text);
    case 'member':
      return [objectDoc(expr.object, spelling), token('.'), token(expr.name.text)];
    case 'select':
      return [objectDoc(expr.object, spelling), listed('[', keyed(expr.keys, spelling), ']')];
    case 'call':
      return [token(expr.callee.text), argumentsDoc(expr, spelling)];
    case 'list':
      return listDoc(expr, spelling);
    case 'map':
      return blockDoc(entryItems(expr.entries, spelling), spelling.isBroken(expr.span));
    case 'unary':
      return unaryDoc(expr, spelling);
    case 'binary':
      return binaryDoc(expr, spelling);
    case 'conditional':
      return conditionalDoc(expr, spelling);
    case 'per-label':
    case 'deviations':
    case 'claim':
      return suffixedDoc(expr, spelling);
    case 'hole':
      return token('…');
    default:
      return expr satisfies never;
  }
}

/** How tightly an expression holds together: an operand that holds less than its operator needs parentheses. */
const suffixed = 0.5;
const atomic = 9;

function tightness(expr: Ast.Expr): number {
  switch (expr.node) {
    case 'conditional':
    case 'per-label':
    case 'deviations':
    case 'claim':
      return 0;
    case 'binary':
      return binaryPrecedence[expr.operator];
    case 'unary':
      return prefixPrecedence[expr.operator];
    case 'literal':
    case 'text':
    case 'reference':
    case 'member':
    case 'select':
    case 'call':
    case 'list':
    case 'map':
    case 'hole':
      return atomic;
    default:
      return expr satisfies never;
  }
}

function grouped(doc: Doc): Doc {
  return [token('('), doc, token(')')];
}

function operandDoc(expr: Ast.Expr, least: number, spelling: Spelling): Doc {
  const needed = tightness(expr) < least && !spelling.isGrouped(expr);
  const doc = expressionDoc(expr, spelling);
  return needed ? grouped(doc) : doc;
}

/** Parts are taken of names and calls; of anything else in parentheses. */
function objectDoc(expr: Ast.Expr, spelling: Spelling): Doc {
  const plain = ['reference', 'member', 'select', 'call'].includes(expr.node) || spelling.isGrouped(expr);
  const doc = expressionDoc(expr, spelling);
  return plain ? doc : grouped(doc);
}

/** A `$` in front of `${…}` would make it text, so it is written as its escape. */
function textDoc({ parts, span }: Ast.Text, spelling: Spelling): Doc {
  const written = spelling.written(span);
  if (written !== undefined) return token(written);
  const inner = parts.map((part, i) => {
    if (typeof part !== 'string') return `\${${flatText(expressionDoc(part, spelling))}}`;
    const text = escapeText(part);
    const exposed = text.endsWith('$') && parts[i + 1] !== undefined;
    return exposed ? `${text.slice(0, -1)}\\u0024` : text;
  });
  return token(`"${inner.join('')}"`);
}

function unaryDoc({ operator, operand }: Ast.Unary, spelling: Spelling): Doc {
  const doc = operandDoc(operand, prefixPrecedence[operator], spelling);
  const apart = operator === 'not' || flatText(doc).startsWith('-');
  return apart ? [token(operator), gap(), doc] : [token(operator), doc];
}

/** Operators group to the left, so a chain of those that bind alike is one; it breaks behind them. */
function binaryDoc(expr: Ast.Binary, spelling: Spelling): Doc {
  const level = binaryPrecedence[expr.operator];
  const links = [expr];
  let first = expr.left;
  for (; goesOn(first, level) && !spelling.isGrouped(first); first = first.left) links.unshift(first);
  const rest = links.map(({ operator, left, right }): Doc => {
    const second = operandDoc(right, level + 1, spelling);
    const short = operator === '..' && isShort(left) && isShort(right);
    return short ? [token(operator), second] : [gap(), token(operator), line, second];
  });
  return group([operandDoc(first, chains(expr.operator) ? level : level + 1, spelling), indent(rest)]);
}

function goesOn(expr: Ast.Expr, level: number): expr is Ast.Binary {
  return expr.node === 'binary' && binaryPrecedence[expr.operator] === level && chains(expr.operator);
}

/** `1..64`, but `1 .. n - 1`. */
function isShort(end: Ast.Expr): boolean {
  return tightness(end) === atomic;
}

function conditionalDoc(expr: Ast.Conditional, spelling: Spelling): Doc {
  const branches: { readonly condition: Ast.Expr; readonly then: Ast.Expr }[] = [];
  let last: Ast.Expr = expr;
  do {
    branches.push(last);
    last = last.otherwise;
  } while (last.node === 'conditional' && !spelling.isGrouped(last));
  // What follows the last branch belongs to it alone only where the others end alike.
  const own = firstSuffix(last, spelling);
  const shared = own !== undefined && branches.every(({ then }) => then.node === own);
  return group([
    branches.map(({ condition, then }, i): Doc => {
      const head = [token('if'), gap(), expressionDoc(condition, spelling)];
      const consequence = indent([line, token('then'), gap(), expressionDoc(then, spelling)]);
      return i === 0 ? [head, consequence] : [indent([line, token('else'), gap(), head]), consequence];
    }),
    indent([line, token('else'), gap()]),
    shared ? expressionDoc(last, spelling) : operandDoc(last, suffixed, spelling),
  ]);
}

type Suffixed = Ast.PerLabel | Ast.Deviations | Ast.Claim;

/** The suffix that stands first in an expression without parentheses around it. */
function firstSuffix(expr: Ast.Expr, spelling: Spelling): Suffixed['node'] | undefined {
  if (expr.node !== 'per-label' && expr.node !== 'deviations' && expr.node !== 'claim') return undefined;
  if (spelling.isGrouped(expr)) return undefined;
  const inner = expr.node === 'claim' ? expr.comparison : expr.count;
  return (inner.node === 'claim' ? undefined : firstSuffix(inner, spelling)) ?? expr.node;
}

/** Suffixes follow each other; a claim does not go on after another one. */
function suffixedDoc(expr: Suffixed, spelling: Spelling): Doc {
  switch (expr.node) {
    case 'per-label':
      return [countDoc(expr.count, spelling), gap(), token('per'), gap(), token('label')];
    case 'deviations':
      return [countDoc(expr.count, spelling), gap(), token('sd')];
    case 'claim': {
      const { comparison, by, at } = expr;
      const parts = [
        ...(by === undefined ? [] : [{ word: 'by', value: by }]),
        ...(at === undefined ? [] : [{ word: 'at', value: at }]),
      ];
      if (by !== undefined && at !== undefined && at.span.start < by.span.start) parts.reverse();
      return [
        countDoc(comparison, spelling),
        parts.map(({ word, value }) => [gap(), token(word), gap(), behindWord(value, spelling)]),
      ];
    }
    default:
      return expr satisfies never;
  }
}

function countDoc(expr: Ast.Expr, spelling: Spelling): Doc {
  const counts = expr.node === 'per-label' || expr.node === 'deviations';
  return counts ? expressionDoc(expr, spelling) : operandDoc(expr, suffixed, spelling);
}

/** Behind a word: `sd at { … }` would read as a stage. */
export function behindWord(expr: Ast.Expr, spelling: Spelling): Doc {
  return hasMap(expr, spelling) ? grouped(expressionDoc(expr, spelling)) : countDoc(expr, spelling);
}

/** A map outside brackets. */
function hasMap(expr: Ast.Expr, spelling: Spelling): boolean {
  if (spelling.isGrouped(expr)) return false;
  return expr.node === 'map' || operandsOf(expr).some((operand) => hasMap(operand, spelling));
}

function argumentsDoc({ arguments: given }: Ast.Call, spelling: Spelling): Doc {
  const items = given.map(({ name, value }) =>
    name === undefined
      ? expressionDoc(value, spelling)
      : [token(name.text), token(':'), gap(), expressionDoc(value, spelling)],
  );
  const [only, ...others] = given;
  if (only?.value.node === 'text' && others.length === 0 && isLong(only.value.span, spelling))
    return [token('('), items, token(')')];
  return listed('(', items, ')');
}

function listDoc({ items }: Ast.List, spelling: Spelling): Doc {
  const simple = items.length > 0 && items.every(({ node }) => node === 'literal');
  const docs = items.map((item) => expressionDoc(item, spelling));
  return listed('[', docs, ']', simple ? 'fill' : 'group');
}

/** A text that takes several lines. */
function isLong(span: Span, spelling: Spelling): boolean {
  return spelling.written(span)?.includes('\n') === true;
}

function keyed(entries: readonly Ast.Entry[], spelling: Spelling): readonly Doc[] {
  return entries.map(({ name, value }) => [
    token(name.text),
    token(':'),
    gap(),
    expressionDoc(value, spelling),
  ]);
}

/** The entries of a block; where it is broken, their values stand in one column. */
export function entryItems(entries: readonly Ast.Entry[], spelling: Spelling): readonly Doc[] {
  const names = entries.map(({ name }) => nameText(name, spelling));
  const widths = names.map(displayWidth);
  const column = widths.reduce((a, b) => Math.max(a, b), 0);
  return entries.map(({ value }, i) => [
    token(names[i] ?? ''),
    token(':'),
    choice(gap(), gap({ width: 1 + column - (widths[i] ?? 0) })),
    expressionDoc(value, spelling),
  ]);
}

function nameText({ text, span }: Ast.Name, spelling: Spelling): string {
  return spelling.written(span) ?? (isName(text) ? text : quote(text));
}
