// Which comments and empty lines of a source stand above which tokens of a layout of it.
import type { Doc, Token as DocToken } from './doc.ts';
import type { Comment } from './lex.ts';
import { endOf, type Token } from './tokens.ts';

export interface PlacedComment {
  readonly text: string;
  /** Nothing but the comment is on its line. */
  readonly alone: boolean;
  /** An empty line is above it. */
  readonly blank: boolean;
  /** What is on its line before it. */
  readonly before: string;
}

export interface Weave {
  readonly comments: ReadonlyMap<DocToken, readonly PlacedComment[]>;
  /** Tokens with an empty line above. */
  readonly blanks: ReadonlySet<DocToken>;
}

export const noWeave: Weave = { comments: new Map(), blanks: new Set() };

/** Comments before one of these are not moved away from it by a line break: they go on to the next token. */
const carriers = new Set([',', ':', '=', '{', '[', '(']);
/** May be in the source and not in the layout, or the other way round. */
const optional = new Set([',', '(', ')', '{', '}']);

export function weave(
  doc: Doc,
  text: string,
  source: { readonly tokens: readonly Token[]; readonly comments: readonly Comment[] },
): Weave {
  const tokens = source.tokens.filter(({ image }) => image !== '' && image !== ',');
  const comments = new Map<DocToken, readonly PlacedComment[]>();
  const blanks = new Set<DocToken>();
  let nextToken = 0;
  let nextComment = 0;
  let end = 0;
  for (const target of tokensOf(doc)) {
    const last = target.text === '';
    const found = last ? undefined : match(tokens, nextToken, target);
    if (found === undefined && !last) continue;
    const start = found === undefined ? text.length : (tokens[found]?.startOffset ?? 0);
    nextToken = (found ?? nextToken) + 1;
    if (carriers.has(target.text)) {
      end = Math.max(end, start);
      continue;
    }
    const placed: PlacedComment[] = [];
    for (
      let comment = source.comments[nextComment];
      comment !== undefined && comment.start < start;
      comment = source.comments[nextComment]
    ) {
      placed.push(place(text, comment, end));
      end = comment.end;
      nextComment += 1;
    }
    if (placed.length > 0) comments.set(target, placed);
    if (hasBlank(text.slice(end, start))) blanks.add(target);
    const token = found === undefined ? undefined : tokens[found];
    if (token !== undefined) end = endOf(token);
  }
  return { comments, blanks };
}

/** Index of the source token that a token of the layout stands for; undefined where it stands for none. */
function match(tokens: readonly Token[], from: number, { text }: DocToken): number | undefined {
  for (let i = from; i < tokens.length; i += 1) {
    const image = tokens[i]?.image ?? '';
    if (image === text) return i;
    if (!optional.has(image)) break;
  }
  if (optional.has(text)) return undefined;
  const found = tokens[from]?.image ?? 'the end';
  throw new Error(`the layout has \`${text}\` where the text has \`${found}\``);
}

function place(text: string, { start, end, alone }: Comment, previous: number): PlacedComment {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  return {
    text: text.slice(start, end).trimEnd(),
    alone,
    blank: hasBlank(text.slice(previous, start)),
    before: text.slice(line, start).replace(/^\uFEFF/, ''),
  };
}

function hasBlank(between: string): boolean {
  return /\n[ \t\f\r,(){}]*\n/.test(between);
}

function* tokensOf(doc: Doc): Generator<DocToken> {
  if (!('doc' in doc)) {
    for (const part of doc) yield* tokensOf(part);
    return;
  }
  if (doc.doc === 'token' && !doc.free) yield doc;
  else if (doc.doc === 'group' || doc.doc === 'indent') yield* tokensOf(doc.of);
}
