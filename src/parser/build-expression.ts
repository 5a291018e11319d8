// Concrete tree of an expression -> AST. Tokens put in for missing text become holes.
import type { CstNode } from 'chevrotain';
import type * as Ast from './ast.ts';
import * as cst from './cst.ts';
import type { Problem } from './diagnostic.ts';
import { binaryPrecedence, chains, isOperator, prefixPrecedence } from './operators.ts';
import { readNumber } from './read-number.ts';
import { readText } from './read-text.ts';
import { cover, type Source, type Span } from './source.ts';
import * as t from './tokens.ts';
import type { Token } from './tokens.ts';

export interface Building {
  readonly source: Source;
  readonly problems: Problem[];
  /** Parses an expression inside a string; undefined where it is wrong, which it has reported. */
  readonly inner: (start: number, end: number) => CstNode | undefined;
}

/** A tree deeper than this becomes a hole, so that no reader of it runs out of stack. */
const deepestTree = 1000;

export function spanOf(build: Building, token: Token): Span {
  return { source: build.source, start: token.startOffset, end: t.endOf(token) };
}

export function nameOf(build: Building, token: Token): Ast.Name {
  return { text: token.image, span: spanOf(build, token) };
}

/** `depth`: how many nodes are above this one. */
function buildExpression(build: Building, tree: CstNode, depth = 0): Ast.Expr {
  const conditional = cst.node(tree, 'conditional');
  const chain = cst.node(tree, 'chain');
  const suffixes = cst.nodes(tree, 'suffix');
  const below = depth + suffixes.length;
  const bare =
    conditional !== undefined
      ? buildConditional(build, conditional, below)
      : chain !== undefined
        ? buildChain(build, chain, below)
        : hole(build);
  if (suffixes.length === 0) return bare;
  const [first] = suffixes;
  if (suffixes.length > deepestTree || first === undefined) return tooDeep(build, bare.span);
  return attach(build, bare, suffixes, below);
}

export function buildEntries(build: Building, block: CstNode, depth = 0): readonly Ast.Entry[] {
  return cst.nodes(block, 'entry').map((entry) => buildEntry(build, entry, depth));
}

function buildEntry(build: Building, tree: CstNode, depth: number): Ast.Entry {
  const plain = cst.token(tree, t.Identifier) ?? cst.token(tree, t.Key);
  const quoted = cst.token(tree, t.StringLiteral);
  const name =
    plain !== undefined
      ? nameOf(build, plain)
      : quoted !== undefined
        ? keyOf(build, quoted, depth)
        : { text: '', span: hole(build).span };
  const value = valueOf(build, tree, depth);
  return { name, value, span: cover(name.span, value.span) };
}

/** The expression inside a node, or a hole. */
export function valueOf(build: Building, tree: CstNode, depth = 0, label = 'expression'): Ast.Expr {
  const expression = cst.node(tree, label);
  return expression === undefined ? hole(build) : buildExpression(build, expression, depth + 1);
}

function keyOf(build: Building, token: Token, depth: number): Ast.Name {
  const { parts, span } = buildText(build, token, depth);
  if (parts.some((part) => typeof part !== 'string')) {
    build.problems.push({
      code: 'unexpected-text',
      message: 'a key cannot hold `${…}`',
      span,
      hint: 'write the key out',
    });
  }
  return { text: parts.filter((part) => typeof part === 'string').join(''), span };
}

function buildConditional(build: Building, tree: CstNode, depth: number): Ast.Expr {
  const ifs = cst.tokens(tree, t.If);
  const conditions = cst.nodes(tree, 'condition');
  const thens = cst.nodes(tree, 'then');
  const chain = cst.node(tree, 'chain');
  let otherwise = chain === undefined ? hole(build) : buildChain(build, chain, depth + ifs.length);
  if (depth + ifs.length > deepestTree) return tooDeep(build, otherwise.span);
  for (let i = ifs.length - 1; i >= 0; i -= 1) {
    const [start, condition, then] = [ifs[i], conditions[i], thens[i]];
    if (start === undefined || condition === undefined || then === undefined) continue;
    otherwise = {
      node: 'conditional',
      condition: buildExpression(build, condition, depth + i + 1),
      then: buildExpression(build, then, depth + i + 1),
      otherwise,
      span: cover(spanOf(build, start), otherwise.span),
    };
  }
  return otherwise;
}

/** Suffixes bind loosest, but `if c then 8 per label else 4 per label` gives each branch its own. */
function attach(build: Building, value: Ast.Expr, suffixes: readonly CstNode[], depth: number): Ast.Expr {
  const [first] = suffixes;
  if (first === undefined) return value;
  if (value.node === 'conditional' && !isGrouped(build, value)) {
    const own = value.then.node === suffixNode(first);
    if (own) {
      const otherwise = attach(build, value.otherwise, suffixes, depth);
      return { ...value, otherwise, span: cover(value.span, otherwise.span) };
    }
  }
  let result = value;
  let own: Ast.Claim | undefined;
  let part: 'by' | 'at' | undefined;
  for (const suffix of suffixes) {
    const kind = suffixNode(suffix);
    if (kind !== 'claim') {
      const inner = part === undefined ? undefined : own?.[part];
      if (part !== undefined && own !== undefined && inner !== undefined) {
        const counted = count(build, kind, inner, suffix);
        own = { ...own, [part]: counted, span: cover(own.span, counted.span) };
        result = own;
      } else result = count(build, kind, result, suffix);
      continue;
    }
    part = cst.token(suffix, t.By) === undefined ? 'at' : 'by';
    const word = cst.token(suffix, part === 'by' ? t.By : t.At);
    const chain = cst.node(suffix, 'chain');
    const operand = chain === undefined ? hole(build) : buildChain(build, chain, depth + 1);
    const claim: Ast.Claim = own ?? { node: 'claim', comparison: result, span: result.span };
    if (claim[part] !== undefined && word !== undefined) {
      build.problems.push({
        code: 'unexpected-text',
        message: `\`${part}\` is given twice`,
        span: spanOf(build, word),
        hint: 'remove one of them',
      });
    } else {
      own = { ...claim, [part]: operand, span: cover(claim.span, operand.span) };
      result = own;
    }
  }
  return result;
}

function suffixNode(suffix: CstNode): 'per-label' | 'deviations' | 'claim' {
  if (cst.token(suffix, t.Per) !== undefined) return 'per-label';
  return cst.token(suffix, t.Sd) !== undefined ? 'deviations' : 'claim';
}

function count(
  build: Building,
  node: 'per-label' | 'deviations',
  value: Ast.Expr,
  suffix: CstNode,
): Ast.Expr {
  const last = cst.token(suffix, t.Label) ?? cst.token(suffix, t.Sd);
  const span = last === undefined ? value.span : cover(value.span, spanOf(build, last));
  return { node, count: value, span };
}

/** Whether the whole of `value` stands in parentheses. */
function isGrouped(build: Building, value: Ast.Expr): boolean {
  return build.source.text[value.span.start] === '(';
}

interface Chain {
  readonly operands: readonly CstNode[];
  readonly operators: readonly Token[];
  /** Index of the next operand, and of its next prefix operator. */
  operand: number;
  prefix: number;
}

function buildChain(build: Building, tree: CstNode, depth: number): Ast.Expr {
  const operands = cst.nodes(tree, 'operand');
  const chain = { operands, operators: cst.tokens(tree, t.BinaryOperator), operand: 0, prefix: 0 };
  const prefixes = Math.max(0, ...operands.map((operand) => cst.tokens(operand, t.PrefixOperator).length));
  if (depth + operands.length + prefixes > deepestTree) {
    const [first] = chain.operators;
    return tooDeep(build, first === undefined ? firstToken(build, operands) : spanOf(build, first));
  }
  return climb(build, chain, 0, depth + operands.length);
}

/** Precedence climbing (Clarke 1986): reads operators that bind at least as tightly as `least`. */
function climb(build: Building, chain: Chain, least: number, depth: number): Ast.Expr {
  let left = prefixed(build, chain, depth);
  let before: Ast.Operator | undefined;
  for (;;) {
    const token = chain.operators[chain.operand - 1];
    if (token === undefined || !isOperator(token.image)) return left;
    const operator = token.image;
    const precedence = binaryPrecedence[operator];
    if (precedence < least) return left;
    if (before !== undefined && binaryPrecedence[before] === precedence && !chains(operator)) {
      build.problems.push(doesNotChain(build, token, before));
    }
    chain.prefix = 0;
    const right = climb(build, chain, precedence + 1, depth);
    left = { node: 'binary', operator, left, right, span: cover(left.span, right.span) };
    before = operator;
  }
}

function prefixed(build: Building, chain: Chain, depth: number): Ast.Expr {
  const tree = chain.operands[chain.operand];
  if (tree === undefined) return hole(build);
  const token = cst.tokens(tree, t.PrefixOperator)[chain.prefix];
  if (token === undefined) {
    chain.operand += 1;
    return buildOperand(build, tree, depth + chain.prefix);
  }
  chain.prefix += 1;
  const operator = token.tokenType === t.Not ? 'not' : '-';
  const operand = climb(build, chain, prefixPrecedence[operator], depth);
  return { node: 'unary', operator, operand, span: cover(spanOf(build, token), operand.span) };
}

function doesNotChain(build: Building, token: Token, before: Ast.Operator): Problem {
  return {
    code: 'unexpected-text',
    message: `\`${token.image}\` cannot follow \`${before}\` in one comparison or range`,
    span: spanOf(build, token),
    hint: before === '..' ? 'a range has two ends' : 'write `a < b and b < c`',
  };
}

function buildOperand(build: Building, tree: CstNode, depth: number): Ast.Expr {
  const list = cst.node(tree, 'list');
  if (list !== undefined) {
    const items = cst.nodes(list, 'expression').map((item) => buildExpression(build, item, depth + 1));
    return { node: 'list', items, span: between(build, list, [t.LSquare, t.RSquare]) };
  }
  const map = cst.node(tree, 'map');
  if (map !== undefined) {
    const span = between(build, map, [t.LCurly, t.RCurly]);
    return { node: 'map', entries: buildEntries(build, map, depth + 1), span };
  }
  const named = cst.node(tree, 'named');
  if (named !== undefined) return buildNamed(build, named, depth);
  const text = cst.token(tree, t.StringLiteral);
  if (text !== undefined) return buildText(build, text, depth);
  const number = cst.token(tree, t.NumberLiteral);
  if (number !== undefined) return buildNumber(build, number);
  for (const [type, value] of [
    [t.True, true],
    [t.False, false],
    [t.Null, null],
  ] as const) {
    const token = cst.token(tree, type);
    if (token !== undefined) {
      return { node: 'literal', type: value === null ? 'null' : 'bool', value, span: spanOf(build, token) };
    }
  }
  const missing = cst.token(tree, t.Missing);
  return missing === undefined ? hole(build) : { node: 'hole', span: spanOf(build, missing) };
}

function buildNamed(build: Building, tree: CstNode, depth: number): Ast.Expr {
  const accesses = cst.nodes(tree, 'access');
  const below = depth + accesses.length;
  const token = cst.token(tree, t.Identifier);
  const call = cst.node(tree, 'arguments');
  let value: Ast.Expr;
  if (token !== undefined && call !== undefined) value = buildCall(build, token, call, below);
  else if (token !== undefined) {
    const name = nameOf(build, token);
    value = { node: 'reference', name, forced: false, span: name.span };
  } else {
    const span = between(build, tree, [t.LRound, t.RRound]);
    const inner = valueOf(build, tree, below);
    value = inner.node === 'reference' ? { ...inner, forced: true, span } : { ...inner, span };
  }
  if (below > deepestTree) return tooDeep(build, value.span);
  for (const access of accesses) value = buildAccess(build, value, access, below);
  return value;
}

function buildAccess(build: Building, object: Ast.Expr, access: CstNode, depth: number): Ast.Expr {
  const part = cst.token(access, t.Identifier);
  if (part !== undefined) {
    const name = nameOf(build, part);
    return { node: 'member', object, name, span: cover(object.span, name.span) };
  }
  const keys = cst.nodes(access, 'key').map((key) => buildEntry(build, key, depth + 1));
  return {
    node: 'select',
    object,
    keys,
    span: cover(object.span, between(build, access, [t.LSquare, t.RSquare])),
  };
}

function buildCall(build: Building, callee: Token, tree: CstNode, depth: number): Ast.Call {
  const name = nameOf(build, callee);
  const given = cst.nodes(tree, 'argument').map((argument): Ast.Argument => {
    const key = cst.token(argument, t.Key);
    const value = valueOf(build, argument, depth);
    if (key === undefined) return { value, span: value.span };
    const label = nameOf(build, key);
    return { name: label, value, span: cover(label.span, value.span) };
  });
  const span = cover(name.span, between(build, tree, [t.LRound, t.RRound]));
  return { node: 'call', callee: name, arguments: given, span };
}

function buildNumber(build: Building, token: Token): Ast.Expr {
  const span = spanOf(build, token);
  const read = readNumber(token.image);
  if ('wrong' in read) {
    const hint = read.hint === undefined ? {} : { hint: read.hint };
    build.problems.push({ code: 'bad-number', message: read.wrong, span, ...hint });
    return { node: 'hole', span };
  }
  return { node: 'literal', type: read.type, value: read.value, span };
}

export function buildText(build: Building, token: Token, depth = 0): Ast.Text {
  const span = spanOf(build, token);
  const { parts, problems } = readText(span);
  build.problems.push(...problems);
  const built = parts.map((part): string | Ast.Expr => {
    if (typeof part === 'string') return part;
    const place: Ast.Hole = {
      node: 'hole',
      span: { source: build.source, start: part.start, end: part.end },
    };
    if (depth > deepestTree) return place;
    const tree = build.inner(part.start, part.end);
    return tree === undefined ? place : buildExpression(build, tree, depth + 1);
  });
  return { node: 'text', parts: built, span };
}

function between(
  build: Building,
  tree: CstNode,
  [open, close]: readonly [typeof t.LCurly, typeof t.RCurly],
): Span {
  const first = cst.token(tree, open);
  const last = cst.token(tree, close);
  if (first === undefined || last === undefined) return hole(build).span;
  return cover(spanOf(build, first), spanOf(build, last));
}

function firstToken(build: Building, operands: readonly CstNode[]): Span {
  const [first] = operands;
  const token = first === undefined ? undefined : cst.token(first, t.PrefixOperator);
  return token === undefined ? hole(build).span : spanOf(build, token);
}

function tooDeep(build: Building, span: Span): Ast.Hole {
  build.problems.push({
    code: 'too-deep',
    message: `an expression with more than ${deepestTree} operators in a row`,
    span,
    hint: 'give inner parts a name with `let`',
  });
  return { node: 'hole', span };
}

export function hole(build: Building): Ast.Hole {
  return { node: 'hole', span: { source: build.source, start: 0, end: 0 } };
}
