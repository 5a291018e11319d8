// Which languages a model that writes texts has tokens for, from the tokenizer of its folder. Looked at with the first question.
import { languageTokens } from '../learning/generation/languages.ts';
import { openTokenizer, type OpenTokenizer } from './masked-word-facts.ts';

/** Nothing where the tokenizer turns out not to be usable: the step says why. */
export function languageFacts(folder: string): (code: string) => boolean | undefined {
  let open: OpenTokenizer | undefined;
  return (code) => {
    open ??= openTokenizer(folder);
    if (open === 'unusable') return undefined;
    const { tokenizer } = open;
    return languageTokens(code).some((token) => tokenizer.token_to_id(token) !== undefined);
  };
}
