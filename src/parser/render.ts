// A layout -> text: groups go on one line where they fit, and comments stand where they stood (Oppen, Prettyprinting, 1980).
import { commentColumns, type Line } from './comment-columns.ts';
import { displayWidth } from './display-width.ts';
import { indentWidth, type Doc, type Gap, type Group, type Token } from './doc.ts';
import { noWeave, type PlacedComment, type Weave } from './weave.ts';

/** Columns that code should not exceed. */
const pageWidth = 100;

interface Piece {
  readonly doc: Doc;
  readonly broken: boolean;
  readonly indent: number;
}

/** Ends with a newline, if there is anything. */
export function render(doc: Doc, woven: Weave = noWeave): string {
  const forced = new Set<Group>();
  findForced(doc, woven, forced);
  const page = new Page(woven);
  const stack: Piece[] = [{ doc, broken: true, indent: 0 }];
  for (let piece = stack.pop(); piece !== undefined; piece = stack.pop()) {
    const { doc, broken, indent } = piece;
    if (!('doc' in doc)) {
      for (let i = doc.length - 1; i >= 0; i -= 1) stack.push({ ...piece, doc: doc[i] ?? [] });
      continue;
    }
    switch (doc.doc) {
      case 'token':
        page.put(doc, indent);
        break;
      case 'gap':
        page.leave(doc, breaks(doc, { piece, stack, room: pageWidth - page.column }), indent);
        break;
      case 'indent':
        stack.push({ doc: doc.of, broken, indent: indent + indentWidth });
        break;
      case 'choice':
        stack.push({ ...piece, doc: broken ? doc.broken : doc.flat });
        break;
      case 'group': {
        const flat = { doc: doc.of, broken: false, indent };
        const fitting = !forced.has(doc) && fits([...stack.slice(-lookAhead), flat], pageWidth - page.column);
        stack.push(fitting ? flat : { ...flat, broken: true });
        break;
      }
      default:
        doc satisfies never;
    }
  }
  return page.text();
}

/** What follows a group on its line: a few brackets and commas. */
const lookAhead = 64;

function breaks(
  gap: Gap,
  { piece, stack, room }: { readonly piece: Piece; readonly stack: readonly Piece[]; readonly room: number },
): boolean {
  if (gap.breaks === 'always') return true;
  if (!piece.broken || gap.breaks === 'never') return false;
  return gap.breaks === 'group' || !fits(stack.slice(-lookAhead), room - gap.width);
}

/** Whether what comes next, up to the first line break that may follow, has room. The top of the stack is its end. */
function fits(stack: readonly Piece[], room: number): boolean {
  const rest = [...stack];
  let left = room;
  for (let piece = rest.pop(); piece !== undefined; piece = rest.pop()) {
    const { doc, broken } = piece;
    if (!('doc' in doc)) {
      for (let i = doc.length - 1; i >= 0; i -= 1) rest.push({ ...piece, doc: doc[i] ?? [] });
      continue;
    }
    switch (doc.doc) {
      case 'token': {
        const [head = '', ...more] = doc.text.split('\n', 2);
        left -= displayWidth(head);
        if (left < 0) return false;
        if (more.length > 0) return true;
        break;
      }
      case 'gap':
        if (doc.breaks === 'always' || (broken && doc.breaks !== 'never')) return true;
        left -= doc.width;
        break;
      case 'indent':
      case 'group': // one that follows may break
        rest.push({ ...piece, doc: doc.of });
        break;
      case 'choice':
        rest.push({ ...piece, doc: broken ? doc.broken : doc.flat });
        break;
      default:
        doc satisfies never;
    }
  }
  return left >= 0;
}

interface Extent {
  /** Something in it needs a line of its own. */
  readonly tall: boolean;
  /** It has a token. */
  readonly some: boolean;
}

/** Groups that cannot go on one line. A comment above the first token of a group stands above the group. */
function findForced(doc: Doc, woven: Weave, forced: Set<Group>, first = true): Extent {
  if (!('doc' in doc)) {
    let [tall, some] = [false, false];
    for (const part of doc) {
      const extent = findForced(part, woven, forced, first && !some);
      tall ||= extent.tall;
      some ||= extent.some;
    }
    return { tall, some };
  }
  switch (doc.doc) {
    case 'token':
      return { tall: doc.text.includes('\n') || (!first && woven.comments.has(doc)), some: true };
    case 'gap':
      return { tall: doc.breaks === 'always', some: false };
    case 'choice':
      return { tall: false, some: false };
    case 'indent':
      return findForced(doc.of, woven, forced, first);
    case 'group': {
      const inside = findForced(doc.of, woven, forced, true);
      const tall = doc.broken || inside.tall;
      if (tall) forced.add(doc);
      return { tall: tall || (!first && startsWithComment(doc, woven)), some: inside.some };
    }
    default:
      return doc satisfies never;
  }
}

function startsWithComment(doc: Doc, { comments }: Weave): boolean {
  const token = firstToken(doc);
  return token !== undefined && comments.has(token);
}

function firstToken(doc: Doc): Token | undefined {
  if (!('doc' in doc)) {
    for (const part of doc) {
      const found = firstToken(part);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (doc.doc === 'token') return doc;
  return doc.doc === 'group' || doc.doc === 'indent' ? firstToken(doc.of) : undefined;
}

interface Pending {
  readonly gap: Gap;
  readonly breaks: boolean;
  readonly indent: number;
}

/** The lines so far, and the gap behind them. */
class Page {
  readonly #woven: Weave;
  readonly #lines: Line[] = [];
  #pending: Pending | undefined;
  /** The last line has its comment. */
  #closed = false;

  constructor(woven: Weave) {
    this.#woven = woven;
  }

  /** Where the next token starts. */
  get column(): number {
    const pending = this.#pending;
    if (pending?.breaks === true) return pending.indent;
    return displayWidth(this.#lines.at(-1)?.code ?? '') + (pending?.gap.width ?? 0);
  }

  leave(gap: Gap, breaks: boolean, indent: number): void {
    if (this.#pending?.breaks !== true || breaks) this.#pending = { gap, breaks, indent };
  }

  put(token: Token, indent: number): void {
    const pending = this.#pending;
    this.#pending = undefined;
    const hang = indent + (pending === undefined || pending.gap.hang ? indentWidth : 0);
    const target = pending?.breaks === true ? pending.indent : hang;
    const above = target + (pending?.gap.deeper === true ? indentWidth : 0);
    let breaks = pending?.breaks ?? false;
    let blank = pending?.gap.blank.first ?? false;
    for (const comment of this.#woven.comments.get(token) ?? []) {
      blank = this.#comment(comment, { above, blank }) || blank;
      breaks = true;
    }
    if (token.text === '') return;
    const mayHaveBlank =
      pending?.breaks === true && pending.gap.blank.token && (blank || pending.gap.blank.first);
    if (breaks) this.#newLine(target, mayHaveBlank && this.#woven.blanks.has(token));
    else this.#append(' '.repeat(pending?.gap.width ?? 0));
    this.#append(token.text);
  }

  text(): string {
    return commentColumns(this.#lines)
      .map((line) => `${line}\n`)
      .join('');
  }

  /** Whether it has a line of its own. */
  #comment(comment: PlacedComment, at: { readonly above: number; readonly blank: boolean }): boolean {
    const line = this.#lines.at(-1);
    if (!comment.alone && line !== undefined && !this.#closed) {
      line.comment = comment;
      this.#closed = true;
      return false;
    }
    this.#newLine(at.above, at.blank && comment.blank);
    this.#append(comment.text);
    this.#closed = true;
    return true;
  }

  #newLine(indent: number, blank: boolean): void {
    if (blank && this.#lines.length > 0) this.#lines.push({ code: '' });
    this.#lines.push({ code: ' '.repeat(indent) });
    this.#closed = false;
  }

  /** A token over several lines keeps them as they are. */
  #append(text: string): void {
    const [first = '', ...more] = text.split('\n');
    if (this.#lines.length === 0) this.#lines.push({ code: '' });
    const line = this.#lines.at(-1);
    if (line !== undefined) line.code += first;
    this.#lines.push(...more.map((code) => ({ code })));
  }
}
