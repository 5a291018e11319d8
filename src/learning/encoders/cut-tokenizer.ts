// A WordPiece tokenizer with fewer pieces: special tokens, single characters and the pieces that occur most. What is left out is spelled
// with shorter pieces, so no text is lost. Knows no files.
import { badModel, isObject } from './model-folder.ts';
import type { JsonObject } from './model-folder.ts';

export interface CutTokenizer {
  /** The contents of tokenizer.json. */
  readonly json: JsonObject;
  /** For each new id, in order, the old one. */
  readonly kept: readonly number[];
}

/**
 * `counts` says how often each id occurs. Keeps at most `size` pieces, but never fewer than the special ones and the printable
 * characters of ASCII. Throws `ModelError` for tokenizers of another type.
 */
export function cutTokenizer(
  json: JsonObject,
  counts: ReadonlyMap<number, number>,
  size: number,
  file: string,
): CutTokenizer {
  const model = isObject(json['model']) ? json['model'] : {};
  const { vocab } = model;
  const wordPiece = model['type'] === 'WordPiece' || 'continuing_subword_prefix' in model;
  if (!wordPiece || !isObject(vocab))
    throw badModel(
      file,
      'the tokenizer is not of the type `WordPiece`, the only one whose vocabulary can be cut',
      'Leave `vocabulary` out of `encoder`.',
    );
  const prefix =
    typeof model['continuing_subword_prefix'] === 'string' ? model['continuing_subword_prefix'] : '##';
  const added = Array.isArray(json['added_tokens']) ? json['added_tokens'].filter(isObject) : [];
  const special = new Set([...added.map(({ content }) => content), model['unk_token']]);
  const isCharacter = (piece: string): boolean =>
    /^[!-~]$/.test(piece.startsWith(prefix) ? piece.slice(prefix.length) : piece);
  const always = (piece: string): boolean => special.has(piece) || isCharacter(piece);
  const pieces = Object.entries(vocab).flatMap(([piece, id]) =>
    typeof id === 'number' ? [{ piece, id }] : [],
  );
  const must = pieces.filter(({ piece }) => always(piece));
  const others = pieces
    .filter(({ piece, id }) => !always(piece) && (counts.get(id) ?? 0) > 0)
    .sort((a, b) => (counts.get(b.id) ?? 0) - (counts.get(a.id) ?? 0) || a.id - b.id)
    .slice(0, Math.max(0, size - must.length));
  const chosen = [...must, ...others].sort((a, b) => a.id - b.id);
  const newIds = new Map(chosen.map(({ id }, i) => [id, i]));
  return {
    kept: chosen.map(({ id }) => id),
    json: {
      ...json,
      added_tokens: added.map((token) => ({ ...token, id: renumbered(token['id'], newIds) })),
      ...('post_processor' in json && { post_processor: withIds(json['post_processor'], newIds) }),
      ...(isObject(json['padding']) && {
        padding: { ...json['padding'], pad_id: renumbered(json['padding']['pad_id'], newIds) },
      }),
      model: { ...model, vocab: Object.fromEntries(chosen.map(({ piece }, i) => [piece, i])) },
    },
  };
}

/** `TemplateProcessing` has lists `ids`, `BertProcessing` pairs of a token and its id. */
function withIds(processor: unknown, newIds: ReadonlyMap<number, number>): unknown {
  if (!isObject(processor)) return processor;
  const { special_tokens: tokens, cls, sep, processors } = processor;
  const pair = (value: unknown): unknown =>
    Array.isArray(value) ? [value[0], renumbered(value[1], newIds)] : value;
  return {
    ...processor,
    ...(Array.isArray(processors) && { processors: processors.map((each) => withIds(each, newIds)) }),
    ...(cls !== undefined && { cls: pair(cls) }),
    ...(sep !== undefined && { sep: pair(sep) }),
    ...(isObject(tokens) && {
      special_tokens: Object.fromEntries(
        Object.entries(tokens).map(([name, token]) => {
          const ids = isObject(token) && Array.isArray(token['ids']) ? token['ids'] : [];
          return [name, isObject(token) ? { ...token, ids: ids.map((id) => renumbered(id, newIds)) } : token];
        }),
      ),
    }),
  };
}

function renumbered(id: unknown, newIds: ReadonlyMap<number, number>): unknown {
  return typeof id === 'number' ? (newIds.get(id) ?? 0) : id;
}
