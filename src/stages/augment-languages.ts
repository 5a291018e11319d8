// What is wrong with the languages of `back_translate`, as far as it is known before anything runs.
import type { Problem } from '../parser/diagnostic.ts';
import type { Code } from '../parser/codes.ts';
import type { Change } from './augment-changes.ts';
import type { Statics } from './stage.ts';
import { unknownLanguage } from './text-generator-source.ts';

type Found = Omit<Problem, 'span'> & { readonly code: Code; readonly span?: Problem['span'] };
type Writer = ReturnType<Statics['many']>[number];

/** `writers`: the models that write texts, without those of which nothing is known. */
export function languageProblems(asked: readonly Change[], writers: readonly Writer[]): readonly Found[] {
  const places = asked.flatMap((change) =>
    change.name === 'paraphrase' || change.name === 'back_translate' ? change.arguments.model : [],
  );
  // Where one is not known, the others have not the places that calls name.
  const known = writers.length > Math.max(...places, -1) ? writers : [];
  return asked.flatMap((change) => {
    if (change.name !== 'back_translate') return [];
    const { model: models, via, language } = change.arguments;
    const [first = 0, back] = models;
    if (back !== undefined) return via === undefined ? [] : [idleVia];
    if (via === undefined) return [withoutVia];
    return unknownOf(known[first], [language, via]);
  });
}

function unknownOf(writer: Writer | undefined, codes: readonly string[]): readonly Found[] {
  if (writer?.static.type !== 'model') return [];
  const { language } = writer.static;
  const unknown = codes.find((code) => language?.(code) === false);
  if (unknown === undefined) return [];
  return [{ ...unknownLanguage(unknown), ...(writer.span !== undefined && { span: writer.span }) }];
}

const withoutVia: Found = {
  code: 'missing-option',
  message: '`back_translate` with one model needs `via`, the language to translate into',
  hint: 'write `back_translate(via: "fr", model: …)`, or give two models: `model: [there, back]`',
};

const idleVia: Found = {
  code: 'option-without-effect',
  severity: 'warning',
  message: '`via` changes nothing here: of two models each knows its languages',
  hint: 'remove `via`, or name one model that knows both languages',
};
