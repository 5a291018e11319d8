// A file and its declarations -> their layout.
import type * as Ast from './ast.ts';
import { afterOpener, beforeCloser, gap, group, keepBlank, token, type Doc } from './doc.ts';
import { blockDoc, openBlock } from './bracket-doc.ts';
import { behindWord, entryItems, expressionDoc, headerDoc } from './expression-doc.ts';
import type { Span } from './source.ts';
import type { Spelling } from './spelling.ts';

const space = gap();

/** Ends with a token without text, which takes the comments at the end. */
export function fileDoc({ declarations }: Ast.File, spelling: Spelling): Doc {
  const [start, between] = [afterOpener, keepBlank].map((blank) => gap({ breaks: 'always', blank }));
  return [
    declarations.map((declaration, i): Doc => [
      (i === 0 ? start : between) ?? [],
      declarationDoc(declaration, spelling),
    ]),
    gap({ width: 0, breaks: 'always', blank: beforeCloser }),
    token(''),
  ];
}

function declarationDoc(declaration: Ast.Declaration, spelling: Spelling): Doc {
  switch (declaration.node) {
    case 'version':
      return [token('fsl'), space, token(versionText(declaration, spelling))];
    case 'param':
      return paramDoc(declaration, spelling);
    case 'let':
      return assigned('let', declaration.name, declaration.value, spelling);
    case 'target':
      return assigned('target', declaration.name, declaration.stages, spelling);
    case 'import':
      return importDoc(declaration, spelling);
    case 'use':
      return [token('use'), space, expressionDoc(declaration.package, spelling)];
    case 'stage':
      return stageDoc(declaration, spelling);
    case 'each':
      return [
        spaced([token('each'), token(declaration.variable.text), token('in')]),
        space,
        headerDoc(declaration.list, spelling),
        space,
        blockDoc(
          itemsOf(declaration.body, spelling),
          spelling.isBroken(from(declaration.list.span, declaration.span)),
        ),
      ];
    case 'when':
      return whenDoc(declaration, spelling);
    case 'defaults': {
      const { kind, entries, span } = declaration;
      const block = blockDoc(entryItems(entries, spelling), spelling.isBroken(from(kind.span, span)));
      return [spaced([token('defaults'), token(kind.text)]), space, block];
    }
    default:
      return declaration satisfies never;
  }
}

function versionText({ number, span }: Ast.Version, spelling: Spelling): string {
  return spelling.written({ ...span, start: span.start + 'fsl'.length }) ?? String(number);
}

function paramDoc({ name, type, fallback, domain }: Ast.Param, spelling: Spelling): Doc {
  return [
    spaced([token('param'), [token(name.text), token(':')], typeDoc(type, spelling)]),
    fallback === undefined ? [] : [space, token('='), space, expressionDoc(fallback, spelling)],
    domain === undefined ? [] : [space, token('in'), space, behindWord(domain, spelling)],
  ];
}

function typeDoc(type: Ast.TypeExpr, spelling: Spelling): Doc {
  switch (type.node) {
    case 'named-type':
      return token(type.name.text);
    case 'list-type':
      return [token('list'), token('<'), typeDoc(type.of, spelling), token('>')];
    case 'enum-type':
      return type.values.map((value, i): Doc => {
        const text = expressionDoc(value, spelling);
        return i === 0 ? text : [space, token('|'), space, text];
      });
    case 'hole':
      return token('…');
    default:
      return type satisfies never;
  }
}

function assigned(keyword: string, name: Ast.Name, value: Ast.Expr, spelling: Spelling): Doc {
  return [spaced([token(keyword), token(name.text), token('=')]), space, expressionDoc(value, spelling)];
}

function importDoc({ path, name, entries, span }: Ast.Import, spelling: Spelling): Doc {
  const head = spaced([token('import'), expressionDoc(path, spelling), token('as'), token(name.text)]);
  if (entries.length === 0 && !spelling.endsIn(span, ['}'])) return head;
  const block = blockDoc(entryItems(entries, spelling), spelling.isBroken(from(name.span, span)));
  return [head, space, block];
}

/** Options and nested stages stay in the order in which they were written. */
function stageDoc({ kind, name, entries, body, span }: Ast.Stage, spelling: Spelling): Doc {
  const options = entryItems(entries, spelling).map((doc, i) => ({ doc, at: entries[i]?.span.start ?? 0 }));
  const stages = body.map((stage) => ({ doc: declarationDoc(stage, spelling), at: stage.span.start }));
  const items = [...options, ...stages].sort((a, b) => a.at - b.at).map(({ doc }) => doc);
  const block = blockDoc(items, spelling.isBroken(from(name.span, span)));
  return [spaced([token(kind.text), token(name.text)]), space, block];
}

/** Both branches alike on one line or several. */
function whenDoc({ condition, then, otherwise, span }: Ast.When, spelling: Spelling): Doc {
  const head = [token('when'), space, headerDoc(condition, spelling), space];
  const broken = then.length + otherwise.length > 0 && spelling.isBroken(from(condition.span, span));
  const alone = otherwise.length === 0 && !spelling.endsIn(span, ['else', '{', '}']);
  const joint = [gap({ hang: false }), token('else'), space];
  const blocks = (alone ? [then] : [then, otherwise]).map((body): Doc => openBlock(itemsOf(body, spelling)));
  return [
    head,
    group(
      blocks.map((block, i) => (i === 0 ? block : [joint, block])),
      broken,
    ),
  ];
}

function itemsOf(body: readonly Ast.Declaration[], spelling: Spelling): readonly Doc[] {
  return body.map((declaration) => declarationDoc(declaration, spelling));
}

function spaced(parts: readonly Doc[]): Doc {
  return parts.map((part, i): Doc => (i === 0 ? part : [space, part]));
}

/** What stands behind the first place up to the end of the second. */
function from({ end }: Span, whole: Span): Span {
  return { ...whole, start: end };
}
