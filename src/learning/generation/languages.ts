// What models that know several languages call them.

/** The tokens that a language may have: `fr`, `__fr__`, `fr_XX`. */
export function languageTokens(code: string): readonly string[] {
  return [`__${code}__`, `${code}_XX`, code];
}
