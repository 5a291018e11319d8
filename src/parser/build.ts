// Concrete tree of a file -> AST. A name that is missing is an empty one, a value that is missing a hole.
import type { CstNode } from 'chevrotain';
import type * as Ast from './ast.ts';
import { buildEntries, buildText, hole, nameOf, spanOf, valueOf, type Building } from './build-expression.ts';
import * as cst from './cst.ts';
import type { Comment } from './lex.ts';
import { readNumber } from './read-number.ts';
import { cover, type Span } from './source.ts';
import * as t from './tokens.ts';
import type { Token } from './tokens.ts';

/** The comment that ends on the line above a token, if the token is the first on its line. */
export type Docs = (token: Token) => string | undefined;

export interface FileBuilding extends Building {
  readonly docs: Docs;
}

export function buildFile(build: FileBuilding, tree: CstNode): Ast.File {
  return { source: build.source, declarations: declarationsOf(build, tree) };
}

/** Looks comments up by line. */
export function docsOf(text: string, comments: readonly Comment[]): Docs {
  const byLine = new Map(comments.filter(({ alone }) => alone).map((comment) => [comment.line, comment]));
  return ({ payload }) => {
    const lines: string[] = [];
    if (!payload.first) return undefined;
    for (let line = payload.line - 1; ; line -= 1) {
      const comment = byLine.get(line);
      if (comment === undefined) break;
      lines.unshift(text.slice(comment.start, comment.end).replace(/^#+ ?/, ''));
    }
    return lines.length === 0 ? undefined : lines.join('\n');
  };
}

function declarationsOf(build: FileBuilding, tree: CstNode | undefined): readonly Ast.Declaration[] {
  if (tree === undefined) return [];
  return cst.nodes(tree, 'declaration').flatMap((node) => {
    const [form] = Object.values(node.children).flat();
    if (form === undefined || 'image' in form) return [];
    const declaration = buildDeclaration(build, form);
    return declaration === undefined ? [] : [declaration];
  });
}

function buildDeclaration(build: FileBuilding, tree: CstNode): Ast.Declaration | undefined {
  switch (tree.name) {
    case 'version':
      return version(build, tree);
    case 'param':
      return param(build, tree);
    case 'let': {
      const { name, head, doc } = headOf(build, tree, t.Let);
      const value = valueOf(build, tree);
      return { node: 'let', name, value, ...doc, span: cover(head, value.span) };
    }
    case 'import': {
      const { name, head } = headOf(build, tree, t.Import);
      const block = cst.node(tree, 'options');
      const entries = block === undefined ? [] : buildEntries(build, block);
      const path = quotedOf(build, tree);
      return { node: 'import', path, name, entries, span: cover(head, endOf(build, block) ?? name.span) };
    }
    case 'use': {
      const { head } = headOf(build, tree, t.Use);
      const path = quotedOf(build, tree);
      return { node: 'use', package: path, span: cover(head, path.span) };
    }
    case 'each': {
      const { name, head } = headOf(build, tree, t.Each);
      const block = cst.node(tree, 'declarations');
      const span = cover(head, endOf(build, block) ?? name.span);
      const body = declarationsOf(build, block);
      return { node: 'each', variable: name, list: valueOf(build, tree), body, span };
    }
    case 'when': {
      const { head } = headOf(build, tree, t.When);
      const [then, otherwise] = cst.nodes(tree, 'declarations');
      return {
        node: 'when',
        condition: valueOf(build, tree),
        then: declarationsOf(build, then),
        otherwise: declarationsOf(build, otherwise),
        span: cover(head, endOf(build, otherwise ?? then) ?? head),
      };
    }
    case 'defaults': {
      const { name, head } = headOf(build, tree, t.Defaults);
      const block = cst.node(tree, 'options');
      const entries = block === undefined ? [] : buildEntries(build, block);
      return { node: 'defaults', kind: name, entries, span: cover(head, endOf(build, block) ?? name.span) };
    }
    case 'target': {
      const { name, head } = headOf(build, tree, t.Target);
      const stages = valueOf(build, tree);
      return { node: 'target', name, stages, span: cover(head, stages.span) };
    }
    case 'stage':
      return stage(build, tree);
    default:
      return undefined;
  }
}

function version(build: FileBuilding, tree: CstNode): Ast.Version | undefined {
  const [start, digits] = [cst.token(tree, t.Fsl), cst.token(tree, t.NumberLiteral)];
  if (start === undefined || digits === undefined) return undefined;
  const read = readNumber(digits.image);
  const span = cover(spanOf(build, start), spanOf(build, digits));
  if ('type' in read && read.type === 'int') return { node: 'version', number: read.value, span };
  build.problems.push({
    code: 'bad-number',
    message: 'a language version is a whole number',
    span: spanOf(build, digits),
    hint: 'write `fsl 1`',
  });
  return undefined;
}

function param(build: FileBuilding, tree: CstNode): Ast.Param {
  const { name, head, doc } = headOf(build, tree, t.Param);
  const typeNode = cst.node(tree, 'type');
  const type = typeNode === undefined ? hole(build) : typeOf(build, typeNode);
  const fallback = cst.node(tree, 'fallback') && valueOf(build, tree, 0, 'fallback');
  const domain = cst.node(tree, 'domain') && valueOf(build, tree, 0, 'domain');
  return {
    node: 'param',
    name,
    type,
    ...(fallback === undefined ? {} : { fallback }),
    ...(domain === undefined ? {} : { domain }),
    ...doc,
    span: cover(head, (domain ?? fallback ?? type).span),
  };
}

function typeOf(build: FileBuilding, tree: CstNode): Ast.TypeExpr {
  const word = cst.token(tree, t.Identifier);
  const inner = cst.node(tree, 'type');
  const close = cst.token(tree, t.More);
  if (word !== undefined && inner !== undefined && close !== undefined) {
    const span = cover(spanOf(build, word), spanOf(build, close));
    if (word.image !== 'list') {
      build.problems.push({
        code: 'unexpected-text',
        message: `\`${word.image}\` takes no type in \`<>\``,
        span: spanOf(build, word),
        hint: 'only `list<…>` does',
      });
      return { node: 'hole', span };
    }
    return { node: 'list-type', of: typeOf(build, inner), span };
  }
  if (word !== undefined) {
    const name = nameOf(build, word);
    return { node: 'named-type', name, span: name.span };
  }
  const values = cst.tokens(tree, t.StringLiteral).map((token) => buildText(build, token));
  const [first, last] = [values[0], values[values.length - 1]];
  if (first !== undefined && last !== undefined) {
    return { node: 'enum-type', values, span: cover(first.span, last.span) };
  }
  const missing = cst.token(tree, t.Missing);
  return missing === undefined ? hole(build) : { node: 'hole', span: spanOf(build, missing) };
}

function stage(build: FileBuilding, tree: CstNode): Ast.Stage | undefined {
  const [kind, name] = cst.tokens(tree, t.Identifier);
  if (kind === undefined || name === undefined) return undefined;
  const body = cst.node(tree, 'body');
  const doc = build.docs(kind);
  return {
    node: 'stage',
    kind: nameOf(build, kind),
    name: nameOf(build, name),
    entries: body === undefined ? [] : buildEntries(build, body),
    body: declarationsOf(build, body),
    ...(doc === undefined ? {} : { doc }),
    span: cover(spanOf(build, kind), endOf(build, body) ?? spanOf(build, name)),
  };
}

interface Head {
  /** Span of the keyword. */
  readonly head: Span;
  readonly name: Ast.Name;
  readonly doc: { readonly doc?: string };
}

function headOf(build: FileBuilding, tree: CstNode, keyword: typeof t.Let): Head {
  const start = cst.token(tree, keyword);
  const name = cst.token(tree, t.Identifier);
  const head = start === undefined ? hole(build).span : spanOf(build, start);
  const doc = start === undefined ? undefined : build.docs(start);
  return {
    head,
    name: name === undefined ? { text: '', span: head } : nameOf(build, name),
    doc: doc === undefined ? {} : { doc },
  };
}

function quotedOf(build: FileBuilding, tree: CstNode): Ast.Text | Ast.Hole {
  const quoted = cst.node(tree, 'quoted');
  const text = quoted === undefined ? undefined : cst.token(quoted, t.StringLiteral);
  if (text !== undefined) return buildText(build, text);
  const missing = quoted === undefined ? undefined : cst.token(quoted, t.Missing);
  return missing === undefined ? hole(build) : { node: 'hole', span: spanOf(build, missing) };
}

function endOf(build: FileBuilding, block: CstNode | undefined): Span | undefined {
  const last = block === undefined ? undefined : cst.token(block, t.RCurly);
  return last === undefined ? undefined : spanOf(build, last);
}
